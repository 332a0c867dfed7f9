"""The window between earliest start and deadline, and plans in it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from costsvc.model import schedule as formulas
from costsvc.model.schedule import Spans, Timeline
from costsvc.units import S_PER_H, Array

MOST_PLANS = 5
"""Most plans without a pause in an answer."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """The times at which a workload runs.

    Attributes:
        spans: Times between pauses, from the start of the window. [h]
        ratios: Mean intensity of each span relative to the annual mean. [1]
    """

    spans: Spans
    ratios: Array

    @property
    def ratio(self) -> float:
        """Mean intensity of the plan relative to the annual mean [1]."""
        return float(np.average(self.ratios, weights=self.spans.ends - self.spans.begins))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time between earliest start and deadline, and the time that the workload needs.

    Attributes:
        first: The full hour from which times are counted.
        begin: Earliest start. [h]
        end: Deadline. [h]
        duration_h: Run time of the workload. [h]
        interruptible: Whether the workload may pause.
    """

    first: datetime
    begin: float
    end: float
    duration_h: float
    interruptible: bool

    @classmethod
    def between(cls, earliest: datetime, deadline: datetime, duration_h: float, *, interruptible: bool) -> "Window":
        """The window between two instants."""
        first = earliest.replace(minute=0, second=0, microsecond=0)
        begin, end = ((instant - first).total_seconds() / S_PER_H for instant in (earliest, deadline))
        return cls(first=first, begin=begin, end=end, duration_h=duration_h, interruptible=interruptible)

    @property
    def length_h(self) -> float:
        """Length of the window [h]."""
        return self.end - self.begin

    def line(self, shape: Array) -> Timeline:
        """The intensity over the window for the profile of a grid."""
        hour = int((self.first - EPOCH).total_seconds() // S_PER_H)
        return formulas.timeline(shape, hour, self.begin, self.end)

    def best(self, line: Timeline, count: int = MOST_PLANS) -> list[Plan]:
        """The best plans, the best first; a single one if the workload may pause."""
        if self.interruptible:
            return [_plan(line, formulas.best_spans(line, self.duration_h))]
        starts = formulas.best_starts(line, self.duration_h, count)
        return [self.whole(line, float(start), self.duration_h) for start in starts]

    def whole(self, line: Timeline, start: float, hours: float) -> Plan:
        """A plan without a pause."""
        end = min(start + hours, self.end)
        return _plan(line, Spans(begins=np.array([start]), ends=np.array([end])))

    def instant(self, hours: float) -> str:
        """A time of the window in UTC."""
        return format_utc(self.first + timedelta(seconds=round(hours * S_PER_H)))


def format_utc(instant: datetime) -> str:
    """Format a time in UTC, to the second: ``2026-12-01T08:00:00Z``."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _plan(line: Timeline, spans: Spans) -> Plan:
    return Plan(spans=spans, ratios=np.asarray(formulas.mean_ratio(line, spans.begins, spans.ends)))
