"""All tables: names lead to rows, and rows give factors that know where they come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from functools import lru_cache, partial
from operator import itemgetter
from pathlib import Path
from typing import Any, Self

from costsvc.errors import TableError, UnknownNameError
from costsvc.model.uncertainty import Factor, Origin, Scale
from costsvc.reference import names
from costsvc.reference.ages import age
from costsvc.reference.grid import Grid
from costsvc.reference.names import Match, Names
from costsvc.reference.package import load_tables, reference_date, summary, version
from costsvc.reference.places import Place, Places, places
from costsvc.reference.table import Key, Row, Table, cell, describe

GRID_TABLES = (
    "grid_average",
    "grid_average_electricitymaps",
    "grid_average_google",
    "grid_average_tied",
    "grid_marginal_ifi",
    "grid_marginal",
)
KEPT = 4096
"""Parts that are kept of each kind; the one used longest ago goes first."""
UNKNOWN_CARD = (
    "To count another one, name the most similar that is known, with its measured mean watts as accelerator_power_w."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalog:
    """Everything that is known.

    Attributes:
        tables: Table by name.
        accelerators: Names of accelerators, processors included.
        models: Names of models.
        instances: Names of cloud instances.
        providers: Names of those who rent out or run machines.
        apis: Names of the models that each provider sells by the token.
        places: Names of regions, countries and grid zones.
        grid: Intensities of the grid.
        described: Each table's name, licence, key, columns and number of rows.
        reference_date: The day of an estimate that names none.
        version: Hash of all of it.
        memos: Functions that resolve names from these tables, each with what it has resolved.
    """

    tables: Mapping[str, Table]
    accelerators: Names
    models: Names
    instances: Names
    providers: Names
    apis: Mapping[str, Names]
    places: Places
    grid: Grid
    described: tuple[Row, ...]
    reference_date: date
    version: str
    _old_after: Mapping[str, int | None] = field(default_factory=dict)
    _factors: dict[tuple[str, Key, str, str, str, Scale], Factor | None] = field(default_factory=dict)
    _groups: dict[str, dict[Key, list[Any]]] = field(default_factory=dict)
    _indexes: dict[tuple[str, ...], Mapping[Key, list[Row]]] = field(default_factory=dict)
    _by_size: dict[tuple[str, ...], list[tuple[float, Row]]] = field(default_factory=dict)
    memos: "Memos" = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing resolved."""
        object.__setattr__(self, "memos", Memos(self))

    @classmethod
    def load(cls, folder: Path, overlay: Path | None = None) -> Self:
        """Read a data package, and lay the rows of another over it.

        Args:
            folder: The data package.
            overlay: A folder with some of the same files; its rows replace those of equal key.

        Raises:
            TableError: If a table is not as described.
        """
        tables = load_tables(folder, overlay)
        grid = Grid(tables[name] for name in GRID_TABLES)
        return cls(
            tables=tables,
            accelerators=names.accelerators(
                map(str, tables["accelerators"]),
                {str(alias): row for alias, row in tables["accelerator_aliases"].rows.items()},
                {str(id_): row["family"] for id_, row in tables["accelerators"].rows.items()},
                map(str, tables["cpus"]),
            ),
            models=names.plain(
                map(str, tables["models"]),
                {str(alias): row["model_id"] for alias, row in tables["model_aliases"].rows.items()},
            ),
            instances=names.instances(tables["instances"].rows.values()),
            providers=names.plain(_providers(tables), {}),
            apis=_apis(tables["api_prices"]),
            places=places(tables, grid),
            grid=grid,
            described=tuple(summary(resource, tables) for resource in describe(folder).values()),
            reference_date=reference_date(folder),
            version=version(folder, overlay),
            _old_after={name: found.get("old_after_days") for name, found in describe(folder).items()},
        )

    @property
    def reference_year(self) -> int:
        """The year of an estimate that names none: figures of whole years end with the last whole year."""
        return self.reference_date.year - 1

    def row(self, table: str, key: Key) -> Row | None:
        """The row of a key, or None."""
        return self.tables[table].find(key)

    def accelerator(self, name: str, asked: str = "accelerator") -> tuple[Match, Row]:
        """The accelerator or processor of a name.

        Raises:
            UnknownNameError: If no name is like it.
        """
        match = self.accelerators.find(names.undecorated(name)) or self.accelerators.find(name)
        if match is None:
            raise UnknownNameError(asked, name, self.accelerators.nearest(name), UNKNOWN_CARD)
        row = self.row("accelerators", match.id) or self.row("cpus", match.id)
        return match, _present(row)

    def instance(self, name: str, asked: str = "instance") -> Row:
        """The cloud instance of a name.

        Raises:
            UnknownNameError: If no name is like it.
        """
        return _present(self.row("instances", _found(self.instances, names.instance(name), asked).id))

    def model(self, name: str, asked: str = "model") -> Row:
        """The model of a name.

        Raises:
            UnknownNameError: If no name is like it.
        """
        return _present(self.row("models", _found(self.models, name, asked).id))

    def place(self, name: str, asked: str = "region") -> Place:
        """The place of a name.

        Raises:
            UnknownNameError: If no name is like it.
        """
        place = self.places.find(name)
        if place is None:
            raise UnknownNameError(asked, name, self.places.names.nearest(name))
        return place

    def provider(self, name: str, asked: str = "pricing.provider") -> str:
        """Who rents out or runs machines, by name.

        Raises:
            UnknownNameError: If no name is like it.
        """
        return _found(self.providers, name, asked).id

    def api(self, provider: str, model: str) -> Row:
        """The price of a model that a provider sells by the token.

        Raises:
            UnknownNameError: If the provider sells no such model, or no model at all.
        """
        names_of = self.apis.get(provider)
        if names_of is None:
            raise UnknownNameError("provider", provider, get_close_matches(provider, self.apis, cutoff=0.4))
        return _present(self.row("api_prices", (provider, _found(names_of, model, "model").id)))

    def default(self, name: str, shown_as: str | None = None, scale: Scale = "log") -> Factor:
        """A named default as a factor.

        Raises:
            KeyError: If no default has that name, which is a fault of the program.
        """
        found = self.factor("defaults", name, "value", shown_as or name, scale=scale)
        if found is None:
            raise KeyError(name)
        return found

    def factor(
        self, table: str, key: Key, column: str, name: str, unit: str = "", scale: Scale = "log"
    ) -> Factor | None:
        """A figure of a table as a factor, or None where the table has none.

        Args:
            table: Name of the table.
            key: Key of the row.
            column: Column of the figure.
            name: What the answer calls it.
            unit: Its unit; the row's own where it has one.
            scale: On which scale its width is drawn.
        """
        cached = (table, key, column, name, unit, scale)
        if cached not in self._factors:
            self._factors[cached] = self._factor(table, key, column, name, unit, scale)
        return self._factors[cached]

    def ratio(self, table: str, keys: tuple[Key, Key], column: str, name: str) -> Factor | None:
        """A figure of one row over that of another, as a factor without width.

        Args:
            table: Name of the table.
            keys: The row above and the row below the line.
            column: Column of both figures.
            name: What the answer calls the ratio.
        """
        cached: tuple[str, Key, str, str, str, Scale] = (table, keys, column, name, "1", "log")
        if cached not in self._factors:
            above, below = (self.factor(table, key, column, name, "1") for key in keys)
            ratio = above.value / below.value if above and below else None
            self._factors[cached] = (
                None if above is None or ratio is None else replace(above, value=ratio, low=ratio, high=ratio)
            )
        return self._factors[cached]

    def group(self, table: str, *start: Key) -> list[Any]:
        """What the last column of a table's key holds where its other columns are ``start``.

        Args:
            table: Name of the table.
            start: The other columns of the key.
        """
        if table not in self._groups:
            groups: dict[Key, list[Any]] = {}
            for row in self.tables[table].rows.values():
                *first, last = (row[column] for column in self.tables[table].key)
                groups.setdefault(tuple(first), []).append(last)
            self._groups[table] = groups
        return self._groups[table].get(start, [])

    def rows_by(self, table: str, *columns: str) -> Mapping[Key, list[Row]]:
        """The rows of a table in groups that agree in some columns.

        Args:
            table: Name of the table.
            columns: The columns, one of them at least.
        """
        asked = (table, *columns)
        if asked not in self._indexes:
            index: dict[Key, list[Row]] = {}
            for row in self.tables[table].rows.values():
                index.setdefault(tuple(row[column] for column in columns), []).append(row)
            self._indexes[asked] = index
        return self._indexes[asked]

    def models_by_size(self, *known: str) -> list[tuple[float, Row]]:
        """Total parameters and row of each model that has some columns filled, from the smallest on.

        Args:
            known: The columns.
        """
        if known not in self._by_size:
            rows = self.tables["models"].rows.values()
            sized = [(row["total_params_b"], row) for row in rows if all(row[name] is not None for name in known)]
            self._by_size[known] = sorted(sized, key=itemgetter(0))
        return self._by_size[known]

    def _factor(self, table: str, key: Key, column: str, name: str, unit: str, scale: Scale) -> Factor | None:
        row = self.row(table, key)
        figure = cell(row, column) if row else None
        if row is None or figure is None:
            return None
        year = row.get("year", row.get(f"{column.partition('_')[0]}_year"))
        known = age(row, column, self._old_after.get(table))
        return Factor(
            name=name,
            value=figure.value,
            low=figure.low,
            high=figure.high,
            unit=row.get("unit") or unit,
            origin=self._origin(table, key),
            identity=f"{table}/{key}/{column}",
            source_id=row.get(f"{column}_source_id") or row["source_id"],
            locator=row.get(f"{column}_locator") or row["locator"],
            year=int(year) if isinstance(year, float | int) else None,
            as_of=known.as_of if known else None,
            old_from=known.old_from if known else None,
            scale=scale,
        )

    def _origin(self, table: str, key: Key) -> Origin:
        if key in self.tables[table].overlaid:
            return "overlay"
        return "default" if table == "defaults" else "table"


class Memos(dict[Callable[..., Any], Callable[..., Any]]):
    """Functions that resolve names from one catalog, each with a bounded cache of what it has resolved.

    ``catalog.memos[resolve](*names)`` is ``resolve(catalog, *names)``, kept by the names; what it returns is shared and
    must not be changed.
    """

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self._catalog = catalog

    def __missing__(self, resolve: Callable[..., Any]) -> Callable[..., Any]:
        """The function with an empty cache."""
        kept = self[resolve] = lru_cache(maxsize=KEPT)(partial(resolve, self._catalog))
        return kept


def _apis(table: Table) -> dict[str, Names]:
    """Names of models by who sells them; the last part of a path stands for it where no other has the same."""
    models: dict[str, list[str]] = {}
    for row in table.rows.values():
        models.setdefault(row["provider"], []).append(row["model"])
    return {
        provider: names.plain(known, {}, ((name.rpartition("/")[2], name) for name in known))
        for provider, known in models.items()
    }


def _providers(tables: Mapping[str, Table]) -> set[str]:
    columns = (
        *((table, "provider") for table in ("accelerator_prices", "instances", "regions")),
        ("operators", "operator"),
    )
    return {row[column] for table, column in columns for row in tables[table].rows.values()} - {"*"}


def _found(index: Names, name: str, asked: str) -> Match:
    match = index.find(name)
    if match is None:
        raise UnknownNameError(asked, name, index.nearest(name))
    return match


def _present(row: Row | None) -> Row:
    if row is None:
        raise TableError("a name leads to a row that no table has")
    return row
