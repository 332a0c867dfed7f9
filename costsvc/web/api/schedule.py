"""POST /v1/comparisons/schedule."""

from datetime import UTC, datetime
from typing import Any, get_args

import marshmallow as ma
from flask import Response

from costsvc import limits
from costsvc.answers.schedule import ScheduleAnswer
from costsvc.estimates.alternatives import Load, Schedule
from costsvc.estimates.schedule import ALL, schedule
from costsvc.estimates.spec import Site
from costsvc.reference.grid import Scope
from costsvc.units import S_PER_H
from costsvc.web import metrics
from costsvc.web.api.training import TrainingRunSchema
from costsvc.web.api.workload import chosen
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.context import answer, catalog, private
from costsvc.web.endpoint import Endpoint
from costsvc.web.fields import MESSAGES, Choice, Name, NameList, Number, Object, StrictBoolean
from costsvc.web.request_schema import Request, raise_if, refuse

blueprint = CostsvcBlueprint("schedule", __name__, url_prefix="/v1", description="When to run")
EXAMPLE = {
    "training": {"accelerator": "h100", "accelerator_hours": 192, "accelerators": 32, "region": "aws:us-west-1"},
    "earliest": "2027-04-05T18:00:00-07:00",
    "deadline": "2027-04-09T18:00:00-07:00",
    "other_regions": ["aws:us-west-2", "aws:eu-central-1"],
}
INSTANT = "2026-12-01T08:00:00Z"
WORKLOADS = ("training", "energy_kwh")


class Instant(ma.fields.Field[datetime]):
    """A date and a time with its offset from UTC."""

    def __init__(self, description: str, **kwargs: Any) -> None:
        low, high = limits.YEAR.low, limits.YEAR.high
        self.wanted = f"it must be a time with its offset, such as {INSTANT}, of {low:g} to {high:g}"
        metadata = {"type": "string", "format": "date-time", "description": description, "examples": [INSTANT]}
        super().__init__(metadata=metadata, error_messages=MESSAGES, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            found = datetime.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise ma.ValidationError(f"This is no time of ISO 8601; {self.wanted}.") from error
        if found.tzinfo is None:
            raise ma.ValidationError(f"This time has no offset from UTC; {self.wanted}.")
        if not limits.YEAR.low <= found.year < limits.YEAR.high:
            raise ma.ValidationError(f"{found.year} is not allowed; {self.wanted}.")
        return found.astimezone(UTC)


class ScheduleSchema(Request):
    """A workload and the time that is open to it."""

    training = Object(TrainingRunSchema, "A training run, whose energy is spread evenly over duration_h")
    energy_kwh = Number(limits.LOAD_KWH, "Energy at the meter of a constant load, in place of training")
    region = Name("Where a load runs, for energy_kwh; of a run it stands in training", "aws:us-east-1")
    scope = Choice(get_args(Scope), "Life-cycle (default) or direct emissions, for energy_kwh")
    earliest = Instant("From when on it may run", required=True)
    deadline = Instant("By when it must have ended", required=True)
    duration_h = Number(limits.DURATION_H, "How long it takes; left out: as long as the run's phases")
    interruptible = StrictBoolean("Whether it may pause; default false")
    other_regions = NameList("Regions to hold the best window against, or all cloud regions", limits.NAMES, word=ALL)

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
        return refuse(data, ["energy_kwh", "region", "scope"], "beside training, which says it itself")
    if data.get("energy_kwh") is None:
        return {"training": [f"This is missing; give exactly one of {' and '.join(WORKLOADS)}."]}
    beside = ("region", "duration_h")
    return {name: ["This is missing; it goes with energy_kwh."] for name in beside if data.get(name) is None}


def _window_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    hours = (data["deadline"] - data["earliest"]).total_seconds() / S_PER_H
    if hours <= 0:
        return {"deadline": ["This must be after earliest."]}
    if hours > limits.WINDOW_H.high:
        return {
            "deadline": [f"{hours:.6g} h after earliest is too late; at most {limits.WINDOW_H.high:g} h are allowed."]
        }
    return {}


ENDPOINT = Endpoint(
    kind="schedule",
    path="/v1/comparisons/schedule",
    schema=ScheduleSchema(),
    estimate=schedule,
    example=EXAMPLE,
    answer_type=ScheduleAnswer,
)


@blueprint.post("/comparisons/schedule")
@blueprint.arguments(ScheduleSchema, example=EXAMPLE)
@blueprint.answers(ScheduleAnswer)
def find_windows(asked: Schedule) -> Response:
    """Find the best time to run a workload.

    The best windows between two instants by the grid's profile over months and hours, and what
    the best one saves against starting at once, against the average, and against other regions.
    """
    found = schedule(asked, catalog())
    metrics.estimated(ENDPOINT.kind, found)
    return answer(found)


blueprint.after_request(private)
