"""Listings of the tables by page: rows in the order of their ids, filtered by a search term."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

from costsvc.reference.catalog import Catalog
from costsvc.reference.names import normal
from costsvc.reference.table import Row

Item = Mapping[str, Any]
MEASURED = ("pue", "pue_year", "wue_l_per_kwh", "wue_year", "cfe_share", "cfe_year")
"""Columns of a region's building, without bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some items of a listing.

    Attributes:
        items: The items of this page.
        total: Number of items on all pages.
        next: Cursor of the next page, None on the last.
    """

    items: list[Item]
    total: int
    next: str | None


@dataclass(frozen=True, eq=False)
class Listing:
    """Items by id.

    Attributes:
        items: Id to item.
        also: Id to further search terms.
    """

    items: Mapping[str, Item]
    also: Mapping[str, str]

    @cached_property
    def ids(self) -> list[str]:
        """All ids in order."""
        return sorted(self.items)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Id to the words by which its item is found."""
        return {
            id_: normal(f"{id_} {item.get('name', '')} {self.also.get(id_, '')}") for id_, item in self.items.items()
        }

    def page(self, q: str, limit: int, cursor: str) -> Page:
        """The items after a cursor that contain ``q``, ignoring case and separators.

        Args:
            q: Part of an id, a name or an alias; empty for all.
            limit: Most items of the page.
            cursor: Id after which the page begins; empty for the first page.
        """
        word = normal(q)
        ids = [id_ for id_ in self.ids if word in self.words[id_]] if word else self.ids
        start = bisect_right(ids, cursor) if cursor else 0
        shown = ids[start : start + limit]
        more = start + limit < len(ids)
        return Page(
            items=[self.items[id_] for id_ in shown], total=len(ids), next=shown[-1] if more and shown else None
        )


def listings(catalog: Catalog) -> dict[str, Listing]:
    """The listing of each resource."""
    tables = catalog.tables
    aliases = _joined(tables["accelerator_aliases"].rows.values(), "accelerator_id")
    models = _joined(tables["model_aliases"].rows.values(), "model_id")
    known = _joined(tables["place_names"].rows.values(), "place_id", "name")
    chips = {**_plain(catalog, "accelerators"), **_plain(catalog, "cpus", {"segment": "cpu"})}
    return {
        "accelerators": Listing(chips, aliases),
        "instances": Listing(_plain(catalog, "instances"), {}),
        "regions": Listing(
            _regions(catalog), {id_: f"{_place(row)} {known.get(id_, '')}" for id_, row in _rows(catalog, "regions")}
        ),
        "models": Listing(_plain(catalog, "models"), models),
        "prices": Listing(_prices(catalog), {}),
        "sources": Listing(
            _plain(catalog, "sources"), {id_: str(row["title"]) for id_, row in _rows(catalog, "sources")}
        ),
        "data": Listing({table["name"]: table for table in catalog.described}, {}),
    }


def _rows(catalog: Catalog, table: str) -> Iterable[tuple[str, Row]]:
    return ((str(key), row) for key, row in catalog.tables[table].rows.items())


def _plain(catalog: Catalog, table: str, extra: Mapping[str, Any] | None = None) -> dict[str, Item]:
    return {id_: {**row, **(extra or {})} for id_, row in _rows(catalog, table)}


def _regions(catalog: Catalog) -> dict[str, Item]:
    """All regions with their latest PUE, WUE and carbon-free share, each with its year."""
    latest: dict[str, dict[str, Any]] = {}
    for row in sorted(catalog.tables["site_measures"].rows.values(), key=itemgetter("year")):
        metric = row["metric"]
        figures = {metric: row["value"], f"{metric}_low": row["low"], f"{metric}_high": row["high"]}
        latest.setdefault(row["scope_id"], {}).update(figures, **{f"{metric.partition('_')[0]}_year": row["year"]})
    return {id_: {**row, **dict.fromkeys(MEASURED), **latest.get(id_, {})} for id_, row in _rows(catalog, "regions")}


def _joined(rows: Iterable[Row], id_column: str, column: str = "alias") -> dict[str, str]:
    words: dict[str, list[str]] = {}
    for row in rows:
        words.setdefault(row[id_column], []).append(row[column])
    return {id_: " ".join(aliases) for id_, aliases in words.items()}


def _place(row: Row) -> str:
    return " ".join(str(row[name]) for name in ("location", "country", "subdivision", "zone_id") if row[name])


def _prices(catalog: Catalog) -> dict[str, Item]:
    """All prices; an id begins with the kind of price."""
    found: dict[str, Item] = {}
    for kind, table in (
        ("accelerator", "accelerator_prices"),
        ("instance", "instance_prices"),
        ("purchase", "purchase_prices"),
        ("api", "api_prices"),
        ("electricity", "electricity_prices"),
    ):
        for key, row in catalog.tables[table].rows.items():
            id_ = ":".join([kind, *map(str, key if isinstance(key, tuple) else (key,))])
            found[id_] = {"price_id": id_, "table": table, **row}
    return found
