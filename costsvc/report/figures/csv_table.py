"""Rows as CSV: the data of a figure, or a table."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from costsvc.report.figures.vega import BACKGROUND
from costsvc.report.rendering import Spec

INNER = ("layer", "vconcat", "concat")
SIDES = ("left", "right", "bottom", "top")
LAYOUT = {
    *("description", "row", "begin", "end", "amount", "needs", "label", "align", "dx", "edge", "place"),
    *SIDES,
}
"""Columns that only place or describe a mark."""
FORMULA = ("=", "+", "-", "@")
"""The characters at which a spreadsheet begins a formula."""


def to_csv(spec: Spec) -> str:
    """Write the rows of a figure as CSV; the column ``panel`` names the panel of each row.

    Args:
        spec: A specification.
    """
    rows = list(_rows(spec))
    columns = dict.fromkeys(name for row in rows for name in row if name not in LAYOUT)
    return write_rows(rows, list(columns))


def write_rows(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> str:
    """Write rows as CSV that no spreadsheet evaluates.

    Args:
        rows: The rows; what is not one of the columns is left out.
        columns: The names of the columns.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    return as_plain(value) if isinstance(value, str) else value


def as_plain(value: str) -> str:
    """A text that no spreadsheet evaluates: one that looks like a formula gets an apostrophe.

    Like spreadsheets, this ignores leading blanks and controls and normalises wide forms of signs.

    Args:
        value: The text.
    """
    visible = (one for one in unicodedata.normalize("NFKC", value) if unicodedata.category(one)[0] not in "CZ")
    return f"'{value}" if "".join(visible).startswith(FORMULA) or value[:1] in "\t\r\n" else value


def _rows(spec: Spec, panel: Spec | None = None) -> Iterator[Spec]:
    title = spec.get("title")
    panel = {"panel": title["text"] if isinstance(title, dict) else title} if title else panel or {}
    data = spec.get("data")
    if isinstance(data, dict) and not str(data.get("name", "")).startswith(BACKGROUND):
        for row in data["values"]:
            yield {**panel, **row}
    for name in INNER:
        panels = spec.get(name)
        if isinstance(panels, list):
            for inner in panels:
                yield from _rows(inner, panel)
