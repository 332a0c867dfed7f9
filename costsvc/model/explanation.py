"""Numbers that remember how they came about, so that an answer can show its arithmetic.

The formulas are run a second time, on central values, with traced numbers in place of floats: what is
shown is what was computed, and nothing of it is written down twice.
"""

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import lru_cache, wraps
from inspect import cleandoc
from operator import attrgetter
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from costsvc.units import Numeric

P = ParamSpec("P")
R = TypeVar("R")

SECTION = r"^{}:\n((?:    .*\n|\n)+)"
UNIT = re.compile(r"\[([^\]]+)\]")
PLAIN = {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "isnan", "isfinite", "sign"}
"""Questions about a number: their answers decide what is computed and are no part of it."""
NEUTRAL: dict[str, tuple[float | None, float | None]] = {
    "add": (0.0, 0.0),
    "subtract": (None, 0.0),
    "multiply": (1.0, 1.0),
    "divide": (None, 1.0),
    "power": (None, 1.0),
}
"""First and second operands that change nothing."""


class Traced(NDArrayOperatorsMixin, float):  # type: ignore[misc] # every operator of the one hides that of the other
    """A number with the operation and the arguments that gave it.

    Attributes:
        operation: Name of the numpy function; empty where the number was given.
        arguments: What it was applied to.
        name: What it is called, None for what stands inside the formula of another.
        unit: Its unit.
        reference: Who says that the formula holds, or where a given number comes from.
        settled: Whether its name is more than that of the formula which gave it.
        check: Of the solution of an equation the number that has to equal it.
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
        found = super().__new__(cls, value)
        found.operation, found.arguments = operation, arguments
        found.name = found.unit = found.reference = found.check = None
        found.settled = False
        return found

    def __getitem__(self, _: tuple[()]) -> "Traced":
        return self

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Compute, and remember of what."""
        if method != "__call__" or kwargs:
            raise TypeError(f"An explanation cannot show {ufunc.__name__}.{method} with {sorted(kwargs)}.")
        operands = tuple(one if isinstance(one, Traced) else float(one) for one in inputs)
        value = ufunc(*(float(one) for one in operands))
        return value if ufunc.__name__ in PLAIN else _simplest(ufunc.__name__, operands, float(value))

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Show of a choice only what was taken."""
        if function is np.where:
            condition, taken, otherwise = args
            return taken if condition else otherwise
        if function is np.clip:
            return np.minimum(np.maximum(args[0], args[1]), args[2])
        if function in (np.ndim, np.ravel, np.ones_like):
            return function(float(self))
        raise TypeError(f"An explanation cannot show {function.__name__}.")


def _simplest(operation: str, operands: tuple[float, ...], value: float) -> float:
    """The number of an operation, or the operand that it leaves as it is."""
    if operation == "multiply" and any(type(one) is float and one == 0 for one in operands):
        return 0.0
    for place, neutral in enumerate(NEUTRAL.get(operation, ())):
        if type(operands[place]) is float and operands[place] == neutral:
            return operands[1 - place]
    return Traced(value, operation, *operands)


def traced_input(value: float, name: str, unit: str, reference: str | None = None) -> Traced:
    """A number to start from.

    Args:
        value: The number, in ``unit``. [any]
        name: What it is called.
        unit: Its unit.
        reference: Where it comes from.

    Returns:
        The number, traced. [any]
    """
    found = Traced(value)
    found.name, found.unit, found.reference, found.settled = name, unit, reference, True
    return found


def label_traced(number: Numeric, name: str, unit: str | None = None) -> Traced:
    """A number under a name of its own.

    Args:
        number: The number; one that has a name already is shown as equal to the new one. [any]
        name: What it is called.
        unit: Its unit, where its formula does not say it.

    Returns:
        The number, traced. [any]
    """
    found = number if isinstance(number, Traced) else Traced(float(number))
    if found.settled and found.name != name:
        unit = found.unit or unit
        found = Traced(found, "positive", found)
    found.name, found.unit, found.settled = name, found.unit or unit, True
    return found


def relabel(number: Numeric | None, name: str) -> None:
    """Give a traced number that follows from others another name.

    Args:
        number: The number; what was given keeps its name. [any]
        name: What it is called from now on.
    """
    if isinstance(number, Traced) and number.arguments:
        number.name = name


def plain_number(number: Numeric) -> Numeric:
    """A number without its past.

    Args:
        number: Any number or numbers. [any]

    Returns:
        The same. [any]
    """
    return float(number) if isinstance(number, Traced) else number


def traced_root(solution: Numeric, equation: Callable[[Numeric], Numeric], unit: str) -> Traced:
    """The solution x of x = f(x), which has no formula of its own.

    Args:
        solution: What was found, without a past. [any]
        equation: The function f. [any]
        unit: Unit of the solution.

    Returns:
        The solution, traced; f of it is shown as its check. [any]
    """
    found = Traced(float(solution))
    found.unit = unit
    check = equation(found)
    found.check = check if isinstance(check, Traced) else None
    return found


def formula(function: Callable[P, R]) -> Callable[P, R]:
    """Name a traced result after the formula that gave it, with the unit and reference of its docstring.

    Args:
        function: A formula; of an object as result the fields are named.

    Returns:
        The same formula.
    """
    returned = function.__annotations__["return"]
    return _naming_fields(function, returned) if is_dataclass(returned) else _naming_result(function)


def _naming_result(function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def named(*args: P.args, **kwargs: P.kwargs) -> R:
        result = function(*args, **kwargs)
        # asked of every result, so it has to be quick
        if result.__class__ is Traced:
            _name_result(function, cast("Traced", result))
        return result

    return named


def _naming_fields(function: Callable[P, R], returned: Any) -> Callable[P, R]:
    names = [field.name for field in fields(returned)]
    numbers = attrgetter(*names)

    @wraps(function)
    def named(*args: P.args, **kwargs: P.kwargs) -> R:
        result = function(*args, **kwargs)
        if Traced in map(type, numbers(result)):
            for name, number in zip(names, numbers(result), strict=True):
                if isinstance(number, Traced):
                    _name_field(function, returned, name, number)
        return result

    return named


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
