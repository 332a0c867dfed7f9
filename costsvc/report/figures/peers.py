"""The service beside other estimators, as a figure of the scoreboard."""

from collections.abc import Sequence
from math import sqrt

from typing_extensions import TypedDict

from costsvc.answers.validation import ComparedPeer, Scoreboard
from costsvc.report import accuracy
from costsvc.report.accuracy import AnyKind
from costsvc.report.figures.scoreboard import rounded
from costsvc.report.figures.vega import panel
from costsvc.report.rendering import Spec

OURS = "costsvc"
TICKS = (1, 1.5, 2, 3, 5, 10, 20, 50)
AXIS = "Factor between estimate and published figure [1 is exact]"
NOTE = [
    "Bar: half of the rows are nearer. Mark: 9 of 10 rows are.",
    "Pale: how far our ranges reach, in the median.",
]
"""What the marks mean."""


class PeerRow(TypedDict):
    """How near an estimator comes."""

    name: str
    exact: int
    median: float
    ninetieth: float
    range_factor: float | None
    label: str
    ours: bool
    description: str


def peers(board: Scoreboard, *, by_source: bool) -> Spec:
    """The ratios of the service and of other estimators, by kind.

    Args:
        board: The scoreboard.
        by_source: Whether no fit has seen the publications, or only the row is left out.
    """
    found = accuracy.compared(board, by_source=by_source)
    rows = [_peer_rows(kind, others) for kind, others in found]
    most = max(row["ninetieth"] for some in rows for row in some) * 1.1
    panels = [
        _peers(kind, some, others[0]["rows"], most, last=kind is found[-1][0])
        for (kind, others), some in zip(found, rows, strict=True)
    ]
    return {"title": {"text": NOTE, "fontWeight": "normal", "offset": 14}, "vconcat": panels, "spacing": 16}


def _peer_rows(kind: AnyKind, others: Sequence[ComparedPeer]) -> list[PeerRow]:
    reach = sqrt(kind["width"]) if kind["width"] else 1.0
    ours = others[0]
    rows = [_peer_row(OURS, ours["our_median"], ours["our_ninetieth"], reach)]
    return rows + [_peer_row(one["estimator"], one["its_median"], one["its_ninetieth"], None) for one in others]


def _peer_row(name: str, middle: float, ninetieth: float, reach: float | None) -> PeerRow:
    label = f"{middle:.3g} ({ninetieth:.3g})"
    ends = f"; its ranges reach a factor of {reach:.3g} either way" if reach else ""
    return {
        "name": name,
        "exact": 1,
        "median": rounded(middle),
        "ninetieth": rounded(ninetieth),
        "range_factor": rounded(reach) if reach else None,
        "label": label,
        "ours": reach is not None,
        "description": f"{name}: median factor {middle:.3g}, 9 of 10 within {ninetieth:.3g}{ends}",
    }


def _peers(kind: AnyKind, rows: list[PeerRow], published: int, most: float, *, last: bool) -> Spec:
    """The panel of one kind; only the last has numbers on its axis."""
    axis: Spec = {"title": AXIS if last else None, "values": TICKS, "format": "~g", "grid": True}
    bare: Spec = {} if last else {"labels": False, "ticks": False}
    scale = {"type": "log", "domain": [1, rounded(most)], "nice": False}
    x: Spec = {"field": "median", "type": "quantitative", "scale": scale, "axis": {**axis, **bare}}
    colour = {"condition": {"test": "datum.ours", "value": {"expr": "accent"}}, "value": {"expr": "soft"}}
    label = {"type": "text", "align": "left", "dx": 10, "aria": False}
    among = f"{'all ' if kind['rows'] != published else ''}{kind['rows']}"
    inside = f"; our range holds {kind['inside']} of {among}" if kind["inside"] is not None else ""
    drawn = panel(
        accuracy.title_of(kind["kind"]),
        rows,
        [
            _bar("range_factor", x, colour, {"height": 20, "opacity": 0.22, "aria": False}),
            _bar("median", x, colour, {"height": 10}),
            {
                "mark": {"type": "tick", "thickness": 2, "size": 16},
                "encoding": {"x": {**x, "field": "ninetieth"}, "color": colour},
            },
            {"mark": label, "encoding": {"x": {"value": {"expr": "width"}}, "text": {"field": "label"}}},
        ],
    )
    title = {"text": drawn["title"], "subtitle": f"{published} published figures{inside}"}
    return {**drawn, "title": {**title, "subtitleColor": {"expr": "ink"}}}


def _bar(end: str, x: Spec, colour: Spec, more: Spec) -> Spec:
    """Bars from 1 to a column."""
    encoding = {"x": {**x, "field": "exact"}, "x2": {"field": end}, "color": colour}
    return {
        "transform": [{"filter": f"isValid(datum.{end})"}],
        "mark": {"type": "bar", **more},
        "encoding": encoding,
    }


def describe_peers(board: Scoreboard, *, by_source: bool) -> str:
    """How often the service is nearer than another estimator, in words."""
    pairs = [one for _, others in accuracy.compared(board, by_source=by_source) for one in others]
    nearer = sum(one["our_median"] <= one["its_median"] for one in pairs)
    return f"In {nearer} of {len(pairs)} comparisons the median error of the service is the smaller one."
