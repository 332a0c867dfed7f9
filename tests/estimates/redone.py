"""An explanation redone as a reader would do it on paper: from the JSON alone."""

import math
import re
from collections.abc import Iterable
from typing import Any

import pytest

Body = dict[str, Any]
MATHEMATICS = {name: getattr(math, name) for name in ("sqrt", "log", "log2", "exp", "expm1", "ceil")}
KNOWN = {**MATHEMATICS, "min": min, "max": max, "abs": abs}
NAME = re.compile(r"[a-z_][a-z_0-9]*(?:\.[a-z_0-9]+)*")
NUMBER = re.compile(r"(?<![\w.])\d[\d.]*(?:e-?\d+)?")
LONGEST = 200


def evaluated(step: Body) -> float:
    """The value of a step's formula with its inputs put in, the longest names first."""
    text = step["formula"]
    for name in sorted(step["inputs"], key=len, reverse=True):
        text = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w.])", f"({step['inputs'][name]!r})", text)
    return float(eval(text, {"__builtins__": {}, **KNOWN}))  # noqa: S307 - nothing but arithmetic


def literals(step: Body) -> set[float]:
    """The numbers that stand in a step's formula without a name."""
    return {float(number) for number in re.findall(NUMBER, step["formula"])}


def redo(steps: Iterable[Body], known: dict[str, float]) -> dict[str, float]:
    """The results of all steps, each checked on the way.

    Args:
        steps: The explanation.
        known: What stands elsewhere in the answer.
    """
    found = dict(known)
    for step in steps:
        name = step["name"]
        assert name not in found, f"{name} stands twice"
        for used, value in step["inputs"].items():
            assert found[used] == pytest.approx(value, rel=1e-12), f"{name} uses another {used}"
        assert set(step["inputs"]) == set(NAME.findall(re.sub(NUMBER, "", step["formula"]))) - set(KNOWN), name
        assert evaluated(step) == pytest.approx(step["value"], rel=1e-9), name
        assert len(step["formula"]) <= LONGEST, step["formula"]
        assert step["unit"], name
        found[name] = step["value"]
    return found


def beginnings(answer: Body) -> dict[str, float]:
    """The factors of an answer or part by name."""
    return {factor["name"]: factor["value"] for factor in answer["factors"]}


def behind(steps: Iterable[Body], name: str) -> set[str]:
    """Every name that a step rests on, itself included."""
    inputs = {step["name"]: step["inputs"] for step in steps}
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting.extend(inputs.get(one, ()))
    return reached
