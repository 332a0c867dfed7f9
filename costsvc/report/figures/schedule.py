"""Figures of a schedule: the grid by month and hour, and the CO2e of each start."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from costsvc.answers.schedule import Emitted, ProfileAnswer, ScheduleAnswer, Span, Timed
from costsvc.report.answers import upper_ends
from costsvc.report.figures.vega import CLEAN_TO_DIRTY, DESCRIPTION, axis_title, common_unit, interval_row, intervals
from costsvc.report.labels import ALTERNATIVES
from costsvc.report.rendering import Spec
from costsvc.report.schedule_times import windows as grouped_windows

GRID: Spec = {
    "field": "g_per_kwh",
    "type": "quantitative",
    "title": "Grid [g/kWh]",
    "scale": CLEAN_TO_DIRTY,
    "legend": {"gradientLength": 220, "gradientThickness": 10},
}
BEST = "hours of the best window"
MOST_HOURS = 100
"""Longest window whose hours are marked."""
CELL_PX = 24
"""Whole pixels, because gaps appear between cells otherwise."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
AXIS: Spec = {"ticks": False, "domain": False, "labelAngle": 0, "labelOverlap": True}


def profile(answer: ScheduleAnswer) -> Spec | None:
    """The carbon intensity of the grid by month and hour of the day."""
    if answer["profile"] is None:
        return None
    rows = [
        {
            "month": month,
            "hour": hour,
            "g_per_kwh": round(intensity, 1),
            "description": f"{month}, {hour:02d}:00 UTC: {intensity:.0f} g/kWh",
        }
        for intensity, month, hour in _cells(answer["profile"])
    ]
    color = {"color": GRID, "description": DESCRIPTION}
    return {
        "width": 24 * CELL_PX,
        "height": 12 * (CELL_PX - 2),
        "encoding": {
            "x": {"field": "hour", "type": "ordinal", "title": "Hour of the day [UTC]", "axis": AXIS},
            "y": {"field": "month", "type": "ordinal", "sort": list(MONTHS), "title": "Month", "axis": AXIS},
        },
        "layer": [{"data": {"values": rows}, "mark": {"type": "rect"}, "encoding": color}, *_best_hours(answer)],
    }


def _cells(grid: ProfileAnswer) -> Iterator[tuple[float, str, int]]:
    """Intensity, month and hour."""
    for month, hours in zip(MONTHS, grid["g_per_kwh"], strict=True):
        for hour, intensity in enumerate(hours):
            yield intensity, month, hour


def _best_hours(answer: ScheduleAnswer) -> Iterator[Spec]:
    """Dots at the hours of the best window, unless it covers too many of them."""
    hours = list(dict.fromkeys(hour for span in _best_spans(answer) for hour in _hours(span)))
    if 0 < len(hours) <= MOST_HOURS:
        dot = {"type": "point", "filled": True, "size": 45, "opacity": 1, "aria": False, "strokeWidth": 1.5}
        yield {
            "data": {"values": [{"month": MONTHS[month], "hour": hour, "mark": BEST} for month, hour in hours]},
            "mark": {**dot, "fill": {"expr": "paper"}, "stroke": {"expr": "ink"}},
            "encoding": {"shape": {"field": "mark", "title": None, "legend": {"symbolSize": 80}}},
        }


def _best_spans(answer: ScheduleAnswer) -> list[Span]:
    windows = answer["windows"] or []
    return list(windows[0]["spans"]) if windows else []


def _hours(span: Span) -> Iterator[tuple[int, int]]:
    """Month, from 0, and hour of the day of each hour that a span overlaps."""
    hour, end = (datetime.fromisoformat(instant).astimezone(UTC) for instant in (span["start"], span["end"]))
    hour = hour.replace(minute=0, second=0, microsecond=0)
    while hour < end:
        yield hour.month - 1, hour.hour
        hour += timedelta(hours=1)


def describe_profile(answer: ScheduleAnswer) -> str:
    """The main finding of :func:`profile`."""
    grid = answer["profile"]
    if grid is None:
        return ""
    cells = list(_cells(grid))
    low, high = min(cells), max(cells)
    return (
        f"Carbon intensity of the grid {grid['zone']} by month and hour: from {low[0]:.0f} g/kWh in "
        f"{low[1]} at {low[2]}:00 UTC to {high[0]:.0f} g/kWh in {high[1]} at {high[2]}:00 UTC."
    )


def windows(answer: ScheduleAnswer) -> Spec | None:
    """CO2e of the best windows, of a start at once, of the average start and of the best other region."""
    starts = list(_starts(answer))
    if not starts:
        return None
    unit = common_unit(upper_ends(start["location_kg"] for _, start in starts), "carbon_kg")
    rows = [interval_row(name, start["location_kg"], "carbon_kg", unit) for name, start in starts]
    return intervals("", rows, f"{axis_title('carbon_kg', unit)}, times in UTC")


def _starts(answer: ScheduleAnswer) -> Iterator[tuple[str, Emitted]]:
    for group in grouped_windows(answer):
        more = f" and {group.number - 1} more" if group.number > 1 else ""
        yield f"{_start(group.first)}{more}", group.first
    if answer["now"]:
        yield f"at once, {_start(answer['now'])}", answer["now"]
    if answer["average"]:
        yield "average start", answer["average"]
    other = answer["best_other_region"]
    if other:
        yield answer["names"].get(other["region"], other["region"]), other


def _start(window: Timed) -> str:
    start = datetime.fromisoformat(window["start"])
    return f"{start.day} {MONTHS[start.month - 1]} {start:%H:%M}"


def describe_windows(answer: ScheduleAnswer) -> str:
    """The main finding of :func:`windows`."""
    savings = [
        f"{saving['percent']['value']:.0f} % less than {ALTERNATIVES[saving['against']]}"
        for saving in answer["savings"] or []
        if saving["percent"]
    ]
    return f"CO2e of each start with its 90 % interval. The best window emits {', '.join(savings) or 'as much'}."
