"""Tables and numbers of the documents, in Markdown."""

from collections.abc import Iterable, Sequence

READ = 3
"""Digits of a number that is read."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table.

    Args:
        head: Names of the columns.
        rows: Cells of each row.
    """
    lines = (head, ["---"] * len(head), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def short(value: float) -> str:
    """A number with as many digits as are read.

    Args:
        value: The number.
    """
    return f"{float(f'{value:.{READ}g}'):,.10g}"
