"""Units of the project, and the only conversions between them.

Unless a name states another unit, energy is in kWh, power in W, mass of CO2e in kg, water in L, money in USD and
time in h.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
Numeric: TypeAlias = float | Array
"""A number, a column of rows, a sample (central value and draws), or rows of samples; draws are the last axis."""

Condition: TypeAlias = bool | np.bool_ | npt.NDArray[np.bool_]
"""A condition, or one per row."""

W_PER_KW = 1e3
J_PER_KWH = 3.6e6
J_PER_WH = 3.6e3
G_PER_KG = 1e3
ML_PER_L = 1e3
S_PER_H = 3600.0
H_PER_YEAR = 8760.0
H_PER_DAY = 24.0
MONTHS_PER_YEAR = 12.0
FLOP_PER_TFLOP = 1e12
PER_BILLION = 1e9
PER_MILLION = 1e6
KG_PER_T = 1e3
PERCENT = 100.0
