"""How near the estimates come to published figures, in a sentence and in the words of a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, inf
from statistics import median
from typing import TypeAlias

from costsvc.answers.validation import (
    ComparedFigure,
    ComparedKind,
    ComparedPeer,
    KindBySource,
    Scoreboard,
    SourcedFigure,
)
from costsvc.reference.scoreboard import ANOTHER, HOSTED, LEFT_OUT, PLAUSIBILITY
from costsvc.units import PERCENT

AnyKind: TypeAlias = ComparedKind | KindBySource
Figure: TypeAlias = ComparedFigure | SourcedFigure
VARIANT = ", sizes"
"""Part of the kinds whose rows are those of another kind, asked with less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How near some estimates come.

    Attributes:
        estimates: Number of published figures that the service was asked for.
        kinds: Number of their kinds.
        within_percent: Half of the estimates are at most so far from the published figure, either way. [%]
        ranges: Number of those of kinds whose estimates have ranges.
        inside: Number of ranges that hold the published figure.
    """

    estimates: int
    kinds: int
    within_percent: int
    ranges: int
    inside: int


def of_unseen(board: Scoreboard) -> Accuracy:
    """How near the estimates of publications come that no fit has seen, hosted models of hidden size aside.

    Args:
        board: The scoreboard.
    """
    kinds = [one for one in board["by_source"] if not one["kind"].startswith((HOSTED, PLAUSIBILITY))]
    return accuracy([one for one in kinds if VARIANT not in one["kind"] and one["inside"] is not None])


def of_rows(board: Scoreboard) -> Accuracy:
    """How near the estimates come of which only the row is left out of the fits.

    Args:
        board: The scoreboard.
    """
    return accuracy([one for one in board["kinds"] if VARIANT not in one["kind"] and one["inside"] is not None])


def accuracy(kinds: Sequence[AnyKind]) -> Accuracy:
    """How near the estimates of some kinds come; a row without an estimate is a miss.

    Args:
        kinds: The kinds, with points.
    """
    rows = sum(one["rows"] for one in kinds)
    ratios = [ratio(point) for one in kinds for point in points_of(one)]
    middle = median([*ratios, *(inf for _ in range(rows - len(ratios)))])
    return Accuracy(
        estimates=rows,
        kinds=len(kinds),
        within_percent=ceil(round(PERCENT * (middle - 1), 6)),  # not one more for the last bit
        ranges=sum(one["rows"] for one in kinds if one["inside"] is not None),
        inside=sum(one["inside"] or 0 for one in kinds),
    )


def points_of(kind: AnyKind) -> Sequence[Figure]:
    """The published figures of a kind with their estimates."""
    return kind["points"]


def ratio(point: Figure) -> float:
    """The larger of predicted over published and its inverse; 1 is exact."""
    return max(point["predicted"] / point["published"], point["published"] / point["predicted"])


def is_inside(point: Figure) -> bool:
    """Whether the published figure lies in the interval of the estimate."""
    return point["low"] <= point["published"] <= point["high"]


def title_of(kind: str) -> str:
    """A kind in a heading, without how its rows were kept from the fits."""
    text = kind.removeprefix(ANOTHER).removesuffix(LEFT_OUT)
    return text[:1].upper() + text[1:]


def way_of(kind: str) -> str:
    """How the rows of a kind were kept from the fits; empty if its name does not say it."""
    if kind.startswith(ANOTHER):
        return "no fit uses the publication"
    return "fitted again without the publication" if kind.endswith(LEFT_OUT) else ""


def verdict_of(kind: AnyKind) -> str:
    """Whether the ranges of a kind are as wide as they say; empty without a verdict."""
    if kind["holds"] is None or kind["may_be"] is None or kind["inside"] is None:
        return ""
    if kind["holds"]:
        return "as wide as they should be"
    return "too narrow" if kind["inside"] < kind["may_be"]["least"] else "too wide"


def compared(board: Scoreboard, *, by_source: bool) -> list[tuple[AnyKind, list[ComparedPeer]]]:
    """The kinds that were compared with other estimators, each with its comparisons; each row in one kind.

    Args:
        board: The scoreboard.
        by_source: The kinds of publications that no fit has seen, or those of which only the row was left out and
            that have no counterpart among the first.
    """
    unseen = {one["kind"]: one for one in board["by_source"]}
    seen = {one["kind"]: one for one in board["kinds"] if one["kind"] + LEFT_OUT not in unseen}
    kinds: Iterable[AnyKind] = (unseen if by_source else seen).values()
    found = ((kind, [one for one in board["peers"] if one["kind"] == kind["kind"]]) for kind in kinds)
    return [(kind, peers) for kind, peers in found if peers and VARIANT not in kind["kind"]]
