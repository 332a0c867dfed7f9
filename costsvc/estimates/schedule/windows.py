"""The time that is open to a workload, and the plans for it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from costsvc.model import schedule as formulas
from costsvc.model.schedule import Spans, Timeline
from costsvc.units import S_PER_H, Array

SHOWN = 5
"""How many windows of a run that is not interrupted are shown."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """When a workload works.

    Attributes:
        spans: Instants of the window. [h]
        ratios: Mean intensity of each span over that of the year. [1]
    """

    spans: Spans
    ratios: Array

    @property
    def ratio(self) -> float:
        """Mean intensity of the plan over that of the year [1]."""
        return float(np.average(self.ratios, weights=self.spans.ends - self.spans.begins))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time that is open to a workload, and how much of it is needed.

    Attributes:
        first: The whole hour that instants are counted from.
        begin: Where it begins. [h]
        end: Where it ends. [h]
        duration_h: How long the workload takes. [h]
        interruptible: Whether it may pause.
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
        """Time that is open [h]."""
        return self.end - self.begin

    def line(self, shape: Array) -> Timeline:
        """The intensity over the window, of a grid of some shape."""
        hour = int((self.first - EPOCH).total_seconds() // S_PER_H)
        return formulas.timeline(shape, hour, self.begin, self.end)

    def best(self, line: Timeline, count: int = SHOWN) -> list[Plan]:
        """The best plans, the best first; where the workload may pause there is one."""
        if self.interruptible:
            return [_plan(line, formulas.best_spans(line, self.duration_h))]
        starts = formulas.best_starts(line, self.duration_h, count)
        return [self.whole(line, float(start), self.duration_h) for start in starts]

    def whole(self, line: Timeline, start: float, hours: float) -> Plan:
        """A plan without a pause."""
        end = min(start + hours, self.end)
        return _plan(line, Spans(begins=np.array([start]), ends=np.array([end])))

    def instant(self, hours: float) -> str:
        """An instant of the window as the answer shows it."""
        return iso(self.first + timedelta(seconds=round(hours * S_PER_H)))


def iso(instant: datetime) -> str:
    """An instant in UTC, to the second: ``2026-12-01T08:00:00Z``."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _plan(line: Timeline, spans: Spans) -> Plan:
    return Plan(spans=spans, ratios=np.asarray(formulas.mean_ratio(line, spans.begins, spans.ends)))
