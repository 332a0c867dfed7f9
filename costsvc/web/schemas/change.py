"""A workload before and after a change, as a client describes it."""

from typing import Any, get_args

import marshmallow as ma

from costsvc.estimates.comparisons.parts import Basis
from costsvc.requests.comparisons import ChangeSpec
from costsvc.web.fields import Choice
from costsvc.web.fields import Part as Object
from costsvc.web.schemas.answer import Explained
from costsvc.web.schemas.base import Request, normal, raise_if
from costsvc.web.schemas.placement import Differences, OutcomeAnswer, WorkloadSchema, workload
from costsvc.web.schemas.training import chosen


class ChangeSchema(Request):
    """The same kind of workload before and after a change."""

    before = Object(WorkloadSchema, "The workload as it is", required=True)
    after = Object(WorkloadSchema, "The workload as it would be", required=True)
    carbon_basis = Choice(get_args(Basis), "Which CO2e counts; default total: location and embodied")

    @ma.validates_schema
    def _alike(self, data: dict[str, Any], **_: Any) -> None:
        before, after = (next(iter(data[side])) for side in ("before", "after"))
        if before != after:
            raise_if({"after": [f"before is {before} and after is {after}; both have to be of one kind."]})

    @ma.post_load(pass_original=True)
    def _to_domain(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> ChangeSpec:
        return ChangeSpec(
            before=workload(data["before"]),
            after=workload(data["after"]),
            kind=next(iter(data["before"])),
            said=normal(original),
            **chosen(data, ("carbon_basis",)),
        )


class Cause(ma.Schema):
    """A factor that differs, and by how much its change alone moves the metric."""

    name = ma.fields.String(required=True)
    before = ma.fields.Float(required=True, allow_none=True)
    after = ma.fields.Float(required=True, allow_none=True)
    unit = ma.fields.String(required=True, allow_none=True)
    percent = ma.fields.Float(required=True)


class CausesAnswer(ma.Schema):
    """The largest causes in each metric."""

    energy_kwh = ma.fields.List(ma.fields.Nested(Cause), required=True)
    carbon_kg = ma.fields.List(ma.fields.Nested(Cause), required=True)
    water_l = ma.fields.List(ma.fields.Nested(Cause), required=True)
    cost_usd = ma.fields.List(ma.fields.Nested(Cause), required=True)
    hours = ma.fields.List(ma.fields.Nested(Cause), required=True)


class ProbabilitiesAnswer(ma.Schema):
    """For each metric the share of paired draws in which it is lower after."""

    energy_kwh = ma.fields.Float(required=True, allow_none=True)
    carbon_kg = ma.fields.Float(required=True, allow_none=True)
    water_l = ma.fields.Float(required=True, allow_none=True)
    cost_usd = ma.fields.Float(required=True, allow_none=True)
    hours = ma.fields.Float(required=True, allow_none=True)


class ChangeAnswer(Explained):
    """What the change comes to, and why."""

    class Meta:
        """Factors come with an estimate of either request."""

        exclude = ("factors",)

    id = ma.fields.String(required=True)
    request = ma.fields.Dict(required=True)
    carbon_basis = ma.fields.String(required=True)
    before = ma.fields.Nested(OutcomeAnswer, required=True)
    after = ma.fields.Nested(OutcomeAnswer, required=True)
    difference = ma.fields.Nested(Differences, required=True)
    probability_lower = ma.fields.Nested(ProbabilitiesAnswer, required=True)
    causes = ma.fields.Nested(CausesAnswer, required=True)
    summary = ma.fields.String(required=True, metadata={"description": "One line of Markdown"})
