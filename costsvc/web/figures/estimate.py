"""Figures of an estimate: what it consists of, and what its interval comes from."""

from collections.abc import Iterator

from costsvc.estimates.answer import Plain
from costsvc.units import PERCENT
from costsvc.web import numbers
from costsvc.web.figures.marks import NAMES, ranked_bars
from costsvc.web.figures.theme import WIDTH, Spec

METRICS = {"energy_kwh": "energy_kwh", "total_kg": "carbon_kg", "total_l": "water_l", "total_usd": "cost_usd"}
"""What the drivers of an answer are told of."""
LETTER_PX = 7.0
"""Width that a letter of a label needs."""


def breakdown(answer: Plain) -> Spec | None:
    """Each total as a bar of its parts, to 100 %."""
    rows = [row for metric, parts in _wholes(answer) for row in _parts(metric, parts)]
    if not rows:
        return None
    y = {"field": "metric", "type": "nominal", "sort": None, "title": None}
    share = {"type": "quantitative", "scale": {"domain": [0, 100]}, "axis": {"title": "Share [%]", "tickCount": 5}}
    return {
        "width": WIDTH,
        "height": 46 * len({row["metric"] for row in rows}),
        "data": {"values": rows},
        "encoding": {
            "y": {**y, "axis": {"ticks": False, "domain": False, "labelFontSize": 13}},
            "description": {"field": "told"},
        },
        "layer": [
            {
                "mark": {"type": "bar", "height": 34},
                "encoding": {
                    "x": {"field": "begin", **share},
                    "x2": {"field": "end"},
                    "color": {"field": "place", "type": "ordinal", "legend": None, "scale": {"domain": [0, 1, 2]}},
                },
            },
            *(_words(place, line) for place in (0, 1, 2) for line in ("part", "amount")),
        ],
    }


def _words(place: int, line: str) -> Spec:
    """A line of the labels of the parts at a place, in a colour that can be read on theirs."""
    return {
        "transform": [{"filter": f"datum.place === {place} && datum.needs < width * (datum.end - datum.begin) / 100"}],
        "mark": {
            "type": "text",
            "align": "left",
            "dx": 6,
            "dy": -7 if line == "part" else 8,
            "fontWeight": "bold" if line == "amount" else "normal",
        },
        "encoding": {
            "x": {"field": "begin", "type": "quantitative"},
            "text": {"field": line},
            "color": {"value": {"expr": f"labels[{place}]"}},
        },
    }


def _wholes(answer: Plain) -> Iterator[tuple[str, list[tuple[str, float | None]]]]:
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


def _parts(metric: str, parts: list[tuple[str, float | None]]) -> Iterator[Spec]:
    known = [(name, value) for name, value in parts if value is not None]
    whole, begin = sum(value for _, value in known), 0.0
    if not whole or (metric == "carbon_kg" and len(known) < len(parts)):
        return
    for place, (name, value) in enumerate(known):
        share, amount = PERCENT * value / whole, numbers.text(value, metric)
        yield {
            "metric": NAMES[metric],
            "part": name,
            "amount": amount,
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
        (NAMES[metric], [_driver(one) for one in answer["drivers"][total]])
        for total, metric in METRICS.items()
        if answer["drivers"].get(total)
    ]
    return ranked_bars(panels, "Share of the width [%]") if panels else None


def _driver(one: Plain) -> Spec:
    share = PERCENT * one["share"]
    return {"name": one["name"], "value": share, "label": f"{share:.0f} %", "told": f"{one['name']}: {share:.0f} %"}


def said_breakdown(answer: Plain) -> str:
    """The main finding of :func:`breakdown`."""
    found = []
    for metric, parts in _wholes(answer):
        rows = list(_parts(metric, parts))
        if rows:
            most = max(rows, key=lambda row: row["end"] - row["begin"])
            found.append(f"{most['end'] - most['begin']:.0f} % of {NAMES[metric]} is {most['part']}")
    return "Parts of each total: " + ", ".join(found) + "."


def said_drivers(answer: Plain) -> str:
    """The main finding of :func:`drivers`."""
    found = [
        f"{PERCENT * answer['drivers'][total][0]['share']:.0f} % of that of {NAMES[metric]} is "
        f"{answer['drivers'][total][0]['name']}"
        for total, metric in METRICS.items()
        if answer["drivers"].get(total)
    ]
    return "What the width of each interval comes from: " + ", ".join(found) + "."
