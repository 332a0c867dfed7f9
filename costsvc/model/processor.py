"""Peak and power limit of a processor, for the serving formulas."""

from costsvc.model.explanation import formula
from costsvc.units import Numeric

GFLOP_PER_TFLOP = 1e3


@formula
def peak_tflops(cores: Numeric, flop_per_cycle: Numeric, clock_ghz: Numeric) -> Numeric:
    """Peak arithmetic of the cores of a socket in 32 bits.

    Args:
        cores: Cores of the socket. [1]
        flop_per_cycle: Multiplications and additions of one core in a cycle: its vector units times their width. [1]
        clock_ghz: Clock while all cores work. [GHz]

    Returns:
        Peak. [TFLOP/s]

    References:
        S. Williams et al., "Roofline: An Insightful Visual Performance Model", Communications of the
        ACM 52(4), 2009, doi:10.1145/1498765.1498785.
    """
    return cores * flop_per_cycle * clock_ghz / GFLOP_PER_TFLOP


@formula
def power_limit_w(tdp_w: Numeric, power_ratio: Numeric) -> Numeric:
    """Sustained power limit of a processor, which the maker of the machine sets.

    Args:
        tdp_w: Thermal design power. [W]
        power_ratio: Limit relative to the thermal design power. [1]

    Returns:
        Limit. [W]
    """
    return tdp_w * power_ratio
