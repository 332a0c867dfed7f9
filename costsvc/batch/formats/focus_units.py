"""Units of FOCUS bills: ``Hours``, ``Hrs``, ``100 Hours``, ``Seconds``, ``GPU-Hours``, ``1K tokens``, ``1M``."""

import math
import re
from typing import Literal

from costsvc.units import H_PER_DAY, S_PER_H

Measure = Literal["hours", "accelerator-hours", "tokens", "count"]
WORD = re.compile(r"[a-z]+|\d[\d,]*(?:\.\d+)?")
SCALES = {
    "one": 1.0,
    **dict.fromkeys(("k", "thousand", "thousands"), 1e3),
    **dict.fromkeys(("m", "mn", "million", "millions"), 1e6),
    **dict.fromkeys(("b", "bn", "billion", "billions"), 1e9),
}
TIMES = {
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), 1.0),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), 60 / S_PER_H),
    **dict.fromkeys(("second", "seconds", "sec", "secs", "s"), 1 / S_PER_H),
    **dict.fromkeys(("day", "days"), H_PER_DAY),
}
MACHINES = frozenset({"per", "instance", "instances", "vm", "vms", "node", "nodes", "machine", "machines"})
ACCELERATORS = frozenset({"gpu", "gpus", "accelerator", "accelerators", "chip", "chips", "tpu", "tpus"})
TOKENS = frozenset({"token", "tokens"})
COUNTS = frozenset({"unit", "units", "count", "counts", "each", "quantity"})


def factor(unit: str | None, *measures: Measure) -> float:
    """Hours or tokens in one of a unit; NaN if the unit measures something else.

    Args:
        unit: The unit as the bill writes it.
        *measures: What the unit may measure.

    Returns:
        The factor. [h or tokens]
    """
    words = WORD.findall((unit or "").casefold())
    times = math.prod(_number(word) for word in words if _is_number(word))
    rest = [word for word in words if not _is_number(word)]
    measure, size = _measure(rest)
    return size * times if words and measure in measures else math.nan


def _measure(words: list[str]) -> tuple[Measure | None, float]:
    """What the words of a unit measure, and the hours or tokens in it."""
    if not words or COUNTS.issuperset(words):
        return "count", 1.0
    *before, last = words
    if last in TOKENS and not before:
        return "tokens", 1.0
    if last in TIMES and (MACHINES | ACCELERATORS).issuperset(before):
        return "hours" if MACHINES.issuperset(before) else "accelerator-hours", TIMES[last]
    return None, math.nan


def _is_number(word: str) -> bool:
    return word in SCALES or word[0].isdigit()


def _number(word: str) -> float:
    return SCALES.get(word) or float(word.replace(",", ""))
