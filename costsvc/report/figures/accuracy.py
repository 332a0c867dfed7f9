"""Figures of the scoreboard for pages: published against estimated by kind, and beside other estimators."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from typing_extensions import TypedDict

from costsvc.answers.validation import Scoreboard
from costsvc.reference.scoreboard import drawn_kinds, points_of
from costsvc.report import accuracy
from costsvc.report.accuracy import AnyKind, Figure
from costsvc.report.figures.peers import describe_peers, peers
from costsvc.report.figures.scoreboard import PANELS, axis_of, rounded, short, specification
from costsvc.report.figures.theme import WIDTH_PX
from costsvc.report.figures.vega import DESCRIPTION
from costsvc.report.rendering import Spec

HEIGHT_PX = 400
ANOTHER = "Another source: "
"""Beginning of the titles of panels whose publications no fit has seen."""
HOSTED = "Hosted models"
NOTE = [
    "Filled: our range holds the published figure;",
    "hollow: it does not. Line: exact; shaded: within a factor of 2.",
]
"""What the marks mean."""


class PointRow(TypedDict):
    """A published figure beside its estimate."""

    kind: str
    row: str
    source: str
    published: float
    estimate: float
    low: float
    high: float
    inside: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFigure:
    """A figure of the scoreboard.

    Attributes:
        title: Its title.
        group: Where it belongs: ``all``, ``peers``, ``peers-by-row``, ``unseen``, ``hosted`` or
            ``row``.
        specify: Its specification without a theme.
        describe: Its main finding in words.
    """

    title: str
    group: str
    specify: Callable[[Scoreboard], Spec]
    describe: Callable[[Scoreboard], str]

    def of(self, board: Scoreboard) -> Spec:
        """Its specification with the main finding as the description for screen readers."""
        return {"description": self.describe(board), **self.specify(board)}


def of_panel(board: Scoreboard, kinds: str, unit: str) -> Spec:
    """Published against estimated figures of the kinds of one panel.

    Args:
        board: The scoreboard.
        kinds: A pattern of the kinds.
        unit: Their unit.
    """
    rows = [_row(kind, unit, one) for kind in _matching(board, kinds) for one in accuracy.points_of(kind)]
    figures = [number for row in rows for number in (row["published"], row["estimate"], row["low"], row["high"])]
    ends = [rounded(min(figures) / 1.2), rounded(max(figures) * 1.2)]
    x = axis_of("published", unit, ends)
    y = {**axis_of("estimate", unit, ends), "title": f"estimate [{unit}]"}
    return {
        "title": {"text": NOTE, "fontWeight": "normal", "offset": 8},
        "width": WIDTH_PX,
        "height": HEIGHT_PX,
        "layer": [_band(ends, x, y), _diagonal(ends, x, y), _marks(rows, x, y)],
    }


def _band(ends: Sequence[float], x: Spec, y: Spec) -> Spec:
    values = [{"published": end, "band_low": rounded(end / 2), "band_high": rounded(end * 2)} for end in ends]
    return {
        "data": {"name": "band", "values": values},
        "mark": {"type": "area", "clip": True, "opacity": 0.08, "fill": {"expr": "ink"}, "aria": False},
        "encoding": {"x": x, "y": {**y, "field": "band_low"}, "y2": {"field": "band_high"}},
    }


def _diagonal(ends: Sequence[float], x: Spec, y: Spec) -> Spec:
    return {
        "data": {"name": "diagonal", "values": [{"published": end, "estimate": end} for end in ends]},
        "mark": {"type": "line", "clip": True, "strokeWidth": 1, "stroke": {"expr": "ink"}, "aria": False},
        "encoding": {"x": x, "y": y},
    }


def _marks(rows: Sequence[PointRow], x: Spec, y: Spec) -> Spec:
    """Points with their intervals, in a colour for each kind if there are several."""
    labels = list(dict.fromkeys(row["kind"] for row in rows))
    legend = {"title": None, "labelLimit": 0, "columns": 1, "symbolOpacity": 1}
    by_kind: Spec = {"field": "kind", "type": "nominal", "scale": {"domain": labels}, "legend": legend}
    colour = by_kind if len(labels) > 1 else {"value": {"expr": "accent"}}
    interval = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour}
    point = {"x": x, "y": y, "color": colour, "description": DESCRIPTION}
    return {
        "data": {"values": rows},
        "layer": [
            {"mark": {"type": "rule", "strokeWidth": 0.8, "opacity": 0.4, "aria": False}, "encoding": interval},
            *(
                {
                    "transform": [{"filter": f"datum.inside === {str(inside).lower()}"}],
                    "mark": {"type": "point", "filled": inside, "size": 34, "opacity": 0.85},
                    "encoding": point,
                }
                for inside in (True, False)
            ),
        ],
    }


def _row(kind: AnyKind, unit: str, point: Figure) -> PointRow:
    published, estimate = rounded(point["published"]), rounded(point["predicted"])
    low, high = rounded(point["low"]), rounded(point["high"])
    source = str(point.get("source", ""))
    figures = f"published {published:,g}, estimate {estimate:,g} ({low:,g} to {high:,g}) {unit}"
    return {
        "kind": short(kind["kind"]),
        "row": point["row"],
        "source": source,
        "published": published,
        "estimate": estimate,
        "low": low,
        "high": high,
        "inside": kind["inside"] is None or accuracy.is_inside(point),
        "description": f"{point['row']}{source and f' of {source}'}: {figures}",
    }


def _matching(board: Scoreboard, kinds: str) -> list[AnyKind]:
    return [kind for kind in drawn_kinds(board) if re.search(kinds, kind["kind"])]


def describe_panel(board: Scoreboard, kinds: str) -> str:
    """How near the estimates of one panel come, in words."""
    near = accuracy.accuracy(_matching(board, kinds))
    held = f", and {near.inside} of {near.ranges} ranges hold the published figure" if near.ranges else ""
    return f"{near.estimates} published figures: half of the estimates are within {near.within_percent} %{held}."


def _all(board: Scoreboard) -> Spec:
    """All panels in one figure, without the colours of the documents."""
    spec = specification(points_of(board))
    return {name: part for name, part in spec.items() if name not in ("$schema", "config")}


def _describe_all(board: Scoreboard) -> str:
    return f"{len(points_of(board))} published figures against estimates of the service, by kind."


def _panel_figure(title: str, unit: str, kinds: str) -> BoardFigure:
    group = "unseen" if title.startswith(ANOTHER) else "hosted" if title.startswith(HOSTED) else "row"
    short_title = title.removeprefix(ANOTHER)
    return BoardFigure(
        title=short_title[:1].upper() + short_title[1:],
        group=group,
        specify=partial(of_panel, kinds=kinds, unit=unit),
        describe=partial(describe_panel, kinds=kinds),
    )


FIGURES: Mapping[str, BoardFigure] = {
    "all": BoardFigure(title="All kinds", group="all", specify=_all, describe=_describe_all),
    "peers": BoardFigure(
        title="Beside other estimators, publications that no fit has seen",
        group="peers",
        specify=partial(peers, by_source=True),
        describe=partial(describe_peers, by_source=True),
    ),
    "peers-by-row": BoardFigure(
        title="Beside other estimators, other rows of the same publications in the fits",
        group="peers-by-row",
        specify=partial(peers, by_source=False),
        describe=partial(describe_peers, by_source=False),
    ),
    **{re.sub(r"[^a-z]+", "-", title.lower()): _panel_figure(title, unit, kinds) for title, unit, kinds in PANELS},
}
"""The figures of the scoreboard by name."""
