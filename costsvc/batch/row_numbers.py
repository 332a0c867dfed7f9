"""Numbers of requests that may differ in every row without a template of their own.

A template has all names and choices of a row, and for each of these numbers whether it is given and in which class it
is. A class begins where resolving a request decides something by the number: at a measured batch, at the length
from which a provider has another price. A row whose number is exactly such a threshold has a class of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from costsvc.batch.formats.format import Kind
from costsvc.units import Array

ACTIVITIES: Mapping[Kind, tuple[str, ...]] = {
    "training": ("accelerator_hours", "hours", "energy_kwh", "it_energy_kwh"),
    "inference": ("requests",),
}
"""Numbers to which all results are proportional; a request has one at most."""
ACCELERATOR_HOURS, TRAINING_TOKENS = "accelerator_hours", "training_tokens_b"
"""Results are proportional to them if the number of accelerators is given."""
POWER = "accelerator_power_w"
PLACE_NUMBERS = (
    *("pue", "wue_l_per_kwh", "grid_g_per_kwh"),
    *("pricing.usd_per_accelerator_hour", "pricing.electricity_usd_per_kwh"),
)
"""Numbers of a place that vary: measured figures of a building, of its grid, and prices."""
VARYING: Mapping[Kind, tuple[str, ...]] = {
    "training": (TRAINING_TOKENS, POWER, *PLACE_NUMBERS),
    "inference": (
        *("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens"),
        *("batch_size", POWER, *PLACE_NUMBERS),
    ),
}
"""Numbers on which results depend in other ways; accelerator-hours, too, if accelerators are not given."""
PARTS_OF: Mapping[str, tuple[str, ...]] = {
    "input_tokens": ("cached_input_tokens", "cache_write_tokens"),
    "output_tokens": ("reasoning_tokens",),
}
"""Kinds of tokens that together must not exceed others."""


FEW = 8
"""Thresholds up to which comparing is faster than searching."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Classes:
    """Classes of a number.

    Attributes:
        thresholds: Where classes begin, ascending. [any]
        whole_below: Numbers below it do not vary inside a class: each is a template of its own. [any]
    """

    thresholds: Array
    whole_below: float = 0.0

    @property
    def count(self) -> int:
        """How many classes there are, with the one of numbers that are not given."""
        return 2 * len(self.thresholds) + 2

    def of(self, values: Array) -> npt.NDArray[np.int64]:
        """The class of each number, 0 for NaN; odd for a number between thresholds, even at one."""
        if len(self.thresholds) > FEW:
            passed = np.searchsorted(self.thresholds, values, "left") + np.searchsorted(
                self.thresholds, values, "right"
            )
            return np.where(np.isnan(values), 0, passed + 1)
        codes = np.ones(len(values), dtype=np.int8)
        for threshold in self.thresholds.tolist():
            codes += values > threshold
            codes += values >= threshold
        codes[np.isnan(values)] = 0
        return codes.astype(np.int64)

    def ends_of(self, value: float) -> str:
        """The ends of the class of a number that varies, which are the same whatever further classes there are."""
        ends = (-np.inf, *self.thresholds.tolist(), np.inf)
        place = int(np.searchsorted(self.thresholds, value))
        return f"{ends[place]} to {ends[place + 1]}"

    def varies(self, value: float) -> bool:
        """Whether rows in the class of a number have different numbers."""
        return value > self.whole_below and bool((self.thresholds != value).all())


POSITIVE = Classes(thresholds=np.array([0.0]))
"""Classes of a number that only decides something if it is zero."""


def factor_name(field: str) -> str:
    """The name of the factor that a number becomes.

    Args:
        field: Dotted name of the number's field.
    """
    return field.rpartition(".")[2]
