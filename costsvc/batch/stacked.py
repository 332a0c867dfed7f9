"""Inputs of many templates as columns, with places for the numbers of each row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from costsvc.model.inputs import Constant, FactorsOf, Number, PowerLaw, central, stack, take
from costsvc.model.uncertainty import Factor
from costsvc.units import Array, Numeric

Signature = tuple[object, ...]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RowNumber:
    """The place of a number of the request, which each row fills.

    Attributes:
        name: Field of the request.
    """

    name: str


@dataclass(frozen=True, slots=True)
class GrowingNumber:
    """The place of a number that grows with a number of the request.

    Attributes:
        name: Field of the request.
        base: The number at ``at``. [any]
        at: The request's number at which it was resolved. [any]
        exponent: Its growth. [1]
    """

    name: str
    base: Numeric
    at: Numeric
    exponent: Numeric


def with_places(inputs: FactorsOf[Any], number: Number, varying: frozenset[str]) -> Any:
    """Inputs with a place for each number that varies by row, and numbers elsewhere.

    Args:
        inputs: Inputs of a chain.
        number: Maps a factor to a number.
        varying: Fields of the request that vary by row.
    """
    return _placed(inputs, number, varying)


def _placed(value: Any, number: Number, varying: frozenset[str]) -> Any:
    kind = type(value)
    if kind is Factor:
        return RowNumber(value.name) if _is_varying(value, varying) else number(value)
    if kind is PowerLaw:
        base = number(value.factor)
        return GrowingNumber(value.over, base, value.at, value.exponent) if value.over in varying else base
    if kind is Constant:
        return value.factor.value
    if kind is FactorsOf:
        return value.kind(**{name: _placed(one, number, varying) for name, one in value.fields.items()})
    return tuple(_placed(one, number, varying) for one in value) if kind is tuple else value


def _is_varying(factor: Factor, varying: frozenset[str]) -> bool:
    return factor.origin == "request" and factor.name in varying


def signature(value: Any, varying: frozenset[str]) -> Signature:
    """What inputs must have in common to be rows of the same columns.

    Args:
        value: Inputs of a chain.
        varying: Fields of the request that vary by row.
    """
    kind = type(value)
    if kind is Factor:
        return ("row", value.name) if _is_varying(value, varying) else ()
    if kind is PowerLaw:
        return ("law",) if value.over in varying else ()
    if kind is FactorsOf:
        return (value.kind, *(signature(one, varying) for one in value.fields.values()), *value.fields)
    if kind is tuple:
        return ("tuple", *(signature(one, varying) for one in value))
    if is_dataclass(value) and kind is not Constant:
        return (kind, *(signature(getattr(value, field.name), varying) for field in fields(value)))
    return () if kind is Constant or (isinstance(value, float | int) and kind is not bool) else (value,)


def factors_in(value: Any) -> Iterator[Factor]:
    """All factors of some inputs.

    Args:
        value: Inputs of a chain.
    """
    kind = type(value)
    if kind is Factor:
        yield value
    elif kind is PowerLaw:
        yield value.factor
    elif kind is FactorsOf:
        for one in value.fields.values():
            yield from factors_in(one)
    elif kind is tuple:
        for one in value:
            yield from factors_in(one)


class StackedInputs:
    """Inputs of one signature: each distinct object is a row.

    Attributes:
        rows: The inputs.
        varying: Fields of the request that vary by row.

    What follows from a template alone is computed by ``complete``, once for each.
    """

    def __init__(self, varying: frozenset[str], complete: Callable[[Any], Any]) -> None:
        self.rows: list[FactorsOf[Any]] = []
        self.varying = varying
        self._complete = complete
        self._places: dict[object, int] = {}
        self._placed: list[Any] = []
        self._central: tuple[int, Any] = (0, None)
        self._uncertain: dict[str, dict[int, str]] = {}
        self._identities: Mapping[str, list[str | None]] = {}
        self._listed = 0

    def add(self, inputs: FactorsOf[Any]) -> int:
        """The row of some inputs, which is new if no earlier inputs have the same factors."""
        place = self._places.get(inputs)
        if place is None:
            key = _identity(inputs, self.varying)
            place = self._places.setdefault(key, len(self.rows))
            self._places[inputs] = place
            if place == len(self.rows):
                self.rows.append(inputs)
        return place

    def uncertain(self) -> Mapping[str, list[str | None]]:
        """For the name of each factor with width its identity in each row; None if a row has no such factor."""
        for place in range(self._listed, len(self.rows)):
            for factor in factors_in(self.rows[place]):
                if factor.low != factor.high:
                    self._uncertain.setdefault(factor.name, {})[place] = factor.identity
        if self._listed < len(self.rows):
            size = self._listed = len(self.rows)
            self._identities = {name: [of.get(i) for i in range(size)] for name, of in self._uncertain.items()}
        return self._identities

    def columns(self, number: Number) -> Any:
        """The inputs as columns with places; those at central values are kept.

        Args:
            number: Maps a factor to a number.
        """
        if number is central and self._central[0] == len(self.rows):
            return self._central[1]
        if number is not central:
            return self._complete(stack([with_places(one, number, self.varying) for one in self.rows]))
        self._placed += [with_places(one, central, self.varying) for one in self.rows[len(self._placed) :]]
        self._central = (len(self.rows), self._complete(stack(self._placed)))
        return self._central[1]

    def subset(self, rows: Rows, number: Number) -> Any:
        """Some rows as columns with places, in the order of ``rows``.

        Args:
            rows: Their indices. [1]
            number: Maps a factor to a number.
        """
        distinct, inverse = np.unique(rows, return_inverse=True)
        rows_there = [with_places(self.rows[place], number, self.varying) for place in distinct.tolist()]
        made = self._complete(stack(rows_there))
        return take(made, inverse) if len(distinct) > 1 else made


def _identity(value: Any, varying: frozenset[str]) -> object:
    """A key that is equal for inputs with the same factors and numbers."""
    kind = type(value)
    if kind is FactorsOf:
        return (value.kind, *(_identity(one, varying) for one in value.fields.values()))
    if kind is tuple:
        return tuple(_identity(one, varying) for one in value)
    if kind is Factor and value.origin == "request":
        return value.name if value.name in varying else (value.name, value.value)
    if kind is Constant:
        return (value.factor.name, value.factor.value)
    return value


def fill(columns: Any, rows: Rows | None, numbers: Mapping[str, Array]) -> Any:
    """Select rows of columns and put the numbers of each row into their places.

    Args:
        columns: Columns with places.
        rows: Index of the columns' row for each row; None if they are in the same order. [1]
        numbers: A column for each field that varies. [any]
    """
    kind = type(columns)
    if kind is RowNumber:
        return numbers[columns.name]
    if kind is GrowingNumber:
        base, at, exponent = (fill(one, rows, numbers) for one in (columns.base, columns.at, columns.exponent))
        return base * (numbers[columns.name] / at) ** exponent
    if isinstance(columns, np.ndarray):
        return columns if rows is None or columns.ndim == 0 else take(columns, rows)
    if kind is tuple:
        return tuple(fill(one, rows, numbers) for one in columns)
    if is_dataclass(columns):
        return kind(**{field.name: fill(getattr(columns, field.name), rows, numbers) for field in fields(columns)})
    return columns
