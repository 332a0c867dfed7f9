"""Power of an accelerator and of its share of the server."""

import numpy as np

from costsvc.model.explanation import formula
from costsvc.units import Numeric


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
