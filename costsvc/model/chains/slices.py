"""A slice of an accelerator: a MIG instance, a partition, or a virtual device."""

from dataclasses import dataclass

from costsvc.model import power
from costsvc.model.chains.standby import IdlePower
from costsvc.model.inputs import label
from costsvc.model.serving import ServingChip
from costsvc.units import Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slice:
    """Inputs of the power and the speed of a slice.

    Attributes:
        compute_share: Share of the accelerator's arithmetic in the slice. [1]
        memory_share: Share of its memory and of its bandwidth. [1]
        held_share: Share of it that the slice keeps from others, the larger of the two. [1]
        idle: Inputs of the idle power of the whole accelerator.
    """

    compute_share: Numeric
    memory_share: Numeric
    held_share: Numeric
    idle: IdlePower

    def power_w(self, busy_w: Numeric) -> Numeric:
        """Power of the slice for the power of a whole accelerator under the same workload [W]."""
        found = power.slice_power_w(busy_w, self.idle.power_w(), self.compute_share, self.held_share)
        return label(found, "slice_power_w", "W")

    def chip(self, whole: ServingChip) -> ServingChip:
        """The figures of the slice for the serving formulas; its power is that of the whole accelerator."""
        return ServingChip(
            tdp_w=whole.tdp_w,
            memory_bandwidth_gb_s=label(
                power.slice_part(whole.memory_bandwidth_gb_s, self.memory_share), "slice_bandwidth_gb_s", "GB/s"
            ),
            peak_tflops=label(power.slice_part(whole.peak_tflops, self.compute_share), "slice_peak_tflops", "TFLOP/s"),
            attention_tflops=power.slice_part(whole.attention_tflops, self.compute_share),
        )
