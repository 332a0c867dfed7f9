"""Accelerators that hold a model and wait for requests."""

from dataclasses import dataclass

from costsvc.model import power
from costsvc.model.power import Host, Usage, server_w, spans_hosts
from costsvc.units import Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IdlePower:
    """What the power of a waiting accelerator follows from; None is a figure that is not needed.

    Attributes:
        given_w: The caller's own figure. [W]
        idle_w: Measured without an open context. [W]
        open_context_w: What an open context adds. [W]
        tdp_w: Thermal design power. [W]
        idle_share: Share of it that a waiting accelerator draws. [1]
    """

    given_w: Numeric | None = None
    idle_w: Numeric | None = None
    open_context_w: Numeric | None = None
    tdp_w: Numeric | None = None
    idle_share: Numeric | None = None

    def power_w(self) -> Numeric:
        """Power of an accelerator that holds a model and waits [W]."""
        if self.given_w is not None:
            return self.given_w
        if self.idle_w is not None and self.open_context_w is not None:
            return self.idle_w + self.open_context_w
        if self.tdp_w is None or self.idle_share is None:
            raise TypeError("an idle power that was not measured needs tdp_w and idle_share")
        return power.accelerator_power_w(self.tdp_w, self.idle_share)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StandbyInputs:
    """Idle replicas, resolved.

    Attributes:
        hours: Hours from begin to end. [h]
        accelerators: Accelerators that wait. [1]
        idle: What their power follows from.
        host: Their host.
    """

    hours: Numeric
    accelerators: Numeric
    idle: IdlePower
    host: Host


def stand_by(inputs: StandbyInputs) -> Usage:
    """Accelerator-hours and power of idle replicas.

    Args:
        inputs: The replicas.

    Returns:
        What they take of their machines.
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
