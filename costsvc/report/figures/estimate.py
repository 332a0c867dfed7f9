"""Figures of an estimate: the parts of its totals, and the factors that contribute most to its intervals."""

from collections.abc import Iterator, Mapping, Sequence

from typing_extensions import TypedDict

from costsvc.answers.estimate import Estimate, TrainingEstimate
from costsvc.answers.explanation import Driver
from costsvc.answers.quantities import Metric
from costsvc.report.breakdown import breakdown as totals_with_parts
from costsvc.report.figures.theme import NORMAL, WIDTH_PX
from costsvc.report.figures.vega import DESCRIPTION, bar_row, common_unit, format_metric, ranked_bars
from costsvc.report.labels import METRIC_OF_TOTAL, TOTALS
from costsvc.report.rendering import Spec
from costsvc.units import PERCENT

FITS = "datum.needs < width * (datum.end - datum.begin) / 100"
LETTER_PX = 7.0
"""Width of a letter of a label."""
BARS_PX = WIDTH_PX - 100
"""Width of bars with labels beside them."""
BAR_PX, LINE_PX = 34, 13
SMALL_PX = 11
MOST_PARTS = 4
TWO_LINES = "split(datum.label, '|')"
"""The name of a bar, and its total below."""
AXIS: Spec = {
    "ticks": False,
    "domain": False,
    "labelFontSize": NORMAL,
    "labelExpr": TWO_LINES,
    "labelLineHeight": LINE_PX + 3,
    "labelOffset": -LINE_PX / 2 - 1,
}

Parts = Sequence[tuple[str, float]]


class Bar(TypedDict):
    """A part of a bar."""

    metric: str
    row: str
    part: str
    value: float
    unit: str
    share_percent: float
    amount: str
    label: str
    place: int
    begin: float
    end: float
    needs: float
    description: str


def breakdown(answer: Estimate) -> Spec | None:
    """Each total as a bar of its parts, up to 100 %."""
    return _bars(_breakdown(answer))


def describe_breakdown(answer: Estimate) -> str:
    """The main finding of :func:`breakdown`."""
    return f"Parts of each total: {_largest(_breakdown(answer))}."


def _breakdown(answer: Estimate) -> Mapping[Metric, Parts]:
    return {
        metric: [(part.name, part.value) for part in total.parts]
        for metric, total in zip(TOTALS, totals_with_parts(answer), strict=True)
        if total.quantity is not None
    }


def phases(answer: TrainingEstimate) -> Spec | None:
    """The shares of final, development, failed and repeated runs in each total."""
    return _bars(_phases(answer)) if len(answer["phases"]) > 1 else None


def describe_phases(answer: TrainingEstimate) -> str:
    """The main finding of :func:`phases`."""
    return f"Share of each phase in each total: {_largest(_phases(answer))}."


def _phases(answer: TrainingEstimate) -> Mapping[Metric, Parts]:
    return {
        metric: [(phase["name"], quantity["value"]) for phase in answer["phases"] if (quantity := phase[metric])]
        for metric in TOTALS
        if all(phase[metric] for phase in answer["phases"])
    }


def _bars(totals: Mapping[Metric, Parts]) -> Spec | None:
    """A bar for each metric; a part that is too small for its label has it beside the bar."""
    bars = [rows for metric, parts in totals.items() if (rows := list(_rows(metric, parts)))]
    if not bars:
        return None
    return {
        "width": BARS_PX,
        "height": (BAR_PX + LINE_PX) * len(bars),
        "data": {"values": [row for rows in bars for row in rows]},
        "encoding": {
            "y": {"field": "row", "type": "nominal", "sort": None, "title": None, "axis": AXIS},
            "description": DESCRIPTION,
        },
        "layer": [
            _stack(),
            *(_label_inside(place, line) for place in range(MOST_PARTS) for line in ("part", "amount")),
            _labels_beside(),
        ],
    }


def _stack() -> Spec:
    share = {"type": "quantitative", "scale": {"domain": [0, 100]}, "axis": {"title": "Share [%]", "tickCount": 5}}
    places = {"domain": list(range(MOST_PARTS))}
    return {
        "mark": {"type": "bar", "height": BAR_PX, "stroke": {"expr": "paper"}, "strokeWidth": 1},
        "encoding": {
            "x": {"field": "begin", **share},
            "x2": {"field": "end"},
            "color": {"field": "place", "type": "ordinal", "legend": None, "scale": places},
        },
    }


def _label_inside(place: int, line: str) -> Spec:
    """One line of the labels of the parts at one place, in a colour that is readable on theirs."""
    return {
        "transform": [{"filter": f"datum.place === {place} && {FITS}"}],
        "mark": {
            "type": "text",
            "align": "left",
            "dx": 6,
            "dy": -7 if line == "part" else 8,
            "fontWeight": "bold" if line == "amount" else "normal",
            "aria": False,
        },
        "encoding": {
            "x": {"field": "begin", "type": "quantitative"},
            "text": {"field": line},
            "color": {"value": {"expr": f"labels[{place}]"}},
        },
    }


def _labels_beside() -> Spec:
    """The labels of the parts that are too small for them."""
    return {
        "transform": [
            {"filter": f"!({FITS})"},
            {"window": [{"op": "row_number", "as": "line"}], "groupby": ["row"]},
            {"joinaggregate": [{"op": "count", "as": "lines"}], "groupby": ["row"]},
        ],
        "mark": {
            "type": "text",
            "align": "left",
            "dx": 6,
            "dy": {"expr": f"{LINE_PX} * (datum.line - (datum.lines + 1) / 2)"},
            "fontSize": SMALL_PX,
            "aria": False,
        },
        "encoding": {"x": {"value": {"expr": "width"}}, "text": {"field": "label"}},
    }


def _rows(metric: Metric, parts: Parts) -> Iterator[Bar]:
    title, whole, begin = TOTALS[metric].title, sum(value for _, value in parts), 0.0
    if not whole:
        return
    size, unit = common_unit((whole,), metric)
    for place, (name, value) in enumerate(parts):
        share, amount = PERCENT * value / whole, format_metric(value, metric)
        yield {
            "metric": title,
            "row": f"{title}|{format_metric(whole, metric)}",
            "part": name,
            "value": value / size,
            "unit": unit,
            "share_percent": share,
            "amount": amount,
            "label": f"{name}: {amount}",
            "place": place,
            "begin": begin,
            "end": begin + share,
            "needs": LETTER_PX * (2 + max(len(name), len(amount))),
            "description": f"{title}, {name}: {amount}, {share:.0f} %",
        }
        begin += share


def _largest(totals: Mapping[Metric, Parts]) -> str:
    """The largest part of each total."""
    bars = (list(_rows(metric, parts)) for metric, parts in totals.items())
    largest = [max(rows, key=lambda row: row["share_percent"]) for rows in bars if rows]
    return ", ".join(f"{row['share_percent']:.0f} % of {row['metric']} is {row['part']}" for row in largest)


def drivers(answer: Estimate) -> Spec | None:
    """The factors that contribute most to the interval of each total."""
    panels = [
        (title, [bar_row(driver["name"], PERCENT * driver["share"], _share(driver)) for driver in of_total])
        for title, of_total in _drivers(answer)
    ]
    return ranked_bars(panels, "Share of the width [%]") if panels else None


def describe_drivers(answer: Estimate) -> str:
    """The main finding of :func:`drivers`."""
    main = [f"{of_total[0]['name']} {_share(of_total[0])} of {title}" for title, of_total in _drivers(answer)]
    return f"Largest contribution to the width of each interval: {', '.join(main)}."


def _drivers(answer: Estimate) -> Iterator[tuple[str, list[Driver]]]:
    for total, metric in METRIC_OF_TOTAL.items():
        if answer["drivers"].get(total):
            yield TOTALS[metric].title, answer["drivers"][total]


def _share(driver: Driver) -> str:
    return f"{PERCENT * driver['share']:.0f} %"
