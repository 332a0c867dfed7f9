"""Shapes of templates: templates whose chain runs at once, on factors as columns."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from costsvc.batch.groups import Codes, Numbering
from costsvc.batch.resolving import Around, Chain, Work, completed
from costsvc.batch.stacked import Rows, Signature, StackedInputs, fill, signature
from costsvc.model.chains.footprint import Footprint
from costsvc.model.chains.surroundings import Surroundings
from costsvc.model.inputs import Number, central
from costsvc.model.uncertainty import Factor, shift_by_sigma
from costsvc.units import Array, Numeric

SLICE = 16384
"""Rows on which a chain runs at once, so that its columns stay in the processor's cache."""


class Shape:
    """Templates with the same fields and the same choices.

    Attributes:
        id: Its number, from 0.
        chain: Runs the requests.
        activity: Number to which all results are proportional; None if there is none.
        varying: Further numbers that vary by row, in the order of their names.
        is_unused: Whether the machines drew no energy.
        tables: Inputs of the work, then of each part of the surroundings.
    """

    def __init__(
        self, id_: int, work: Work, varying: frozenset[str], tables: tuple[StackedInputs, ...], *, is_unused: bool
    ) -> None:
        self.id = id_
        self.chain: Chain = work.chain
        self.activity = work.activity
        self.varying = tuple(sorted(varying - {work.activity}))
        self.is_unused = is_unused
        self.tables = tables
        self._rows: list[tuple[int, ...]] = []
        self._index: Rows = np.empty((len(tables), 0), dtype=np.int64)
        self._rates: tuple[int, Array] | None = None

    def add(self, parts: tuple[int, ...]) -> int:
        """Add a template by the row of each of its parts, and return its row."""
        self._rows.append(parts)
        return len(self._rows) - 1

    def index(self) -> Rows:
        """The row of each part of each template; a row of the array per table."""
        if self._index.shape[1] != len(self._rows):
            self._index = np.array(self._rows, dtype=np.int64).T.copy()
        return self._index

    def identities(self, name: str, numbering: Numbering[str]) -> Codes:
        """The number of the figure of a name that each template has; -1 if it has none.

        Args:
            name: Name of a factor.
            numbering: Numbers of the figures, which is extended.
        """
        found = np.full(len(self._rows), -1, dtype=np.int64)
        for table, index in zip(self.tables, self.index(), strict=True):
            if name in table.uncertain():
                own = [-1 if one is None else numbering.code(one) for one in table.uncertain()[name]]
                found = np.maximum(found, np.array(own, dtype=np.int64)[index])
        return found

    def central(self, rows: Rows, numbers: Mapping[str, Array], names: tuple[str, ...]) -> Array:
        """Results at central values, per unit of the activity.

        Args:
            rows: The template of each row.
            numbers: The numbers that vary, in the order of ``rows``. [any]
            names: Numbers of a footprint.

        Returns:
            A row per name and a column per row. [any]
        """
        if not self.varying:
            rates, found = self._rates_of(names), np.empty((len(names), len(rows)))
            for place in range(len(names)):
                np.take(rates[place], rows, out=found[place], mode="clip")  # several times faster than with checks
            return found
        results = np.empty((len(names), len(rows)))
        for first in range(0, len(rows), SLICE):
            part = slice(first, first + SLICE)
            columns = {name: values[part, None] for name, values in numbers.items()}
            whole = self._run(central, rows[part], columns)
            for place, name in enumerate(names):
                results[place, part] = np.broadcast_to(getattr(whole, name), (len(rows[part]), 1))[:, 0]
        return results

    def _rates_of(self, names: tuple[str, ...]) -> Array:
        """Results of one unit of the activity for each template; the latest are kept."""
        kept = self._rates
        if kept is None or kept[0] != len(self._rows):
            rows = np.arange(len(self._rows))
            whole = self._run(central, rows, {})
            rates = [np.broadcast_to(getattr(whole, name), (len(rows), 1))[:, 0] for name in names]
            kept = self._rates = (len(rows), np.array(rates))
        return kept[1]

    def draws(self, rows: Rows, numbers: Mapping[str, Array], names: tuple[str, ...], number: Number) -> Array:
        """Results per unit of the activity with draws, or with other numbers for factors.

        Args:
            rows: The template of each row.
            numbers: The numbers that vary, in the order of ``rows``. [any]
            names: Numbers of a footprint.
            number: Maps a factor to a number.

        Returns:
            A matrix per name with a row per row and a column per draw, the central value first. [any]
        """
        columns = {name: values[:, None] for name, values in numbers.items()}
        whole = self._run(number, rows, columns, subset=True)
        found = [np.atleast_2d(getattr(whole, name)) for name in names]
        width = max(one.shape[-1] for one in found)
        return np.array([np.broadcast_to(one, (len(rows), width)) for one in found])

    def shifted(
        self, rows: Rows, numbers: Mapping[str, Array], names: tuple[str, ...], shift: tuple[str, float]
    ) -> Array:
        """Results per unit of the activity at central values but for one factor.

        Args:
            rows: The template of each row.
            numbers: The numbers that vary, in the order of ``rows``. [any]
            names: Numbers of a footprint.
            shift: Name of the factor, and its number of standard deviations from its central value.

        Returns:
            A row per name and a column per row. [any]
        """

        def number(factor: Factor) -> Numeric:
            is_meant = factor.name == shift[0] and factor.low != factor.high
            return shift_by_sigma(factor, shift[1]) if is_meant else factor.value

        columns = {name: values[:, None] for name, values in numbers.items()}
        chosen = [number if shift[0] in table.uncertain() else central for table in self.tables]
        whole = self._chain(self._filled(rows, columns, chosen))
        return np.array([np.broadcast_to(getattr(whole, name), (len(rows), 1))[:, 0] for name in names])

    def _run(self, number: Number, rows: Rows, numbers: Mapping[str, Array], *, subset: bool = False) -> Footprint:
        if not subset:
            return self._chain(self._filled(rows, numbers, [number] * len(self.tables)))
        one = self._ones() | dict(numbers)
        index = self.index()[:, rows]
        parts = [table.subset(places, number) for table, places in zip(self.tables, index, strict=True)]
        return self._chain([fill(part, None, one) for part in parts])

    def _filled(self, rows: Rows, numbers: Mapping[str, Array], chosen: Sequence[Number]) -> list[Any]:
        """Inputs of the parts of some templates, as columns."""
        both = self._ones() | dict(numbers)
        return [
            fill(table.columns(number), None if len(table.rows) == 1 else index, both)
            for table, index, number in zip(self.tables, self.index()[:, rows], chosen, strict=True)
        ]

    def _ones(self) -> dict[str, Array]:
        return {} if self.activity is None else {self.activity: np.ones((1, 1))}

    def _chain(self, filled: Sequence[Any]) -> Footprint:
        work, place, manufacture, price, social = filled
        around = Surroundings(place=place, manufacture=manufacture, price=price, social=social)
        with np.errstate(all="ignore"):  # NaN and infinity are results that do not exist
            whole = self.chain(work, around)
        return _unused(whole) if self.is_unused else whole


def _unused(whole: Footprint) -> Footprint:
    """The footprint of machines that were reserved but not used: manufacture and rent."""
    nothing = whole.energy_kwh * 0.0
    names = ("accelerator_energy_kwh", "it_energy_kwh", "energy_kwh", "location_kg", "market_kg", "marginal_kg")
    water = ("onsite_l", "offsite_l", "total_l")
    return replace(whole, **dict.fromkeys((*names, *water), nothing), total_kg=whole.embodied_kg + nothing)


class Shapes:
    """All shapes of a run."""

    def __init__(self) -> None:
        self.all: list[Shape] = []
        self._tables: dict[tuple[int, frozenset[str]], StackedInputs] = {}
        self._shapes: dict[object, Shape] = {}
        self._signatures: Numbering[Signature] = Numbering()
        self._of_parts: dict[tuple[Any, frozenset[str]], int] = {}

    def add(self, work: Work, around: Around, varying: frozenset[str], *, is_unused: bool) -> tuple[Shape, int]:
        """Add a template, and return its shape and its row there.

        Args:
            work: Its work.
            around: Its surroundings.
            varying: Fields of the request that vary by row.
            is_unused: Whether the machines drew no energy.
        """
        parts = (work.inputs, *around.parts)
        signatures = [self._signature(part, varying) for part in parts]
        key = (work.chain, work.activity, varying, is_unused, *signatures)
        shape = self._shapes.get(key)
        if shape is None:
            tables = tuple(self._table(one, varying) for one in signatures)
            shape = self._shapes[key] = Shape(len(self.all), work, varying, tables, is_unused=is_unused)
            self.all.append(shape)
        return shape, shape.add(tuple(table.add(part) for table, part in zip(shape.tables, parts, strict=True)))

    def _signature(self, part: Any, varying: frozenset[str]) -> int:
        """The number of the signature of a part."""
        key = (part, varying)
        found = self._of_parts.get(key)
        if found is None:
            found = self._of_parts[key] = self._signatures.code(signature(part, varying))
        return found

    def _table(self, of: int, varying: frozenset[str]) -> StackedInputs:
        key = (of, varying)
        return self._tables.get(key) or self._tables.setdefault(key, StackedInputs(varying, completed))
