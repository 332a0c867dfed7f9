"""Names that a form suggests while somebody types."""

from collections.abc import Iterable, Mapping

from costsvc.reference.catalog import Catalog
from costsvc.reference.names import normal
from costsvc.reference.table import Row

Suggestions = Mapping[str, list[tuple[str, str]]]
"""For each list the names that a request may hold, each with what people call it."""
ORDER = ("datacenter", "workstation", "consumer", "board")


def suggestions(catalog: Catalog) -> Suggestions:
    """The lists of names of a catalog.

    Args:
        catalog: The tables.
    """
    tables = catalog.tables
    return {
        "accelerators": [_named(row, "accelerator_id") for row in sorted(_rows(catalog, "accelerators"), key=_segment)],
        # those without an accelerator are many, and answered all the same
        "instances": [(row["instance_id"], "") for row in _rows(catalog, "instances") if row["host_share"] is not None],
        "regions": [*map(_region, tables["regions"].rows.values()), *map(_country, tables["countries"].rows.values())],
        # the others are answered too, by sizes alone
        "models": [_named(row, "model_id") for row in _rows(catalog, "models") if row["layers"] is not None],
    }


def _rows(catalog: Catalog, table: str) -> Iterable[Row]:
    return catalog.tables[table].rows.values()


def _named(row: Row, id_column: str) -> tuple[str, str]:
    """An id and its name, where that says more."""
    id_, name = row[id_column], row["name"]
    return id_, "" if normal(name) in normal(id_) else name


def _segment(row: Row) -> tuple[int, str]:
    segment = row["segment"]
    return (ORDER.index(segment) if segment in ORDER else len(ORDER), row["accelerator_id"])


def _region(row: Row) -> tuple[str, str]:
    return row["region_id"], f"{row['location'] or row['region']}, {row['country']}"


def _country(row: Row) -> tuple[str, str]:
    return row["country"], row["name"]
