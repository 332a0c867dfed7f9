"""Power of a server around its accelerators, and the usage that workloads hand to the footprint."""

from dataclasses import dataclass

from costsvc.model import power
from costsvc.model.inputs import choose, decisive, label
from costsvc.units import Condition, Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Host:
    """Power figures of an accelerator's host.

    Attributes:
        overhead_share: Power of conversion, fans and memory that is proportional to the chip's. [1]
        base_w: Constant power per accelerator of a whole host. [W]
        host_share: Processors per accelerator of the instance relative to a whole host; None without an
            instance. [1]
        fabric_w: Power of switches and optics between hosts, per accelerator. [W]
        per_host: Accelerators in one host. [1]
    """

    overhead_share: Numeric
    base_w: Numeric
    host_share: Numeric | None
    fabric_w: Numeric
    per_host: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Usage:
    """Machine usage of a workload, independent of the place.

    Attributes:
        hours: Accelerator-hours. [h]
        accelerator_w: Mean power of one accelerator. [W]
        it_w: Mean power of the server, per accelerator. [W]
        accelerators: Accelerators that work together. [1]
        has_fabric: Whether ``it_w`` includes the fabric between hosts. [1]
    """

    hours: Numeric
    accelerator_w: Numeric
    it_w: Numeric
    accelerators: Numeric
    has_fabric: Condition = False


def base_w(host: Host) -> Numeric:
    """Constant power of the host, per accelerator of the machine.

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
        accelerators: Accelerators that work together. [1]

    Returns:
        One value per row. [1]
    """
    return decisive(accelerators) > decisive(host.per_host)


def server_w(host: Host, chip_w: Numeric, accelerators: Numeric) -> Numeric:
    """Server power per accelerator, with fabric if the accelerators span several hosts.

    Args:
        host: The host.
        chip_w: Mean power of one accelerator. [W]
        accelerators: Accelerators that work together. [1]

    Returns:
        Power. [W]
    """
    fabric = choose(spans_hosts(host, accelerators), host.fabric_w, 0.0)
    return label(power.server_power_w(chip_w, host.overhead_share, base_w(host), fabric), "it_power_w", "W")
