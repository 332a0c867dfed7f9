"""How fast accelerators work through the arithmetic of a training run."""

from dataclasses import dataclass

from costsvc.model import compute, power
from costsvc.model.inputs import label
from costsvc.units import Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Utilization:
    """Inputs of the model FLOPs utilisation.

    Attributes:
        mfu: Utilisation at the reference size on few accelerators. [1]
        active_params_b: Active parameters of the model. [10^9]
        reference_params_b: Active parameters of the reference. [10^9]
        params_exponent: Growth of utilisation with the model. [1]
        half_crowd: Number of accelerators at which the reference has half of its utilisation. [1]
        crowd_exponent: Growth of that number with the model. [1]
        narrow: Remaining share at a narrow precision, at the reference size; None at other precisions. [1]
        narrow_exponent: Growth of that share with the model. [1]
        sparse: Remaining share of a mixture of experts; 1 if dense. [1]
        floor: Lowest utilisation ever published. [1]
        ceiling: Highest utilisation ever published. [1]
    """

    mfu: Numeric
    active_params_b: Numeric
    reference_params_b: Numeric
    params_exponent: Numeric
    half_crowd: Numeric
    crowd_exponent: Numeric
    narrow: Numeric | None
    narrow_exponent: Numeric
    sparse: Numeric
    floor: Numeric
    ceiling: Numeric

    def at(self, accelerators: Numeric) -> Numeric:
        """Utilisation of a run on a number of accelerators [1]."""
        relative = label(self.active_params_b / self.reference_params_b, "relative_params", "1")
        left = (
            compute.crowding(accelerators, relative, self.half_crowd, self.crowd_exponent),
            1.0 if self.narrow is None else compute.narrowing(relative, self.narrow, self.narrow_exponent),
            self.sparse,
        )
        within = (self.floor, self.ceiling)
        return compute.model_flops_utilization(self.mfu, (relative, self.params_exponent), left, within)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Speed:
    """Inputs of the speed of an accelerator.

    Attributes:
        peak_tflops: Dense peak at the precision of the arithmetic. [TFLOP/s]
        recomputation: Executed FLOP relative to model FLOP. [1]
        given_mfu: Utilisation from the request; None if not given. [1]
        utilization: Inputs of the utilisation otherwise.
        compute_share: Share of an accelerator's arithmetic in a slice; None for whole accelerators. [1]
        held_share: Share of an accelerator that a slice keeps from others; None for whole accelerators. [1]
    """

    peak_tflops: Numeric
    recomputation: Numeric
    given_mfu: Numeric | None
    utilization: Utilization | None
    compute_share: Numeric | None = None
    held_share: Numeric | None = None

    def hours(self, flop: Numeric, accelerators: Numeric) -> Numeric:
        """Accelerator-hours of a run on a number of accelerators [h]."""
        devices, peak = accelerators, self.peak_tflops
        if self.compute_share is not None and self.held_share is not None:
            devices = power.slice_part(accelerators, self.held_share)
            peak = label(power.slice_part(peak, self.compute_share), "slice_peak_tflops", "TFLOP/s")
        mfu = self.given_mfu if self.utilization is None else self.utilization.at(devices)
        if mfu is None:
            raise TypeError("either given_mfu or utilization is required")
        return compute.accelerator_hours(flop, peak, mfu, self.recomputation)
