"""Times of a schedule in words: UTC beside local time, and equal windows of several days once."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from costsvc.answers.schedule import ScheduleAnswer, Span, Timed

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ALIKE_DIGITS = 3
"""Digits of the CO2e in which equal windows agree."""
DAY = timedelta(days=1)


class Times(NamedTuple):
    """When something runs, in words.

    Attributes:
        utc: Hours in UTC.
        local: The same hours in local time; empty without a time zone.
        days: Days in UTC.
    """

    utc: str
    local: str
    days: str

    def __str__(self) -> str:
        return f"{self.utc} UTC{f' ({self.local} local time)' if self.local else ''}, {self.days}"


class Windows(NamedTuple):
    """Windows of several days that are equal but for the day.

    Attributes:
        times: When they are.
        first: The first of them.
        number: How many they are.
    """

    times: list[Times]
    first: Timed
    number: int

    def __str__(self) -> str:
        return "; ".join(map(str, self.times))


def windows(answer: ScheduleAnswer) -> list[Windows]:
    """The best windows of a schedule, equal ones once, the best first.

    Args:
        answer: A schedule.
    """
    if not answer["windows"]:
        return []
    zone = _zone(answer)
    groups: dict[tuple[object, ...], list[Timed]] = {}
    for window in answer["windows"]:
        digits = f"{window['location_kg']['value']:.{ALIKE_DIGITS}g}"
        key = (digits, *(_hours(_ends(span, tz)) for span in window["spans"] for tz in (UTC, zone) if tz))
        groups.setdefault(key if len(window["spans"]) == 1 else (window["start"],), []).append(window)
    return [
        Windows(
            times=_times([span for one in found for span in one["spans"]], zone, any_of=len(found) > 1),
            first=found[0],
            number=len(found),
        )
        for found in groups.values()
    ]


def times(answer: ScheduleAnswer, window: Timed) -> list[Times]:
    """The times of one window of a schedule.

    Args:
        answer: The schedule.
        window: One of its windows.
    """
    return _times(window["spans"], _zone(answer), any_of=False)


def _zone(answer: ScheduleAnswer) -> tzinfo | None:
    return None if answer["time_zone"] is None else ZoneInfo(answer["time_zone"])


def _times(spans: Sequence[Span], zone: tzinfo | None, *, any_of: bool) -> list[Times]:
    """The times of some spans, spans of the same hours together.

    Args:
        spans: The spans.
        zone: The local time; None if it is not known.
        any_of: Whether one of the spans is meant, not all.
    """
    alike: dict[str, list[tuple[Span, date]]] = {}
    for span in spans:
        ends = _ends(span, UTC)
        alike.setdefault(_hours(ends), []).append((span, ends[0].date()))
    return [
        Times(
            utc=hours,
            local="" if zone is None else _hours(_ends(found[0][0], zone)),
            days=_days([day for _, day in found], any_of=any_of),
        )
        for hours, found in alike.items()
    ]


def _ends(span: Span, zone: tzinfo) -> tuple[datetime, datetime]:
    begin, end = (datetime.fromisoformat(span[name]).astimezone(zone) for name in ("start", "end"))
    return begin, end


def _hours(ends: tuple[datetime, datetime]) -> str:
    """The hours of a span: ``17:00 to 23:00``, with the day of the end if it is another one."""
    begin, end = ends
    days = (end.date() - begin.date()).days
    if days == 0 or (days == 1 and f"{end:%H:%M}" == "00:00"):
        later = ""
    else:
        later = " the next day" if days == 1 else f" {days} days later"
    return f"{begin:%H:%M} to {end:%H:%M}{later}"


def _days(days: Sequence[date], *, any_of: bool) -> str:
    """Days in words: ``on 6 April``, ``on 6 and 8 April``, ``any day from 6 to 9 April``."""
    runs = list(_runs(sorted(set(days))))
    if len(runs) == 1 and any_of:
        return f"any day from {_run(*runs[0])}"
    *most, last = [_run(*run) for run in runs]
    return f"on {', '.join(most)} {'or' if any_of else 'and'} {last}" if most else f"on {last}"


def _run(begin: date, end: date) -> str:
    if begin == end:
        return _day(begin)
    return f"{begin.day if begin.month == end.month else _day(begin)} to {_day(end)}"


def _runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """First and last day of each run of days."""
    begin = days[0]
    for day, following in zip(days, [*days[1:], None], strict=True):
        if following is None or following - day > DAY:
            yield begin, day
            begin = following or day


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"
