"""How the tests read an answer."""

from collections.abc import Iterator
from typing import Any

Body = dict[str, Any]
ENDS = ("value", "low", "high")


def value(answer: Body, path: str) -> float:
    """The central value of a quantity by its path, ``carbon.total_kg``."""
    found: Any = answer
    for name in path.split("."):
        found = found[name]
    return float(found["value"])


def factors(answer: Body) -> dict[str, Body]:
    return {factor["name"]: factor for factor in answer["factors"]}


def codes(answer: Body) -> set[str]:
    return {warning["code"] for warning in answer["warnings"]}


def reasons(answer: Body) -> dict[str, str]:
    return {gap["field"]: gap["reason"] for gap in answer["unavailable"]}


def found_quantities(answer: Any, path: str = "") -> Iterator[tuple[str, Body]]:
    """Every quantity of an answer with its path."""
    if isinstance(answer, dict):
        if set(answer) >= set(ENDS):
            yield path, answer
            return
        for name, part in answer.items():
            yield from found_quantities(part, f"{path}.{name}".lstrip("."))
    elif isinstance(answer, list):
        for i, part in enumerate(answer):
            yield from found_quantities(part, f"{path}.{i}")


def out_of_order(answer: Any) -> dict[str, Body]:
    """Quantities that are negative, no number, or not low <= value <= high; one without bound is None."""
    return {
        path: quantity
        for path, quantity in found_quantities(answer)
        if None not in (quantity[end] for end in ENDS)
        and not 0 <= quantity["low"] <= quantity["value"] <= quantity["high"] < float("inf")
    }
