"""Matches published figures with the sources of the fits."""

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

Row = Mapping[str, str]
SAME = Path(__file__).with_name("provenance.csv")
REPOSITORY = re.compile(r"(?P<hub>HF )?(?:card )?(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)")
"""A repository at the beginning of a text; at Hugging Face each run has its own, so the owner is the source."""
DETAIL = re.compile(r"[:;(,]")
"""Separators between a publication and a location in it."""
ELSEWHERE = ("same", "see where_read", "")
"""Texts that name no publication."""


def source_of(row: Row) -> str:
    """Publisher of a row: the source of the fits if there is one, else the publication.

    Args:
        row: The published row, with its ``id`` and ``source``.
    """
    return min(fitted_sources(row), default="") or publication(row)


def publication(row: Row) -> str:
    """The publication of a row, without the table, the run or the file in it.

    Args:
        row: The published row.
    """
    text = row.get("source", "").strip()
    if text in ELSEWHERE:
        return row["id"]
    if match := REPOSITORY.match(text):
        return f"Hugging Face: {match['owner']}" if match["hub"] else f"{match['owner']}/{match['name']}"
    return DETAIL.split(text)[0].strip()


def fitted_sources(row: Row) -> frozenset[str]:
    """Sources of the fits that a row was published in.

    Args:
        row: The published row.

    Returns:
        Keys of table ``sources``; none where no fit has seen the publication.
    """
    text = f"{row['id']}: {row.get('source', '')}"
    return frozenset(source for pattern, source in _same() if re.search(pattern, text))


@cache
def _same() -> tuple[tuple[str, str], ...]:
    with SAME.open(encoding="utf-8", newline="") as file:
        return tuple((row["pattern"], row["source_id"]) for row in csv.DictReader(file))
