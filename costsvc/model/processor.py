"""What the cores and the memory of a processor can do, in the figures that the serving formulas take of a chip."""

from costsvc.model.explanation import formula
from costsvc.units import Numeric

GFLOP_PER_TFLOP = 1e3


@formula
def peak_tflops(cores: Numeric, flop_per_cycle: Numeric, clock_ghz: Numeric) -> Numeric:
    """Most that the cores of a socket compute in 32 bits.

    Args:
        cores: Cores of the socket. [1]
        flop_per_cycle: Multiplications and additions of one core in a cycle: its vector units times their width. [1]
        clock_ghz: Clock while all of them work. [GHz]

    Returns:
        Peak. [TFLOP/s]

    References:
        S. Williams et al., "Roofline: An Insightful Visual Performance Model", Communications of the
        ACM 52(4), 2009, doi:10.1145/1498765.1498785.
    """
    return cores * flop_per_cycle * clock_ghz / GFLOP_PER_TFLOP


@formula
def power_limit_w(tdp_w: Numeric, power_ratio: Numeric) -> Numeric:
    """What a processor may draw for as long as it likes, which its maker leaves to who builds the machine.

    Args:
        tdp_w: Thermal design power. [W]
        power_ratio: The limit that is set over the thermal design power. [1]

    Returns:
        Limit. [W]
    """
    return tdp_w * power_ratio
