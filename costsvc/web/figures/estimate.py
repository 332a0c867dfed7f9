"""Figures of an estimate: what it consists of, and what its interval comes from."""

from collections.abc import Iterator

from costsvc.estimates.answer import Plain
from costsvc.units import PERCENT
from costsvc.web import numbers
from costsvc.web.figures.marks import NAMES, ranked_bars, unit
from costsvc.web.figures.theme import NORMAL, WIDTH, Spec

METRICS = {"energy_kwh": "energy_kwh", "total_kg": "carbon_kg", "total_l": "water_l", "total_usd": "cost_usd"}
"""What the drivers of an answer are told of."""
FITS = "datum.needs < width * (datum.end - datum.begin) / 100"
LETTER_PX = 7.0
"""Width that a letter of a label needs."""
BARS_PX = WIDTH - 100
"""Width of bars that have labels beside them."""
BAR_PX, LINE_PX = 34, 13
SMALL_PX = 11
MOST_PARTS = 4
ONE_LINE = "split(datum.label, '|')"
"""A bar's name and under it its total."""

Part = tuple[str, float | None]


def breakdown(answer: Plain) -> Spec | None:
    """Each total as a bar of its parts, to 100 %."""
    return _bars([row for metric, parts in _wholes(answer) for row in _parts(metric, parts)])


def phases(answer: Plain) -> Spec | None:
    """What the final run, development, failed and repeated runs take of each total."""
    if len(answer["phases"]) <= 1:
        return None
    return _bars([row for metric, parts in _phases(answer) for row in _parts(metric, parts)])


def _phases(answer: Plain) -> Iterator[tuple[str, list[Part]]]:
    for metric in METRICS.values():
        if all(one[metric] for one in answer["phases"]):
            yield metric, [(one["name"], one[metric]["value"]) for one in answer["phases"]]


def _bars(rows: list[Spec]) -> Spec | None:
    """Bars to 100 %, one for each metric; a part that has no room for its label has it beside the bar."""
    if not rows:
        return None
    axis = {
        "ticks": False,
        "domain": False,
        "labelFontSize": NORMAL,
        "labelExpr": ONE_LINE,
        "labelLineHeight": LINE_PX + 3,
        "labelOffset": -LINE_PX / 2 - 1,
    }
    return {
        "width": BARS_PX,
        "height": (BAR_PX + LINE_PX) * len({row["metric"] for row in rows}),
        "data": {"values": rows},
        "encoding": {
            "y": {"field": "row", "type": "nominal", "sort": None, "title": None, "axis": axis},
            "description": {"field": "told"},
        },
        "layer": [
            _stack(),
            *(_words(place, line) for place in range(MOST_PARTS) for line in ("part", "amount")),
            _beside(),
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


def _words(place: int, line: str) -> Spec:
    """A line of the labels of the parts at a place, in a colour that can be read on theirs."""
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


def _beside() -> Spec:
    """The labels of the parts that are too small to hold theirs."""
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


def _wholes(answer: Plain) -> Iterator[tuple[str, list[Part]]]:
    chips, servers, meter = (
        answer[name]["value"] for name in ("accelerator_energy_kwh", "it_energy_kwh", "energy_kwh")
    )
    carbon, water, cost = answer["carbon"], answer["water"], answer["cost"]
    yield "energy_kwh", [("chips", chips), ("host", servers - chips), ("building", meter - servers)]
    yield "carbon_kg", [("operation", _value(carbon["location_kg"])), ("manufacture", _value(carbon["embodied_kg"]))]
    yield "water_l", [("power plants", _value(water["offsite_l"])), ("on site", _value(water["onsite_l"]))]
    if cost["rental_usd"]:
        yield "cost_usd", [("rent", _value(cost["rental_usd"]))]
    else:
        names = ("hardware", "electricity", "facility")
        yield "cost_usd", [(name, _value(cost[f"{name}_usd"])) for name in names]


def _value(q: Plain | None) -> float | None:
    return q["value"] if q else None


def _parts(metric: str, parts: list[Part]) -> Iterator[Spec]:
    known = [(name, value) for name, value in parts if value is not None]
    whole, begin = sum(value for _, value in known), 0.0
    if not whole or (metric == "carbon_kg" and len(known) < len(parts)):
        return
    size, said = unit((whole,), metric)
    for place, (name, value) in enumerate(known):
        share, amount = PERCENT * value / whole, numbers.text(value, metric)
        yield {
            "metric": NAMES[metric],
            "row": f"{NAMES[metric]}|{numbers.text(whole, metric)}",
            "part": name,
            "value": value / size,
            "unit": said,
            "share_percent": share,
            "amount": amount,
            "label": f"{name}: {amount}",
            "place": place,
            "begin": begin,
            "end": begin + share,
            "needs": LETTER_PX * (2 + max(len(name), len(amount))),
            "told": f"{NAMES[metric]}, {name}: {amount}, {share:.0f} %",
        }
        begin += share


def drivers(answer: Plain) -> Spec | None:
    """For each total the factors that its width comes from."""
    panels = [
        (name, [_driver(one) for one in answer["drivers"][total]])
        for total, name in _named()
        if answer["drivers"].get(total)
    ]
    return ranked_bars(panels, "Share of the width [%]") if panels else None


def _driver(one: Plain) -> Spec:
    share = PERCENT * one["share"]
    label = f"{share:.0f} %"
    return {"name": one["name"], "value": share, "unit": "%", "label": label, "told": f"{one['name']}: {label}"}


def said_breakdown(answer: Plain) -> str:
    """The main finding of :func:`breakdown`."""
    return f"Parts of each total: {_largest(_wholes(answer))}."


def said_phases(answer: Plain) -> str:
    """The main finding of :func:`phases`."""
    return f"What each run takes of each total: {_largest(_phases(answer))}."


def _largest(wholes: Iterator[tuple[str, list[Part]]]) -> str:
    """The largest part of each total."""
    every = (list(_parts(metric, parts)) for metric, parts in wholes)
    most = [max(rows, key=lambda row: float(row["share_percent"])) for rows in every if rows]
    return ", ".join(f"{one['share_percent']:.0f} % of {one['metric']} is {one['part']}" for one in most)


def said_drivers(answer: Plain) -> str:
    """The main finding of :func:`drivers`."""
    first = {name: answer["drivers"][total][0] for total, name in _named() if answer["drivers"].get(total)}
    found = [f"{one['name']} makes {PERCENT * one['share']:.0f} % of that of {name}" for name, one in first.items()]
    return f"What the width of each interval comes from: {', '.join(found)}."


def _named() -> Iterator[tuple[str, str]]:
    return ((total, NAMES[metric]) for total, metric in METRICS.items())
