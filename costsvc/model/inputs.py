"""The inputs of a chain: factors until it is known what to run it on, then numbers.

A chain takes frozen objects of numbers. Resolving a request gives the same objects with a factor in place of each
number; what the chain runs on (central values, draws, traced numbers, one factor moved) is chosen afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Any, Generic, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from costsvc.model.explanation import Traced, label_traced, plain_number, traced_input
from costsvc.model.uncertainty import Factor, sample
from costsvc.units import Condition, Numeric

Inputs = TypeVar("Inputs")
Number: TypeAlias = Callable[[Factor], Numeric]
"""What a factor becomes when a chain runs."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A figure that a chain takes without width and an answer does not list; an explanation shows it."""

    factor: Factor


@dataclass(frozen=True, slots=True, eq=False)
class FactorsOf(Generic[Inputs]):
    """An object of a chain's inputs whose fields are factors still.

    Attributes:
        kind: The class of the object.
        fields: For each of its fields a :class:`Factor`, a :class:`Constant`, further inputs, or what is no figure.
        shared: Whether many requests use it, so that its draws are worth keeping.
    """

    kind: type[Inputs]
    fields: Mapping[str, object]
    shared: bool = False

    def numbers(self, number: Number) -> Inputs:
        """The object with a number in place of each factor.

        Args:
            number: What a factor becomes: :func:`sample`, :func:`central`, :func:`traced`, or another number.

        Returns:
            The inputs that a chain runs on. [any]
        """
        if self.shared and number is sample:
            found: Inputs = _sampled(self)
            return found
        return self._numbers(number)

    def _numbers(self, number: Number) -> Inputs:
        return self.kind(**{name: _number(value, number) for name, value in self.fields.items()})

    def replaced(self, **fields: object) -> "FactorsOf[Inputs]":
        """The same with some fields replaced."""
        return FactorsOf(self.kind, {**self.fields, **fields})


@lru_cache(maxsize=8192)
def _sampled(shared: "FactorsOf[Inputs]") -> Inputs:
    return shared._numbers(sample)  # kept outside the object, so that the cache is bounded


def _number(value: object, number: Number) -> object:
    kind = type(value)
    if kind is Factor:
        return number(value)  # type: ignore[arg-type] # the line above says that it is one
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
    """A factor's central value that remembers what becomes of it, for an explanation.

    Args:
        factor: The factor.

    Returns:
        The value, traced, in the factor's unit. [any]
    """
    source = ", ".join(filter(None, (factor.source_id, factor.locator)))
    return traced_input(factor.value, factor.name, factor.unit, source or None)


def decisive(number: Numeric) -> Numeric:
    """The central value of each row of a number: what a chain decides on.

    Args:
        number: A number, draws, a column of rows, or rows of draws. [any]

    Returns:
        A number, or a column with one value per row; without its past. [any]
    """
    plain = plain_number(number)
    if not isinstance(plain, np.ndarray):
        return plain
    first = plain[..., :1] if plain.ndim else plain
    return float(first.item()) if first.size == 1 else first


def choose(condition: Condition, taken: Numeric, otherwise: Numeric) -> Numeric:
    """One of two numbers, row by row where the condition is a column.

    Args:
        condition: Which of the two. [1]
        taken: The number where the condition holds. [any]
        otherwise: The number elsewhere. [any]

    Returns:
        The numbers chosen. [any]
    """
    if isinstance(condition, np.ndarray):
        return np.where(condition, taken, otherwise)
    return taken if condition else otherwise


def restart(number: Numeric, like: Numeric, name: str, unit: str) -> Numeric:
    """A number at which an explanation begins anew: it was decided on, and no formula gave it.

    Args:
        number: The number. [any]
        like: A number that is traced where an explanation is wanted. [any]
        name: What the number is called.
        unit: Its unit.

    Returns:
        The same number. [any]
    """
    return traced_input(float(number), name, unit) if isinstance(like, Traced) else number


def label(number: Numeric, name: str, unit: str) -> Numeric:
    """A number under the name by which an explanation shows it.

    Args:
        number: The number. [any]
        name: What it is called.
        unit: Its unit.

    Returns:
        The same number. [any]
    """
    return label_traced(number, name, unit) if isinstance(number, Traced) else number


def stack(rows: Sequence[Inputs]) -> Inputs:
    """Inputs of several rows as one object of columns.

    Args:
        rows: Objects of numbers of one class and shape: what is None in one is None in all.

    Returns:
        The same object with a column, one row after the other, in place of each number. [any]

    Raises:
        ValueError: If the rows differ in shape.
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
        raise ValueError("rows of different shape cannot be stacked")
    return first


def _column(rows: list[Any]) -> Any:
    """Numbers as a column, draws as its rows; a number that all rows share stays one number."""
    first = rows[0]
    if not any(isinstance(row, np.ndarray) for row in rows) and all(row is first or row == first for row in rows):
        return first
    return np.array(np.broadcast_arrays(*(np.atleast_1d(row) for row in rows)))


def take(columns: Inputs, rows: npt.NDArray[np.int64]) -> Inputs:
    """Some rows of an object of columns, in the order that is wanted.

    Args:
        columns: An object of columns as of :func:`stack`.
        rows: Numbers of the rows, from 0. [1]

    Returns:
        The same object with those rows. [any]
    """
    if isinstance(columns, np.ndarray):
        return cast("Inputs", columns[rows])
    if isinstance(columns, tuple):
        return cast("Inputs", tuple(take(column, rows) for column in columns))
    if is_dataclass(columns) and not isinstance(columns, type):
        found = {field.name: take(getattr(columns, field.name), rows) for field in fields(columns)}
        return type(columns)(**found)
    return columns
