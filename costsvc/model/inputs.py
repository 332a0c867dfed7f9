"""Inputs of a chain: objects of factors, which become objects of numbers when the chain runs.

A chain takes frozen objects of numbers. Resolving a request gives the same objects with a factor in place of each
number. The caller then chooses the numbers: central values, draws, traced numbers, or values with one factor shifted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Any, Generic, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from costsvc.model.explanation import Traced, label_traced, traced_input
from costsvc.model.uncertainty import Factor, sample
from costsvc.units import Condition, Numeric

Inputs = TypeVar("Inputs")
Number: TypeAlias = Callable[[Factor], Numeric]
"""Maps a factor to the number on which a chain runs."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A factor that a chain uses without width; the answer lists it only in its explanation."""

    factor: Factor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PowerLaw:
    """A factor that grows with a number of the request.

    Attributes:
        factor: The factor at the request's number.
        over: Name of the number.
        at: The number. [any]
        exponent: Growth of the factor with the number; 0 if it does not grow. [1]
    """

    factor: Factor
    over: str
    at: float
    exponent: float


@dataclass(frozen=True, slots=True, eq=False)
class FactorsOf(Generic[Inputs]):
    """An input object of a chain whose numbers are still factors.

    Attributes:
        kind: Class of the object.
        fields: Value of each field: a :class:`Factor`, a :class:`Constant`, further inputs, or any other value.
        shared: Whether many requests use it, so that its draws are cached.
    """

    kind: type[Inputs]
    fields: Mapping[str, object]
    shared: bool = False

    def numbers(self, number: Number) -> Inputs:
        """The object with a number in place of each factor.

        Args:
            number: Maps a factor to a number: :func:`sample`, :func:`central`, :func:`traced` or another function.

        Returns:
            The inputs on which a chain runs. [any]
        """
        if self.shared and number is sample:
            cached: Inputs = _sampled(self)
            return cached
        return self._numbers(number)

    def _numbers(self, number: Number) -> Inputs:
        return self.kind(**{name: _number(value, number) for name, value in self.fields.items()})

    def replaced(self, **fields: object) -> "FactorsOf[Inputs]":
        """A copy with some fields replaced."""
        return FactorsOf(self.kind, {**self.fields, **fields})


@lru_cache(maxsize=4096)
def _sampled(shared: "FactorsOf[Inputs]") -> Inputs:
    return shared._numbers(sample)  # the cache is outside the object so that it is bounded


def _number(value: object, number: Number) -> object:
    if type(value) is PowerLaw:
        value = value.factor
    kind = type(value)
    if kind is Factor:
        if number is sample and value.low == value.high:  # type: ignore[attr-defined] # checked in the line above
            return value.value  # type: ignore[attr-defined] # as above
        return number(value)  # type: ignore[arg-type] # as above
    if kind is FactorsOf:
        return value.numbers(number)  # type: ignore[attr-defined] # as above
    if kind is Constant:
        factor: Factor = value.factor  # type: ignore[attr-defined] # as above
        return traced(factor) if number is traced else factor.value
    if kind is tuple:
        return tuple(_number(one, number) for one in value)  # type: ignore[attr-defined] # as above
    return value


def central(factor: Factor) -> Numeric:
    """A factor's central value.

    Args:
        factor: The factor.

    Returns:
        The value, in the factor's unit. [any]
    """
    return factor.value


def traced(factor: Factor) -> Numeric:
    """A factor's central value as a traced number, for an explanation.

    Args:
        factor: The factor.

    Returns:
        The value, traced, in the factor's unit. [any]
    """
    source = ", ".join(filter(None, (factor.source_id, factor.locator)))
    return traced_input(factor.value, factor.name, factor.unit, source or None)


def decisive(number: Numeric) -> Numeric:
    """The central value of each row, on which a chain bases a decision.

    Args:
        number: A number, draws, a column of rows, or rows of draws. [any]

    Returns:
        A number, or a column with one value per row; without its trace. [any]
    """
    if not isinstance(number, np.ndarray):
        return float(number)
    first = number[..., :1] if number.ndim else number
    return float(first.item()) if first.size == 1 else first


def choose(condition: Condition, taken: Numeric, otherwise: Numeric) -> Numeric:
    """Select one of two numbers, row by row if the condition is a column.

    Args:
        condition: True selects the first number. [1]
        taken: The number if the condition is true. [any]
        otherwise: The number if it is false. [any]

    Returns:
        The selected number or column. [any]
    """
    if isinstance(condition, np.ndarray):
        return np.where(condition, taken, otherwise)
    return taken if condition else otherwise


def restart(number: Numeric, like: Numeric, name: str, unit: str) -> Numeric:
    """Make a decided number an input of the explanation, since it does not result from a formula.

    Args:
        number: The number. [any]
        like: Any number of the same run; it is traced if the run makes an explanation. [any]
        name: Name of the number.
        unit: Its unit.

    Returns:
        The same number. [any]
    """
    return traced_input(float(number), name, unit) if isinstance(like, Traced) else number


def label(number: Numeric, name: str, unit: str) -> Numeric:
    """Give a number the name that an explanation shows.

    Args:
        number: The number. [any]
        name: Its name.
        unit: Its unit.

    Returns:
        The same number. [any]
    """
    return label_traced(number, name, unit) if isinstance(number, Traced) else number


def stack(rows: Sequence[Inputs]) -> Inputs:
    """Combine the inputs of several rows into one object of columns.

    Args:
        rows: Objects of numbers of one class and shape: a field that is None in one is None in all.

    Returns:
        The same object with a column in place of each number. [any]

    Raises:
        ValueError: If the rows have different shapes.
    """
    return cast("Inputs", _stacked(list(rows)))


def _stacked(rows: list[Any]) -> Any:
    first = rows[0]
    if is_dataclass(first) and {type(row) for row in rows} == {type(first)}:
        columns = {field.name: _stacked([getattr(row, field.name) for row in rows]) for field in fields(first)}
        kind: Any = type(first)
        return kind(**columns)
    if all(isinstance(row, tuple) for row in rows):
        return tuple(_stacked(list(column)) for column in zip(*rows, strict=True))
    if all(row is first for row in rows):
        return first if first is None or isinstance(first, bool) else _column(rows)
    if all(isinstance(row, int | float | np.generic | np.ndarray) for row in rows):
        return _column(rows)
    if any(row != first for row in rows):
        raise ValueError("rows must have the same shape")
    return first


def _column(rows: list[Any]) -> Any:
    """Numbers as a column, draws as its rows; a number that is equal in all rows stays a number."""
    first = rows[0]
    if not any(isinstance(row, np.ndarray) for row in rows) and all(row is first or row == first for row in rows):
        return first
    return np.array(np.broadcast_arrays(*(np.atleast_1d(row) for row in rows)))


def take(columns: Inputs, rows: npt.NDArray[np.int64]) -> Inputs:
    """Select rows of an object of columns.

    Args:
        columns: An object of columns, as :func:`stack` returns it.
        rows: Indices of the rows, from 0, in the wanted order. [1]

    Returns:
        The same object with those rows. [any]
    """
    if isinstance(columns, np.ndarray):
        # of a column without draws a flat look-up is several times faster than one along an axis
        flat = columns.shape[-1] == 1
        return cast("Inputs", columns.ravel().take(rows)[:, None] if flat else columns.take(rows, axis=0))
    if isinstance(columns, tuple):
        return cast("Inputs", tuple(take(column, rows) for column in columns))
    if is_dataclass(columns) and not isinstance(columns, type):
        selected = {field.name: take(getattr(columns, field.name), rows) for field in fields(columns)}
        return type(columns)(**selected)
    return columns
