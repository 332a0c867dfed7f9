"""A workload and when it may run, as a client describes them."""

from datetime import UTC, datetime
from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.requests.comparisons import ALL, Load, Schedule
from costsvc.requests.workloads import Scope, Site
from costsvc.schemas.fields import (
    MESSAGES,
    Choice,
    KnownName,
    KnownNames,
    Number,
    Object,
    Request,
    StrictBoolean,
    raise_if,
    refuse,
    shown,
)
from costsvc.schemas.training import TrainingRunSchema
from costsvc.schemas.workload import chosen
from costsvc.units import S_PER_H

INSTANT = "2026-12-01T08:00:00Z"
WORKLOADS = ("training", "energy_kwh")


class Instant(ma.fields.Field[datetime]):
    """A date and time with UTC offset."""

    def __init__(self, description: str, **kwargs: Any) -> None:
        low, high = limits.YEAR.low, limits.YEAR.high
        self.wanted = f"must be a time with UTC offset such as {INSTANT}, from {low:g} to {high - 1:g}"
        metadata = {"type": "string", "format": "date-time", "description": description, "examples": [INSTANT]}
        super().__init__(metadata=metadata, error_messages=MESSAGES, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            found = datetime.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise ma.ValidationError(f"{self.wanted}, got {shown(value)}") from error
        if found.tzinfo is None:
            raise ma.ValidationError(f"{self.wanted}, got {shown(value)}")
        if not limits.YEAR.low <= found.year < limits.YEAR.high:
            raise ma.ValidationError(f"{self.wanted}, got {shown(value)}")
        return found.astimezone(UTC)


class ScheduleSchema(Request):
    """A workload, and when it may run."""

    training = Object(TrainingRunSchema, "A training run, with its energy spread evenly over duration_h")
    energy_kwh = Number(limits.LOAD_KWH, "Energy at the meter of a constant load, in place of training")
    region = KnownName(
        "region", "Where the load runs, with energy_kwh; a training run has its own region", "aws:us-east-1"
    )
    scope = Choice(get_args(Scope), "Life-cycle (default) or direct emissions, with energy_kwh")
    earliest = Instant("Earliest start", required=True)
    deadline = Instant("Latest end", required=True)
    duration_h = Number(limits.DURATION_H, "Duration; default: that of the run's phases")
    interruptible = StrictBoolean("Whether the workload may pause; default false")
    other_regions = KnownNames(
        "region", "Regions to compare the best window with, or all (cloud regions)", limits.NAMES, word=ALL
    )

    @ma.validates_schema
    def _together(self, data: dict[str, Any], **_: Any) -> None:
        raise_if({**_workload_errors(data), **_window_errors(data)})

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Schedule:
        names = ("earliest", "deadline", "duration_h", "interruptible", "other_regions")
        where = Site(**chosen(data, ("region", "scope")))
        workload = data.get("training") or Load(energy_kwh=data["energy_kwh"], site=where)
        if data.get("other_regions", ALL) != ALL:
            data = {**data, "other_regions": tuple(data["other_regions"])}
        return Schedule(workload=workload, **chosen(data, names))


def _workload_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    if data.get("training") is not None:
        return refuse(data, ["energy_kwh", "region", "scope"], "together with training, which has its own")
    if data.get("energy_kwh") is None:
        return {"training": [f"exactly one of {' and '.join(WORKLOADS)} is required"]}
    beside = ("region", "duration_h")
    return {name: ["is required with energy_kwh"] for name in beside if data.get(name) is None}


def _window_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    hours = (data["deadline"] - data["earliest"]).total_seconds() / S_PER_H
    if hours <= 0:
        return {"deadline": ["must be after earliest"]}
    if hours > limits.WINDOW_H.high:
        return {"deadline": [f"must be at most {limits.WINDOW_H.high:g} h after earliest, got {hours:.6g} h"]}
    return {}
