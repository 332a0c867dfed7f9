"""The map of a placement: each city with its best option, coloured by CO2e."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from typing_extensions import TypedDict

from costsvc.answers.placement import MapPoint, OutcomeAnswer, PlacementAnswer, Role
from costsvc.report.answers import read_request
from costsvc.report.figures import land
from costsvc.report.figures.theme import KEEPS_ASPECT, WIDTH_PX
from costsvc.report.figures.vega import BACKGROUND, CLEAN_TO_DIRTY, DESCRIPTION, Unit, common_unit, format_metric
from costsvc.report.labels import COMPARED
from costsvc.report.rendering import Spec

HEIGHT_PX = 290
STRETCH = 1.3
"""Length of a degree of latitude relative to one of longitude: right at about 40 degrees north or south."""
MARGIN = 4.0
"""Space around the outermost cities. [degree]"""
LEAST_WIDTH = 80.0
"""Narrowest map. [degree]"""
SOUTH, NORTH, EDGE = -56.0, 78.0, 180.0
LAND_SHARE = 0.55
"""Width of a line of land, as a share of the distance of two."""
LABEL_PX = 15
"""Least distance of labels."""
ROLES: Mapping[Role, str] = {"best": "best", "carbon_kg": "least CO2e", "cost_usd": "least money", "now": "now"}
"""The roles that are labelled, in the order of a label with several."""


class City(TypedDict):
    """A point of the map."""

    latitude: float
    longitude: float
    carbon: float
    unit: str
    region: str
    city: str
    roles: str | None
    description: str


class Frame(NamedTuple):
    """The part of the world that a map shows [degree]."""

    west: float
    east: float
    south: float
    north: float


def world(answer: PlacementAnswer) -> Spec | None:
    """The cities of the options on a map."""
    points = [point for point in answer["places"] if point["carbon_kg"] is not None]
    if len(points) <= 1:
        return None
    unit = common_unit((point["carbon_kg"] for point in points), "carbon_kg")
    frame = _frame(points)
    rows = [_row(point, answer, unit) for point in points]
    color = {
        "field": "carbon",
        "type": "quantitative",
        "title": f"{COMPARED['carbon_kg'].title} [{unit[1]}]",
        "scale": CLEAN_TO_DIRTY,
        "legend": {"gradientLength": 220, "gradientThickness": 10},
    }
    ringed = [row for row in rows if row["roles"]]
    return {
        "width": WIDTH_PX,
        "height": HEIGHT_PX,
        "usermeta": KEEPS_ASPECT,
        "encoding": {"x": _axis("longitude", frame.west, frame.east), "y": _axis("latitude", frame.south, frame.north)},
        "layer": [
            _land(frame),
            {
                "data": {"values": [row for row in rows if not row["roles"]]},
                "mark": {"type": "circle", "size": 55, "opacity": 0.95, "stroke": {"expr": "ink"}, "strokeWidth": 0.4},
                "encoding": {"color": color, "description": DESCRIPTION},
            },
            {
                "data": {"values": ringed},
                "mark": {"type": "circle", "size": 120, "opacity": 1, "stroke": {"expr": "ink"}, "strokeWidth": 2.5},
                "encoding": {"color": color, "description": DESCRIPTION},
            },
            *_labels(list(_placed_labels(ringed, frame))),
        ],
    }


def _land(frame: Frame) -> Spec:
    """The land as lines, one for each run of cells in a row, which are a single path."""
    ends: list[Spec] = []
    for latitude, west, east in land.runs():
        start, end = max(west, frame.west), min(east, frame.east)
        if start < end and frame.south <= latitude <= frame.north:
            ends += [{"longitude": at, "latitude": latitude} for at in (start, end)]
            ends.append({"longitude": end, "latitude": None})
    rows = [{"order": number, **end} for number, end in enumerate(ends)]
    width = round(LAND_SHARE * land.STEP * HEIGHT_PX / (frame.north - frame.south), 1)
    line = {"type": "line", "invalid": "break-paths-filter-domains", "strokeWidth": width}
    return {
        "data": {"name": f"{BACKGROUND}-land", "values": rows},
        "mark": {**line, "color": {"expr": "line"}, "aria": False},
        "encoding": {"order": {"field": "order"}},
    }


def _labels(rows: Sequence[Spec]) -> Iterator[Spec]:
    """Labels, each on a halo that sets it off from the map."""
    text = {"type": "text", "align": {"expr": "datum.align"}, "dx": {"expr": "datum.dx"}, "fontWeight": "bold"}
    for halo in ({"stroke": {"expr": "paper"}, "strokeWidth": 4, "strokeJoin": "round"}, {}):
        yield {
            "data": {"name": f"{BACKGROUND}-labels", "values": rows},
            "mark": {**text, "baseline": "middle", "aria": False, **halo},
            "encoding": {"text": {"field": "label"}},
        }


def _axis(field: str, low: float, high: float) -> Spec:
    scale = {"domain": [low, high], "nice": False, "zero": False}
    axis = {"title": None, "labels": False, "ticks": False, "domain": False, "grid": False}
    return {
        "field": field,
        "type": "quantitative",
        "title": f"{field.capitalize()} [degree]",
        "scale": scale,
        "axis": axis,
    }


def _frame(points: Sequence[MapPoint]) -> Frame:
    """The part of the world that all cities are in, in the ratio of the figure."""
    longitudes, latitudes = ([point[axis] for point in points] for axis in ("longitude", "latitude"))
    west, east = min(longitudes) - MARGIN, max(longitudes) + MARGIN
    south, north = min(latitudes) - MARGIN, max(latitudes) + MARGIN
    ratio = STRETCH * WIDTH_PX / HEIGHT_PX
    width = min(max(east - west, (north - south) * ratio, LEAST_WIDTH), 2 * EDGE)
    height = min(width / ratio, NORTH - SOUTH)
    middle, centre = (west + east) / 2, (south + north) / 2
    west = min(max(middle - width / 2, -EDGE), EDGE - width)
    south = min(max(centre - height / 2, SOUTH), NORTH - height)
    return Frame(west=west, east=west + width, south=south, north=south + height)


def _row(point: MapPoint, answer: PlacementAnswer, unit: Unit) -> City:
    name = answer["names"].get(point["region"], point["region"])
    machine = answer["names"].get(point["accelerator"], point["accelerator"])
    more = f" and {point['regions'] - 1} more there" if point["regions"] > 1 else ""
    cost = "" if point["cost_usd"] is None else f", {format_metric(point['cost_usd'], 'cost_usd')}"
    roles = ", ".join(text for role, text in ROLES.items() if role in point["holds"])
    carbon = format_metric(point["carbon_kg"], "carbon_kg")
    return {
        "latitude": point["latitude"],
        "longitude": point["longitude"],
        "carbon": float(f"{(point['carbon_kg'] or 0.0) / unit[0]:.5g}"),
        "unit": unit[1],
        "region": point["region"],
        "city": _city(point, answer),
        "roles": roles or None,
        "description": f"{roles}{': ' if roles else ''}{name}{more}, {machine}: {carbon} CO2e{cost}",
    }


def _city(point: MapPoint, answer: PlacementAnswer) -> str:
    """The city of the option whose role a point has, without its provider."""
    in_role: Mapping[Role, OutcomeAnswer | None] = {
        "best": answer["options"][0] if answer["options"] else None,
        "carbon_kg": answer["best"]["carbon_kg"],
        "cost_usd": answer["best"]["cost_usd"],
        "now": answer["baseline"],
    }
    option = next((in_role[role] for role in ROLES if role in point["holds"]), None)
    region = point["region"] if option is None else read_request(option["request"]).get("region", point["region"])
    return answer["names"].get(region, region).partition(" (")[0]


def _placed_labels(rows: Sequence[City], frame: Frame) -> Iterator[Spec]:
    """Labels beside their cities, at least a line apart."""
    line = LABEL_PX * (frame.north - frame.south) / HEIGHT_PX
    above = frame.north + line
    for row in sorted(rows, key=lambda row: -row["latitude"]):
        latitude = min(row["latitude"], above - line)
        above = latitude
        is_west = row["longitude"] < (frame.west + frame.east) / 2
        yield {
            "latitude": latitude,
            "longitude": row["longitude"],
            "label": f"{row['roles']}: {row['city']}",
            "align": "left" if is_west else "right",
            "dx": 10 if is_west else -10,
        }


def describe_world(answer: PlacementAnswer) -> str:
    """The main finding of :func:`world`."""
    unit = common_unit([point["carbon_kg"] for point in answer["places"]], "carbon_kg")
    found = [_row(point, answer, unit)["description"] for point in answer["places"] if point["holds"]]
    lost = answer["unplaced"]
    missing = f" {lost} more {'region has' if lost == 1 else 'regions have'} no known position." if lost else ""
    return f"CO2e of the best option in each of {len(answer['places'])} places. {'; '.join(found)}.{missing}"
