"""What a server adds to its accelerators: power, and its part of the manufacture."""

from dataclasses import dataclass

from costsvc.model import power
from costsvc.model.inputs import choose, decisive, label
from costsvc.units import Condition, Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Host:
    """The host of an accelerator, as far as it draws power.

    Attributes:
        overhead_share: What conversion, fans and memory add in proportion. [1]
        base_w: What goes with one accelerator of a whole host, whatever it does. [W]
        host_share: Part of a whole host that goes with an accelerator of the named instance; None where no
            instance was named. [1]
        fabric_w: Switches and optics between hosts, per accelerator. [W]
        per_host: Accelerators in one host. [1]
    """

    overhead_share: Numeric
    base_w: Numeric
    host_share: Numeric | None
    fabric_w: Numeric
    per_host: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Usage:
    """What a workload takes of its machines, wherever they are.

    Attributes:
        hours: Accelerator-hours. [h]
        accelerator_w: Mean power of one accelerator. [W]
        it_w: Mean power of its share of the server. [W]
        accelerators: Accelerators at work together. [1]
        has_fabric: Whether the power between hosts is part of ``it_w``. [1]
    """

    hours: Numeric
    accelerator_w: Numeric
    it_w: Numeric
    accelerators: Numeric
    has_fabric: Condition = False


def base_w(host: Host) -> Numeric:
    """Power of the host that goes with one accelerator of the machine, whatever it does.

    Args:
        host: The host.

    Returns:
        Power. [W]
    """
    if host.host_share is None:
        return host.base_w
    return label(power.host_part(host.base_w, host.host_share), "host_base_part_w", "W")


def spans_hosts(host: Host, accelerators: Numeric) -> Condition:
    """Whether a number of accelerators needs several hosts.

    Args:
        host: The host.
        accelerators: Accelerators at work together. [1]

    Returns:
        The answer, one per row. [1]
    """
    return decisive(accelerators) > decisive(host.per_host)


def server_w(host: Host, chip_w: Numeric, accelerators: Numeric) -> Numeric:
    """Server power per accelerator around a chip's power, with fabric where the run spans hosts.

    Args:
        host: The host.
        chip_w: Mean power of one accelerator. [W]
        accelerators: Accelerators at work together. [1]

    Returns:
        Power. [W]
    """
    fabric = choose(spans_hosts(host, accelerators), host.fabric_w, 0.0)
    return label(power.server_power_w(chip_w, host.overhead_share, base_w(host), fabric), "it_power_w", "W")
