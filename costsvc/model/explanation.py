"""Traced numbers: floats that record their operations, so that an answer can show its calculation.

The formulas run a second time, on central values, with traced numbers in place of floats. So the
steps in an answer are exactly the computation, and no formula is written twice.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import lru_cache
from inspect import cleandoc
from types import CodeType, FrameType
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from costsvc.units import Numeric

P = ParamSpec("P")
R = TypeVar("R")

SECTION = r"^{}:\n((?:    .*\n|\n)+)"
UNIT = re.compile(r"\[([^\]]+)\]")
PLAIN = {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "isnan", "isfinite", "sign"}
"""Operations that test a number: their results select a branch and are not steps."""
NEUTRAL: dict[str, tuple[float | None, float | None]] = {
    "add": (0.0, 0.0),
    "subtract": (None, 0.0),
    "multiply": (1.0, 1.0),
    "divide": (None, 1.0),
    "power": (None, 1.0),
}
"""First and second operand without effect, by operation."""


class Traced(NDArrayOperatorsMixin, float):  # type: ignore[misc] # every operator of the one hides that of the other
    """A number with the operation and the arguments that it results from.

    Attributes:
        operation: Name of the numpy function; empty for an input.
        arguments: Arguments of the operation.
        name: Its name; None for an intermediate number inside a formula.
        unit: Its unit.
        reference: Publication of the formula, or source of an input.
        settled: Whether it has a name other than that of the formula it results from.
        check: Other side of the equation, if the number is the solution of one.
    """

    __slots__ = ("arguments", "check", "name", "operation", "reference", "settled", "unit")
    __hash__ = float.__hash__

    operation: str
    arguments: tuple[float, ...]
    name: str | None
    unit: str | None
    reference: str | None
    settled: bool
    check: "Traced | None"

    def __new__(cls, value: float, operation: str = "", *arguments: float) -> "Traced":
        """A number without a name."""
        number = super().__new__(cls, value)
        number.operation, number.arguments = operation, arguments
        number.name = number.unit = number.reference = number.check = None
        number.settled = False
        return number

    def __getitem__(self, _: tuple[()]) -> "Traced":
        return self

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Compute, and record operation and arguments."""
        if method != "__call__" or kwargs:
            raise TypeError(f"{ufunc.__name__}.{method} with {sorted(kwargs)} cannot be traced")
        operands = tuple(one if isinstance(one, Traced) else float(one) for one in inputs)
        value = ufunc(*(float(one) for one in operands))
        return value if ufunc.__name__ in PLAIN else _simplest(ufunc.__name__, operands, float(value))

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Trace only the selected branch of a choice."""
        if function is np.where:
            condition, taken, otherwise = args
            return taken if condition else otherwise
        if function is np.clip:
            return np.minimum(np.maximum(args[0], args[1]), args[2])
        if function in (np.ndim, np.ravel, np.ones_like):
            return function(float(self))
        raise TypeError(f"{function.__name__} cannot be traced")


def _simplest(operation: str, operands: tuple[float, ...], value: float) -> float:
    """The result of an operation, or the operand that it does not change."""
    if operation == "multiply" and any(type(one) is float and one == 0 for one in operands):
        return 0.0
    for place, neutral in enumerate(NEUTRAL.get(operation, ())):
        if type(operands[place]) is float and operands[place] == neutral:
            return operands[1 - place]
    return Traced(value, operation, *operands)


def traced_input(value: float, name: str, unit: str, reference: str | None = None) -> Traced:
    """Make a traced number of an input.

    Args:
        value: The number, in ``unit``. [any]
        name: Its name.
        unit: Its unit.
        reference: Its source.

    Returns:
        The number, traced. [any]
    """
    number = Traced(value)
    number.name, number.unit, number.reference, number.settled = name, unit, reference, True
    return number


def label_traced(number: Numeric, name: str, unit: str | None = None) -> Traced:
    """Give a number a name, so that it becomes a step.

    Args:
        number: The number; if it has a name already, the step is ``new name = old name``. [any]
        name: Its name.
        unit: Its unit, if its formula does not state it.

    Returns:
        The number, traced. [any]
    """
    traced = number if isinstance(number, Traced) else Traced(float(number))
    if traced.settled and traced.name != name:
        unit = traced.unit or unit
        traced = Traced(traced, "positive", traced)
    traced.name, traced.unit, traced.settled = name, traced.unit or unit, True
    return traced


def relabel(number: Numeric | None, name: str) -> None:
    """Replace the name of a traced result.

    Args:
        number: The number; an input keeps its name. [any]
        name: Its new name.
    """
    if isinstance(number, Traced) and number.arguments:
        number.name = name


def plain_number(number: Numeric) -> Numeric:
    """A number without its trace.

    Args:
        number: A number or an array. [any]

    Returns:
        The same, as a plain float if it was traced. [any]
    """
    return float(number) if isinstance(number, Traced) else number


def traced_root(solution: Numeric, equation: Callable[[Numeric], Numeric], unit: str) -> Traced:
    """Trace the solution x of x = f(x), which has no closed formula.

    Args:
        solution: The solution, as a plain number. [any]
        equation: The function f. [any]
        unit: Unit of the solution.

    Returns:
        The solution, traced; its check is f(solution). [any]
    """
    root = Traced(float(solution))
    root.unit = unit
    check = equation(root)
    root.check = check if isinstance(check, Traced) else None
    return root


def formula(function: Callable[P, R]) -> Callable[P, R]:
    """Register a formula, so that :func:`naming_formulas` names its traced results after it.

    Args:
        function: A formula; if it returns an object, its fields are named.

    Returns:
        The same function; outside an explanation it runs without overhead.
    """
    FORMULAS[function.__code__] = function
    return function


FORMULAS: dict[CodeType, Callable[..., object]] = {}
"""The formulas by their code."""


@contextmanager
def naming_formulas() -> Iterator[None]:
    """Name traced results after the formulas that return them, with unit and reference of their docstrings."""
    before = sys.getprofile()
    sys.setprofile(_name_on_return)
    try:
        yield
    finally:
        sys.setprofile(before)


def _name_on_return(frame: FrameType, event: str, result: object) -> None:
    function = FORMULAS.get(frame.f_code) if event == "return" else None
    if function is None:
        return
    if isinstance(result, Traced):
        _name_result(function, result)
    elif is_dataclass(result) and not isinstance(result, type):
        for field in fields(result):
            number = getattr(result, field.name)
            if isinstance(number, Traced):
                _name_field(function, type(result), field.name, number)


def _name_result(function: Callable[..., object], result: Traced) -> None:
    if result.name is None:
        result.name, result.unit = function.__name__, _unit(_section(function, "Returns"))
        result.reference = _reference(function)


def _name_field(function: Callable[..., object], kind: Callable[..., object], name: str, number: Traced) -> None:
    if not number.settled:
        number.name, number.settled = name, True
        number.unit = number.unit or _unit(_entry(_section(kind, "Attributes"), name))
        number.reference = number.reference or _reference(function)


def _reference(function: object) -> str | None:
    return " ".join(_section(function, "References").split()) or None


def _unit(text: str) -> str | None:
    found = UNIT.findall(text)
    return found[-1] if found else None


def _entry(text: str, name: str) -> str:
    found = re.search(rf"^{name}: (.*(?:\n +.*)*)", text, re.MULTILINE)
    return found[1] if found else ""


@lru_cache(maxsize=1024)
def _section(documented: Callable[..., object], title: str) -> str:
    """A section of a docstring without its indentation."""
    found = re.search(SECTION.format(title), cleandoc(documented.__doc__ or "") + "\n", re.MULTILINE)
    return cleandoc("\n" + found[1]) if found else ""
