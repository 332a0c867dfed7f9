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
        tdp_w: Thermal design power, or a measured mean if the table has one. [W]
        fraction: Share of it that the workload draws on average. [1]

    Returns:
        Mean power of the chip alone, as NVML reports it. [W]
    """
    return tdp_w * fraction


@formula
def limited_power_w(tdp_w: Numeric, limit_w: Numeric, fraction: Numeric) -> Numeric:
    """Mean power of one accelerator under a workload, with a power limit.

    With a limit above the thermal design power it draws more; a lower limit caps its power.

    Args:
        tdp_w: Thermal design power. [W]
        limit_w: Power limit of the accelerator. [W]
        fraction: Share of the larger of the two that the workload draws on average. [1]

    Returns:
        Mean power of the chip alone, at most its limit. [W]
    """
    return np.minimum(np.maximum(tdp_w, limit_w) * fraction, limit_w)


@formula
def server_power_w(chip_w: Numeric, overhead_share: Numeric, base_w: Numeric, fabric_w: Numeric) -> Numeric:
    """Power of a server and its fabric, per accelerator.

    Args:
        chip_w: Mean power of one accelerator. [W]
        overhead_share: Power of conversion, fans and memory that is proportional to the chip's. [1]
        base_w: Constant power of processors, fans and network, per accelerator. [W]
        fabric_w: Power of switches and optics between hosts, per accelerator. [W]

    Returns:
        Server power per accelerator, at least that of the chip. [W]
    """
    return chip_w * (1 + overhead_share) + base_w + fabric_w


@formula
def host_part(of_host: Numeric, host_share: Numeric) -> Numeric:
    """A host's figure per accelerator, for a machine with more or fewer processors than a whole host.

    Args:
        of_host: Figure per accelerator of a whole host. [any]
        host_share: Processors per accelerator relative to a whole host. [1]

    Returns:
        Figure per accelerator of the machine, in the same unit. [any]
    """
    return of_host * host_share


@formula
def slice_power_w(busy_w: Numeric, idle_w: Numeric, compute_share: Numeric, held_share: Numeric) -> Numeric:
    """Mean power of a slice of an accelerator: its arithmetic, and the idle power of what it keeps from others.

    Args:
        busy_w: Mean power of the whole accelerator under the same workload. [W]
        idle_w: Idle power of the whole accelerator. [W]
        compute_share: Share of the accelerator's arithmetic in the slice. [1]
        held_share: Share of the accelerator that the slice keeps from others. [1]

    Returns:
        Power. [W]
    """
    return idle_w * held_share + (busy_w - idle_w) * compute_share


@formula
def slice_part(of_device: Numeric, held_share: Numeric) -> Numeric:
    """A slice's part of a figure of a whole accelerator.

    Args:
        of_device: Figure of an accelerator. [any]
        held_share: Share of the accelerator that the slice keeps from others. [1]

    Returns:
        Figure of the slice, in the same unit. [any]
    """
    return of_device * held_share


@formula
def accelerator_power_from_server_w(server_w: Numeric, overhead_share: Numeric, base_w: Numeric) -> Numeric:
    """Power of the accelerator from a measured server power: :func:`server_power_w`, inverted.

    Args:
        server_w: Mean server power per accelerator. [W]
        overhead_share: Power of conversion, fans and memory that is proportional to the chip's. [1]
        base_w: Constant power of processors, fans and network, per accelerator. [W]

    Returns:
        Mean power of the chip, between 0 and that of the server. [W]
    """
    return np.clip((server_w - base_w) / (1 + overhead_share), 0.0, server_w)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Host:
    """Power figures of an accelerator's host.

    Attributes:
        overhead_share: Power of conversion, fans and memory that is proportional to the chip's. [1]
        base_w: Constant power per accelerator of a whole host. [W]
        host_share: Processors per accelerator of the instance relative to a whole host; None without an
            instance. [1]
        fabric_w: Power of switches and optics between hosts, per accelerator. [W]
        per_host: Accelerators in one host, without width. [1]
        held_share: Share of an accelerator that a slice keeps from others; None for whole accelerators. [1]
    """

    overhead_share: Numeric
    base_w: Numeric
    host_share: Numeric | None
    fabric_w: Numeric
    per_host: Numeric
    held_share: Numeric | None = None


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
    """Constant power of the host, per accelerator of the machine or per slice of one.

    Args:
        host: The host.

    Returns:
        Power. [W]
    """
    whole = host.base_w
    if host.host_share is not None:
        whole = label(host_part(whole, host.host_share), "host_base_part_w", "W")
    return whole if host.held_share is None else label(slice_part(whole, host.held_share), "slice_base_part_w", "W")


def time_share(accelerators: Numeric) -> Numeric | None:
    """Share of the time of one accelerator that a workload has by time slicing.

    Args:
        accelerators: Accelerators of the workload, below 1 for a share of one. [1]

    Returns:
        Share; None if all rows have whole accelerators. [1]
    """
    shared = decisive(accelerators) < 1
    return choose(shared, accelerators, 1.0) if np.any(shared) else None


def spans_hosts(host: Host, accelerators: Numeric) -> Condition:
    """Whether a number of accelerators needs several hosts.

    Args:
        host: The host.
        accelerators: Accelerators that work together. [1]

    Returns:
        One value per row. [1]
    """
    devices = accelerators if host.held_share is None else accelerators * host.held_share
    return decisive(devices) > host.per_host


def server_w(host: Host, chip_w: Numeric, has_fabric: Condition) -> Numeric:
    """Server power per accelerator, with fabric if the accelerators span several hosts.

    Args:
        host: The host.
        chip_w: Mean power of one accelerator. [W]
        has_fabric: Whether the accelerators span several hosts. [1]

    Returns:
        Power. [W]
    """
    of_one = host.fabric_w if host.held_share is None else slice_part(host.fabric_w, host.held_share)
    fabric = choose(has_fabric, of_one, 0.0)
    return label(server_power_w(chip_w, host.overhead_share, base_w(host), fabric), "it_power_w", "W")


@formula
def limit_slowness(wanted_w: Numeric, limit_w: Numeric, exponent: Numeric) -> Numeric:
    """Slow-down of a step on chips whose power limit is below the power they would draw.

    Args:
        wanted_w: Power of one accelerator without the limit. [W]
        limit_w: Its power limit. [W]
        exponent: Growth of the time with the ratio of the two; 0 if memory determines the time. [1]

    Returns:
        Time relative to that without the limit, at least 1. [1]
    """
    return np.maximum(wanted_w / limit_w, 1.0) ** exponent
