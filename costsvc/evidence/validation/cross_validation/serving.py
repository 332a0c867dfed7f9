"""Cross-validation of serving: catalogs fitted without the tested model or source."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from costsvc.evidence.fits import pictures as fit_pictures
from costsvc.evidence.fits import text as fit_text
from costsvc.evidence.fits.constants import SCOPES, Fitted
from costsvc.evidence.fits.serving_rows import Measured, picture_rows, text_rows
from costsvc.evidence.validation.comparisons import with_tables
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Key, Row, Table

CONSTANTS, MODELS = "serving_fit", "models"
MEASURED = {
    "text": ("inference_measurements", "j_per_output_token"),
    "picture": ("generation_measurements", "j_per_item"),
}
SAME = 1e-4
"""Relative difference within which two records are of one measurement."""
FITS: Mapping[str, Callable[[Measured, Fitted | None], Fitted]] = {
    "text": fit_text.fit_text,
    "picture": fit_pictures.fit_pictures,
}


@dataclass(slots=True, kw_only=True)
class ServingCrossValidation:
    """Fits without one model, cached for each model.

    Attributes:
        catalog: The current tables.
        rows: Measurements that the fits read, by what is generated.
        best: The fits of all of them.
        by_source: Whether the tested rows are of sources that the fits exclude; other sources' measurements of the
            same model then remain.
    """

    catalog: Catalog
    rows: Mapping[str, Measured]
    best: Mapping[str, Fitted]
    by_source: bool = False
    _made: dict[tuple[str, str], Catalog] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, catalog: Catalog) -> Self:
        """Read the measurements of a data package and fit them."""
        text = text_rows(folder)
        rows = {
            "text": text.where(text.frame["software_year"] > fit_text.EAGER_YEAR),
            "picture": picture_rows(folder),
        }
        return cls(catalog=catalog, rows=rows, best={kind: FITS[kind](some, None) for kind, some in rows.items()})

    def model(self, kind: str, model_id: str) -> Catalog:
        """The catalog without what was measured of a model.

        Args:
            kind: What it generates: text or picture.
            model_id: The model.
        """
        if self.by_source:
            return self.catalog
        if (kind, model_id) not in self._made:
            self._made[kind, model_id] = self._without(kind, model_id)
        return self._made[kind, model_id]

    def unnamed(self, kind: str, model_id: str) -> Catalog:
        """The same, in which no model of that shape is known either."""
        catalog = self.model(kind, model_id)
        return with_tables(catalog, {MODELS: _less(self.catalog.tables[MODELS], "model_id", [model_id])})

    def reading(self, kind: str, joules: float) -> Catalog:
        """The catalog without a configuration, however its devices shared the work; constants as they are.

        Args:
            kind: What was generated: text or picture.
            joules: What was measured of it, by which it is known again.
        """
        name, column = MEASURED[kind]
        table = self.catalog.tables[name]
        same = {_configuration(row) for row in table.rows.values() if abs(row[column] / joules - 1) <= SAME}
        kept = {key: row for key, row in table.rows.items() if _configuration(row) not in same}
        return with_tables(self.catalog, {name: Table(table.name, table.key, kept)})

    def source(self, sources: Collection[str]) -> Catalog | None:
        """The catalog without anything that some sources measured.

        Args:
            sources: Keys of table ``sources``.

        Returns:
            The catalog, or None where the other sources do not determine every constant of the fits.
        """
        tables = dict(self.catalog.tables)
        for kind, rows in self.rows.items():
            others = rows.where(~rows.frame["source_id"].isin(sources))
            if len(others.frame) == len(rows.frame):
                continue
            if _scopes(self.best[kind], rows) - _scopes(self.best[kind], others):
                return None
            measured, _ = MEASURED[kind]
            tables[CONSTANTS] = _with(tables[CONSTANTS], FITS[kind](others, self.best[kind]))
            tables[measured] = _less(tables[measured], "source_id", sources)
        return with_tables(self.catalog, tables) if tables != self.catalog.tables else self.catalog

    def another(self, sources: Collection[str]) -> Self | None:
        """For rows of some sources, none of which take part; None as in :meth:`source`.

        Args:
            sources: Keys of table ``sources``.
        """
        catalog = self.source(sources)
        return None if catalog is None else replace(self, catalog=catalog, by_source=True, _made={})

    def _without(self, kind: str, model_id: str) -> Catalog:
        rows, best = self.rows[kind], self.best[kind]
        others = rows.where(rows.frame["model_id"] != model_id)
        if len(others.frame) == len(rows.frame):
            return self.catalog
        result = FITS[kind](others, best.without(model_id))
        kept = {name: _less(self.catalog.tables[name], "model_id", [model_id]) for name, _ in MEASURED.values()}
        return with_tables(self.catalog, {CONSTANTS: _with(self.catalog.tables[CONSTANTS], result), **kept})


def _with(table: Table, fitted: Fitted) -> Table:
    """The table of constants with other values; rows with an interval are no constants of the fit, and stay."""
    values = {constant[:2]: float(value) for constant, value in zip(fitted.constants, fitted.values, strict=True)}
    rows: dict[Key, Row] = {
        key: row if row["low"] is not None else {**row, "value": values.get((row["name"], row["scope"]), row["value"])}
        for key, row in table.rows.items()
    }
    return Table(table.name, table.key, rows)


def _less(table: Table, column: str, values: Collection[str]) -> Table:
    """A table without the rows that have one of some values in a column."""
    return Table(table.name, table.key, {key: row for key, row in table.rows.items() if row[column] not in values})


def _scopes(fitted: Fitted, rows: Measured) -> set[str]:
    """Scopes with rows and at least one free constant."""
    sought = {constant.scope for constant in fitted.constants if not constant.is_fixed}
    return sought & {scope for name in SCOPES for scope in rows.frame[name]}


def _configuration(row: Row) -> tuple[Any, ...]:
    return (row["model_id"], row["task"], row["accelerator_id"], row["accelerators"], round(row["batch_size"]))
