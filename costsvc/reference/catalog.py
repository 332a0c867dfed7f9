"""All reference tables: look up rows by name, and figures as factors with their sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any, Self

from costsvc.errors import TableError, UnknownNameError
from costsvc.model.uncertainty import Factor, Origin, Scale
from costsvc.reference import names, tpu_names
from costsvc.reference.accelerator_names import AcceleratorNames, accelerator_names
from costsvc.reference.ages import age
from costsvc.reference.grid import Grid
from costsvc.reference.hosted_names import HostedNames
from costsvc.reference.instance_names import InstanceNames, instance_names
from costsvc.reference.memos import Memos
from costsvc.reference.model_forms import stem
from costsvc.reference.model_names import ModelNames
from costsvc.reference.names import Names
from costsvc.reference.package import load_tables, reference_date, summary, version
from costsvc.reference.place_names import PlaceNames
from costsvc.reference.places import Place, Places
from costsvc.reference.reading import AcceleratorReading, Reading
from costsvc.reference.seller_names import seller_names
from costsvc.reference.similar import nearest
from costsvc.reference.table import Key, Row, Table, cell, describe

GRID_TABLES = (
    "grid_average",
    "grid_average_electricitymaps",
    "grid_average_google",
    "grid_average_tied",
    "grid_marginal_ifi",
    "grid_marginal",
)
STANDARD = "standard"
"""Processing of calls to a hosted model unless another kind is given."""
UNKNOWN_CARD = (
    "For another accelerator, give the most similar known one, with its measured mean power as accelerator_power_w."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalog:
    """All reference tables with their indexes.

    Attributes:
        tables: Tables by name.
        accelerators: Names of accelerators, processors included.
        models: Names of models.
        hosted: Names of the models that each provider bills, and of the providers.
        instances: Names of cloud instances.
        providers: Names of providers that rent out or operate machines.
        places: Regions, countries, subdivisions, grid zones and cities by id.
        place_names: The reader of their names.
        grid: Intensities of the grid.
        described: Each table's name, licence, key, columns and number of rows.
        reference_date: Default day of estimates.
        version: Hash of all tables.
        memos: Functions that resolve names from these tables, each with a cache of its results.
    """

    tables: Mapping[str, Table]
    accelerators: AcceleratorNames
    models: ModelNames
    hosted: HostedNames
    instances: InstanceNames
    providers: Names
    places: Places
    place_names: PlaceNames
    grid: Grid
    described: tuple[Row, ...]
    reference_date: date
    version: str
    _old_after: Mapping[str, int | None] = field(default_factory=dict)
    _factors: dict[tuple[str, Key, str, str, str, Scale], Factor | None] = field(default_factory=dict)
    _groups: dict[str, dict[Key, list[Any]]] = field(default_factory=dict)
    _indexes: dict[tuple[str, ...], Mapping[Key, list[Row]]] = field(default_factory=dict)
    _by_size: dict[tuple[str, ...], list[tuple[float, Row]]] = field(default_factory=dict)
    memos: Memos = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing resolved."""
        object.__setattr__(self, "memos", Memos(self))

    @classmethod
    def load(cls, folder: Path, overlay: Path | None = None) -> Self:
        """Load a data package and its overlay.

        Args:
            folder: The data package.
            overlay: A folder with some of the same files; its rows replace those of equal key, or are added.

        Raises:
            TableError: If a table is not as described.
        """
        tables = load_tables(folder, overlay)
        grid = Grid(tables[name] for name in GRID_TABLES)
        places = Places(tables, grid)
        return cls(
            tables=tables,
            accelerators=accelerator_names(
                {str(id_): row for id_, row in tables["accelerators"].rows.items()},
                {str(alias): row for alias, row in tables["accelerator_aliases"].rows.items()},
                map(str, tables["cpus"]),
            ),
            models=ModelNames.of(
                names.plain(
                    map(str, tables["models"]),
                    {str(alias): row["model_id"] for alias, row in tables["model_aliases"].rows.items()},
                ),
                {str(id_): row["total_params_b"] for id_, row in tables["models"].rows.items()},
            ),
            hosted=HostedNames.of(
                (row for row in tables["api_prices"].rows.values() if row["processing"] == STANDARD),
                {str(name): row["provider"] for name, row in tables["provider_names"].rows.items()},
            ),
            instances=instance_names(tables["instances"].rows.values()),
            providers=seller_names(tables),
            places=places,
            place_names=PlaceNames(places),
            grid=grid,
            described=tuple(summary(resource, tables) for resource in describe(folder).values()),
            reference_date=reference_date(folder),
            version=version(folder, overlay),
            _old_after={name: found.get("old_after_days") for name, found in describe(folder).items()},
        )

    @property
    def reference_year(self) -> int:
        """Default year of estimates: the last complete year before the reference date."""
        return self.reference_date.year - 1

    def row(self, table: str, key: Key) -> Row | None:
        """The row of a key, or None."""
        return self.tables[table].find(key)

    def accelerator(self, name: str, request_field: str = "accelerator") -> tuple[AcceleratorReading, Row]:
        """The accelerator or processor of a name.

        Raises:
            UnknownNameError: If the name is not known.
        """
        reading = self.accelerators.read(name)
        if reading is None:
            raise UnknownNameError(request_field, name, self.accelerators.nearest(name), UNKNOWN_CARD)
        row = self.row("accelerators", reading.id) or self.row("cpus", reading.id)
        return reading, _present(row)

    def is_instance(self, name: str) -> bool:
        """Whether the name of an accelerator is the exact one of a cloud instance."""
        spelt = name.strip()
        if " " in spelt or self.accelerators.find(spelt) is not None or tpu_names.read(spelt) is not None:
            return False
        return self.instances.find(spelt) is not None

    def instance(self, name: str, request_field: str = "instance") -> Row:
        """The cloud instance of a name.

        Raises:
            UnknownNameError: If the name is not known.
        """
        return self.read_instance(name, request_field)[1]

    def read_instance(self, name: str, request_field: str = "instance") -> tuple[Reading, Row]:
        """The reading of the name of a cloud instance, and its row.

        Raises:
            UnknownNameError: If the name is not known, or is that of an accelerator.
        """
        reading = self.instances.read(name)
        if reading is None or (reading.notes and self.accelerators.find(name) is not None):
            raise UnknownNameError(request_field, name, self.instances.nearest(name))
        return reading, _present(self.row("instances", reading.id))

    def read_model(self, name: str, request_field: str = "model") -> Reading:
        """The model of a name, with what else the name says.

        Raises:
            UnknownNameError: If the name is not known.
        """
        reading = self.models.read(name)
        if reading is None:
            raise UnknownNameError(request_field, name, self.nearest_models(name))
        return reading

    def nearest_models(self, name: str) -> list[str]:
        """Known models like an unknown one, those that are only known as hosted ones included."""
        return nearest(stem(name), {**self.hosted.short(), **self.models.short()})

    def model(self, name: str, request_field: str = "model") -> Row:
        """The row of the model of a name.

        Raises:
            UnknownNameError: If the name is not known.
        """
        return _present(self.row("models", self.read_model(name, request_field).id))

    def place(self, name: str, request_field: str = "region") -> Place:
        """The place of a name.

        Raises:
            UnknownNameError: If the name is not known.
        """
        return self.places[self.read_place(name, request_field).id]

    def read_place(self, name: str, request_field: str = "region") -> Reading:
        """What a name of a place means.

        Raises:
            UnknownNameError: If the name is not known.
        """
        reading = self.place_names.read(name)
        if reading is None:
            raise UnknownNameError(request_field, name, self.place_names.nearest(name))
        return reading

    def provider(self, name: str, request_field: str = "pricing.provider") -> str:
        """The id of a provider, by name.

        Raises:
            UnknownNameError: If the name is not known.
        """
        return _match(self.providers, name, request_field).id

    def api_provider(self, name: str, request_field: str = "provider") -> str:
        """The id of a provider of hosted models, by name.

        Raises:
            UnknownNameError: If the name is not known.
        """
        reading = self.hosted.provider(name)
        if reading is None:
            raise UnknownNameError(request_field, name, self.hosted.nearest_providers(name))
        return reading.id

    def hosted_model(self, provider: str, name: str, request_field: str = "model") -> Reading:
        """The key of a model in a provider's price list, by its name there or by that of the same open model.

        Args:
            provider: Id of the provider.
            name: The name.
            request_field: The field of the request that holds the name.

        Raises:
            UnknownNameError: If the provider sells no such model.
        """
        sold = self.hosted.sold[provider]
        reading = sold.read(name)
        if reading is not None:
            return reading
        known = self.models.read(name)
        same = self.sold_as(provider, known.id) if known is not None else None
        if known is None or same is None:
            raise UnknownNameError(request_field, name, sold.nearest(name))
        return replace(known, id=same, notes=(*known.notes, f"{provider} sells it as {same}"))

    def sold_as(self, provider: str, model_id: str) -> str | None:
        """The key under which a provider sells an open model, the cheapest of several; None if it does not.

        Args:
            provider: Id of the provider.
            model_id: Id of the model.
        """
        return self.hosted.sold[provider].keys_of(self.models.read).get(model_id)

    def default(self, name: str, shown_as: str | None = None, scale: Scale = "log") -> Factor:
        """A named default as a factor.

        Raises:
            KeyError: If no default has that name, which is a bug.
        """
        found = self.factor("defaults", name, "value", shown_as or name, scale=scale)
        if found is None:
            raise KeyError(name)
        return found

    def factor(
        self, table: str, key: Key, column: str, name: str, unit: str = "", scale: Scale = "log"
    ) -> Factor | None:
        """A figure of a table as a factor, or None if the table has none.

        Args:
            table: Name of the table.
            key: Key of the row.
            column: Column of the figure.
            name: Its name in the answer.
            unit: Its unit, unless the row has its own.
            scale: Scale on which it is drawn.
        """
        cached = (table, key, column, name, unit, scale)
        if cached not in self._factors:
            self._factors[cached] = self._factor(table, key, column, name, unit, scale)
        return self._factors[cached]

    def ratio(self, table: str, keys: tuple[Key, Key], column: str, name: str) -> Factor | None:
        """A figure of one row over that of another, as a factor without width.

        Args:
            table: Name of the table.
            keys: Keys of numerator and denominator.
            column: Column of both figures.
            name: Name of the ratio in the answer.
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
        """The values of the last column of a table's key in rows whose other key columns are ``start``.

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
        """The rows of a table, grouped by some columns.

        Args:
            table: Name of the table.
            columns: The columns, at least one.
        """
        key = (table, *columns)
        if key not in self._indexes:
            index: dict[Key, list[Row]] = {}
            for row in self.tables[table].rows.values():
                index.setdefault(tuple(row[column] for column in columns), []).append(row)
            self._indexes[key] = index
        return self._indexes[key]

    def models_by_size(self, *known: str) -> list[tuple[float, Row]]:
        """Total parameters and row of each model that has values in some columns, in order of size.

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


def _match(index: Names, name: str, request_field: str) -> Reading:
    match = index.find(name)
    if match is None:
        raise UnknownNameError(request_field, name, index.nearest(name))
    return match


def _present(row: Row | None) -> Row:
    if row is None:
        raise TableError("a name points to a row that no table has")
    return row
