"""The rows of a table for people: found by words, sorted by columns, cut into pages, written as CSV."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from costsvc.reference.catalog import Catalog
from costsvc.reference.listing import Item, Listing
from costsvc.reference.names import normal
from costsvc.report.figures.csv_table import write_rows
from costsvc.web.columns import BY_NAME, Column, TableView

ROWS = 50
"""Rows of a page."""
DESCENDING = "-"
Keyed = tuple[str, Item]
"""An item with its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of a table that hold some words, sorted.

    Attributes:
        view: The table.
        catalog: The reference tables.
        items: The rows with their ids.
        q: The words.
        sort: The column, with ``-`` if from the highest; empty in the order of the table.
    """

    view: TableView
    catalog: Catalog
    items: Sequence[Keyed]
    q: str
    sort: str

    @property
    def pages(self) -> int:
        """The number of pages, at least 1."""
        return max(1, -(-len(self.items) // ROWS))

    def page(self, number: int) -> Sequence[Keyed]:
        """The rows of a page, counted from 1."""
        return self.items[ROWS * (number - 1) : ROWS * number]

    def query(self, **others: str | int) -> Mapping[str, str | int]:
        """The query of the same table with its words and order, changed as said, without empty values."""
        said = {"q": self.q, "sort": self.sort, **others}
        return {name: value for name, value in said.items() if value}

    def resorted(self, column: Column) -> Mapping[str, str | int]:
        """The query that sorts by a column: names from the first, numbers and days from the highest; then reversed."""
        ways = [column.name, DESCENDING + column.name]
        if column.kind != "text":
            ways.reverse()
        return self.query(sort=ways[1] if self.sort == ways[0] else ways[0])

    def direction(self, column: Column) -> str | None:
        """How the rows are sorted by a column, as ARIA says it; None if they are not."""
        if self.sort.removeprefix(DESCENDING) != column.name:
            return None
        return "descending" if self.sort.startswith(DESCENDING) else "ascending"

    def csv(self) -> str:
        """All rows with all digits; a column with an identifier is followed by the one with its name."""
        names = [name for column in self.view.columns for name in _names(column)]
        return write_rows((dict(self._cells(item)) for _, item in self.items), names)

    def _cells(self, item: Item) -> Iterator[tuple[str, Any]]:
        for column in self.view.columns:
            value = column.cell(self.catalog, item)
            yield column.name, " ".join(map(str, value)) if isinstance(value, list) else value
            if column.label is not None:
                yield _names(column)[1], column.text(self.catalog, item)


def rows_of(view: TableView, catalog: Catalog, listing: Listing, q: str, sort: str) -> Rows:
    """The rows of a table that hold all of some words.

    Args:
        view: The table.
        catalog: The reference tables.
        listing: The listing that the table shows.
        q: Words, or parts of them; empty for all rows.
        sort: One of the table's ways to sort; empty for its own order.
    """
    kept = catalog.memos[_index](view.name, listing)
    words = [normal(word) for word in q.split()]
    ids = [id_ for id_, text in kept.items() if all(word in text for word in words)]
    items = [(id_, listing.items[id_]) for id_ in ids]
    return Rows(
        view=view,
        catalog=catalog,
        items=_sorted(items, view, catalog, sort) if sort else items,
        q=q,
        sort=sort,
    )


def _index(catalog: Catalog, name: str, listing: Listing) -> Mapping[str, str]:
    """The ids of a table in its own order, with the words by which each is found."""
    view = BY_NAME[name]
    items: Sequence[Keyed] = [(id_, listing.items[id_]) for id_ in listing.ids if view.of(listing.items[id_])]
    for sort in reversed(view.order):
        items = _sorted(items, view, catalog, sort)
    labelled = [column for column in view.columns if column.label is not None]
    return {id_: " ".join((listing.words[id_], *_labels(labelled, catalog, item))) for id_, item in items}


def _labels(columns: Iterable[Column], catalog: Catalog, item: Item) -> Iterator[str]:
    return (normal(str(column.text(catalog, item))) for column in columns)


def _sorted(items: Sequence[Keyed], view: TableView, catalog: Catalog, sort: str) -> Sequence[Keyed]:
    """Rows sorted by a column; those that are equal keep their order, and the empty ones come last."""
    name = sort.removeprefix(DESCENDING)
    column = next(column for column in view.columns if column.name == name)
    keyed = [(_sort_key(column.text(catalog, item)), (id_, item)) for id_, item in items]
    full = [one for one in keyed if one[0] is not None]
    full.sort(key=lambda one: one[0], reverse=sort.startswith(DESCENDING))
    return [row for _, row in full] + [row for key, row in keyed if key is None]


def _sort_key(value: Any) -> Any:
    """What a cell is sorted by, None if it is empty."""
    if value in (None, ""):
        return None
    return value if isinstance(value, int | float) else str(value).casefold()


def _names(column: Column) -> tuple[str, ...]:
    """The columns of the CSV: the identifier, and the name of what it identifies."""
    if column.label is None:
        return (column.name,)
    short = column.name.removesuffix("_id")
    return column.name, f"{short}_name"
