"""The numbers that a figure is drawn from, as a table."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from typing import Any

from costsvc.web.figures.theme import Spec

INNER = ("layer", "vconcat", "concat")
SIDES = ("left", "right", "bottom", "top")
NOT_DATA = {"told", "row", "begin", "end", "amount", "needs", "label", "align", "dx", "edge", "place", *SIDES}
"""Columns that say how a row is drawn."""
FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula."""


def table(spec: Spec) -> str:
    """A figure's rows as CSV; ``panel`` tells which of several they are in.

    Args:
        spec: A specification.
    """
    rows = list(_rows(spec))
    columns = dict.fromkeys(name for row in rows for name in row if name not in NOT_DATA)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """A value that a spreadsheet shows and does not compute: a text that begins like a formula gets an apostrophe.

    Blanks, controls and the wide forms of signs at the begin are looked through, as spreadsheets do.
    """
    if not isinstance(value, str):
        return value
    seen = "".join(one for one in unicodedata.normalize("NFKC", value) if unicodedata.category(one)[0] not in "CZ")
    return f"'{value}" if seen.startswith(FORMULA) or value[:1] in "\t\r\n" else value


def _rows(spec: Spec, panel: Spec | None = None) -> Iterator[Spec]:
    panel = {"panel": spec["title"]} if spec.get("title") else panel or {}
    for row in spec.get("data", {}).get("values", ()):
        yield {**panel, **row}
    for name in INNER:
        for inner in spec.get(name, ()):
            yield from _rows(inner, panel)
