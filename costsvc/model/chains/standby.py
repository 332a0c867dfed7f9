"""The chain of idle replicas: accelerators that hold a model and wait for requests."""

from dataclasses import dataclass

from costsvc.model import power
from costsvc.model.inputs import label
from costsvc.model.power import Host, Usage, server_w, spans_hosts
from costsvc.units import Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IdlePower:
    """Inputs of the idle power of an accelerator; None if not needed.

    Attributes:
        given_w: Idle power from the request. [W]
        idle_w: Measured idle power without an open context. [W]
        open_context_w: Additional power with an open context. [W]
        tdp_w: Thermal design power. [W]
        idle_share: Share of the thermal design power that an idle accelerator draws. [1]
        held_share: Share of an accelerator that an idle slice keeps from others; None for whole accelerators. [1]
    """

    given_w: Numeric | None = None
    idle_w: Numeric | None = None
    open_context_w: Numeric | None = None
    tdp_w: Numeric | None = None
    idle_share: Numeric | None = None
    held_share: Numeric | None = None

    def power_w(self) -> Numeric:
        """Power of an idle accelerator, or of a slice of one, that holds a model [W]."""
        if self.given_w is not None:
            return self.given_w
        whole = self._whole_w()
        if self.held_share is None:
            return whole
        return label(power.slice_part(whole, self.held_share), "slice_idle_w", "W")

    def _whole_w(self) -> Numeric:
        if self.idle_w is not None and self.open_context_w is not None:
            return self.idle_w + self.open_context_w
        if self.tdp_w is None or self.idle_share is None:
            raise TypeError("idle power without a measurement needs tdp_w and idle_share")
        return power.accelerator_power_w(self.tdp_w, self.idle_share)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StandbyInputs:
    """Resolved idle replicas.

    Attributes:
        hours: Idle hours of each accelerator. [h]
        accelerators: Idle accelerators. [1]
        idle: Inputs of their power.
        host: Their host.
    """

    hours: Numeric
    accelerators: Numeric
    idle: IdlePower
    host: Host


def stand_by(inputs: StandbyInputs) -> Usage:
    """Accelerator-hours and power of idle replicas.

    Args:
        inputs: The resolved replicas.

    Returns:
        Their machine usage.
    """
    chip_w = inputs.idle.power_w()
    has_fabric = spans_hosts(inputs.host, inputs.accelerators)
    return Usage(
        hours=inputs.hours * inputs.accelerators,
        accelerator_w=chip_w,
        it_w=server_w(inputs.host, chip_w, has_fabric),
        accelerators=inputs.accelerators,
        has_fabric=has_fabric,
    )
