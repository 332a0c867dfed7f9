"""Power of an accelerator and of its share of the server."""

from dataclasses import dataclass

import numpy as np

from costsvc.model.explanation import formula
from costsvc.model.inputs import choose, decisive, label
from costsvc.units import Condition, Numeric


@formula
def accelerator_power_w(tdp_w: Numeric, fraction: Numeric) -> Numeric:
    """Mean power of one accelerator under a workload.

    Args:
        tdp_w: Thermal design power, or the measured mean where the table holds that. [W]
        fraction: Share of it that the workload draws on average. [1]

    Returns:
        Mean power of the chip alone, as NVML reports it. [W]
    """
    return tdp_w * fraction


@formula
def limited_power_w(tdp_w: Numeric, limit_w: Numeric, fraction: Numeric) -> Numeric:
    """Mean power of one accelerator under a workload, where its power limit was set.

    A limit above the thermal design power lets it draw more; one below it cuts off what it would draw.

    Args:
        tdp_w: Thermal design power. [W]
        limit_w: Power limit of the accelerator. [W]
        fraction: Share of the greater of the two that the workload draws on average. [1]

    Returns:
        Mean power of the chip alone, never above its limit. [W]
    """
    return np.minimum(np.maximum(tdp_w, limit_w) * fraction, limit_w)


@formula
def server_power_w(chip_w: Numeric, overhead_share: Numeric, base_w: Numeric, fabric_w: Numeric) -> Numeric:
    """Power of a server and its fabric, per accelerator.

    Args:
        chip_w: Mean power of one accelerator. [W]
        overhead_share: What conversion, fans and memory add in proportion. [1]
        base_w: What processors, fans and network draw regardless, per accelerator. [W]
        fabric_w: Switches and optics between hosts, per accelerator. [W]

    Returns:
        Server watts per accelerator, never below the chip's own. [W]
    """
    return chip_w * (1 + overhead_share) + base_w + fabric_w


@formula
def host_part(of_host: Numeric, host_share: Numeric) -> Numeric:
    """What of a host goes with one accelerator of a machine that has more or fewer processors than usual.

    Args:
        of_host: The figure per accelerator of a whole host. [any]
        host_share: Processors per accelerator over those of a whole host. [1]

    Returns:
        The figure per accelerator of the machine, in the same unit. [any]
    """
    return of_host * host_share


@formula
def accelerator_power_from_server_w(server_w: Numeric, overhead_share: Numeric, base_w: Numeric) -> Numeric:
    """The accelerator's part of a measured server power: :func:`server_power_w` solved for it.

    Args:
        server_w: Mean server power per accelerator. [W]
        overhead_share: What conversion, fans and memory add in proportion. [1]
        base_w: What processors, fans and network draw regardless, per accelerator. [W]

    Returns:
        Mean power of the chip, between 0 and the server's. [W]
    """
    return np.clip((server_w - base_w) / (1 + overhead_share), 0.0, server_w)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Host:
    """The host of an accelerator, as far as it draws power.

    Attributes:
        overhead_share: What conversion, fans and memory add in proportion. [1]
        base_w: What goes with one accelerator of a whole host, whatever it does. [W]
        host_share: Part of a whole host that goes with an accelerator of the named instance; None where no
            instance was named. [1]
        fabric_w: Switches and optics between hosts, per accelerator. [W]
        per_host: Accelerators in one host; without width. [1]
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
    return label(host_part(host.base_w, host.host_share), "host_base_part_w", "W")


def spans_hosts(host: Host, accelerators: Numeric) -> Condition:
    """Whether a number of accelerators needs several hosts.

    Args:
        host: The host.
        accelerators: Accelerators at work together. [1]

    Returns:
        The answer, one per row. [1]
    """
    return decisive(accelerators) > host.per_host


def server_w(host: Host, chip_w: Numeric, has_fabric: Condition) -> Numeric:
    """Server power per accelerator around a chip's power, with fabric where the run spans hosts.

    Args:
        host: The host.
        chip_w: Mean power of one accelerator. [W]
        has_fabric: Whether the run spans hosts. [1]

    Returns:
        Power. [W]
    """
    fabric = choose(has_fabric, host.fabric_w, 0.0)
    return label(server_power_w(chip_w, host.overhead_share, base_w(host), fabric), "it_power_w", "W")
