"""POST /v1/comparisons/placement."""

from typing import Any, get_args

import marshmallow as ma
from flask import Response

from costsvc import limits
from costsvc.answers.placement import PlacementAnswer
from costsvc.estimates.alternatives import Candidates, Limits, Placement, PlacementMetric
from costsvc.estimates.outcome import COLUMNS
from costsvc.estimates.parts import Basis
from costsvc.estimates.placement import placement
from costsvc.estimates.spec import PriceKind, Serving, TrainingRun
from costsvc.web import metrics
from costsvc.web.api.inference import ServingSchema
from costsvc.web.api.training import TrainingRunSchema
from costsvc.web.api.workload import chosen
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.context import answer, catalog, private
from costsvc.web.endpoint import Endpoint
from costsvc.web.fields import BoundedList, Choice, Name, NameList, Number, Object, StrictBoolean, WholeNumber
from costsvc.web.request_schema import Request, normal, raise_if, refuse

blueprint = CostsvcBlueprint("placement", __name__, url_prefix="/v1", description="Where and on what a workload runs")
EXAMPLE = {
    "training": {
        "accelerator": "a100-sxm4-80gb",
        "accelerator_hours": 10_000,
        "total_params_b": 7,
        "region": "aws:us-east-1",
    },
    "accelerators": ["a100-sxm4-80gb", "h100-sxm5-80gb", "b200"],
    "regions": ["aws:us-east-1", "aws:us-west-2", "aws:eu-north-1"],
    "weights": {"cost_usd": 1, "carbon_kg": 0.2},
    "limit": 3,
}
WORKLOADS = ("training", "inference")
CANDIDATES = (
    "accelerators",
    "regions",
    "providers",
    "price_kinds",
    "years",
    "provider",
    "country",
    "segment",
    "offered_only",
)
LIMITS = ("max_usd", "max_hours", "max_kg", "max_l")
SEGMENTS = ("datacenter", "workstation", "consumer", "desktop", "laptop", "board")
ALL = "all"


class WorkloadSchema(Request):
    """Exactly one workload, a training run or requests."""

    training = Object(TrainingRunSchema, "A training run, as POST /v1/estimates/training takes it")
    inference = Object(ServingSchema, "Requests, as POST /v1/estimates/inference takes them")

    @ma.validates_schema
    def _one(self, data: dict[str, Any], **_: Any) -> None:
        given = [name for name in WORKLOADS if data.get(name) is not None]
        if len(given) != 1:
            text = f"Give exactly one of {', '.join(WORKLOADS)}; these came: {', '.join(given) or 'none'}."
            raise_if({(given or WORKLOADS)[-1]: [text]})


def workload(data: dict[str, Any]) -> TrainingRun | Serving:
    """The workload of a request's fields."""
    found: TrainingRun | Serving = data["training"] if data.get("training") is not None else data["inference"]
    return found


class WeightsSchema(Request):
    """What one unit of each metric counts in the score, USD per kg for example."""

    energy_kwh = Number(limits.WEIGHT, "For each kWh")
    carbon_kg = Number(limits.WEIGHT, "For each kg of CO2e")
    water_l = Number(limits.WEIGHT, "For each L of water")
    cost_usd = Number(limits.WEIGHT, "For each USD")
    hours = Number(limits.WEIGHT, "For each hour from begin to end")

    @ma.validates_schema
    def _counts(self, data: dict[str, Any], **_: Any) -> None:
        if not any(data.values()):
            raise ma.ValidationError(f"Something has to count; give one of {', '.join(COLUMNS)} above 0.")


class PlacementSchema(WorkloadSchema):
    """A workload, and the machines, places and prices to try for it."""

    accelerators = NameList("Accelerators to try, or all; left out: the workload's own", limits.NAMES, word=ALL)
    regions = NameList("Regions to try, or all cloud regions; left out: the workload's own", limits.NAMES, word=ALL)
    providers = NameList("Whose prices to try; left out: those of the region's operator", limits.NAMES)
    price_kinds = BoundedList(
        Choice(get_args(PriceKind), "A kind of price"),
        "Kinds of price to try; left out: the workload's own",
        limits.PRICE_KINDS,
        "kinds",
    )
    years = BoundedList(
        WholeNumber(limits.YEAR, "A year"), "Years to try; left out: the workload's own", limits.YEARS, "years"
    )
    provider = Name("Only regions of this operator", "aws")
    country = Name("Only regions in this country", "SWE")
    segment = Choice(SEGMENTS, "Only accelerators of this kind; goes with accelerators all")
    offered_only = StrictBoolean("Leave out what the seller is not known to rent out; default true")
    max_usd = Number(limits.AMOUNT, "Only options that cost no more")
    max_hours = Number(limits.AMOUNT, "Only options that take no longer from begin to end")
    max_kg = Number(limits.AMOUNT, "Only options that emit no more")
    max_l = Number(limits.AMOUNT, "Only options that use no more water")
    metric = Choice(get_args(PlacementMetric), "What options are ranked by; default carbon_kg")
    weights = Object(WeightsSchema, "A weighted sum to rank by, in place of metric")
    carbon_basis = Choice(get_args(Basis), "Which CO2e counts; default total: location and embodied")
    limit = WholeNumber(limits.SHOWN_OPTIONS, "Options shown in full; default 10")

    @ma.validates_schema
    def _effect(self, data: dict[str, Any], **_: Any) -> None:
        errors: dict[str, list[str]] = {}
        if data.get("weights") is not None:
            errors |= refuse(data, ["metric"], "beside weights")
        if data.get("accelerators") != ALL:
            errors |= refuse(data, ["segment"], "unless accelerators is all")
        if data.get("regions") is None:
            errors |= refuse(data, ["provider", "country"], "without regions")
        raise_if(errors)

    @ma.post_load(pass_original=True)
    def _to_domain(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> Placement:
        return Placement(
            workload=workload(data),
            candidates=Candidates(**{name: _tuple(value) for name, value in chosen(data, CANDIDATES).items()}),
            limits=Limits(**chosen(data, LIMITS)),
            shown=data.get("limit", 10),
            said=normal(original),
            **chosen(data, ("metric", "weights", "carbon_basis")),
        )


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


ENDPOINT = Endpoint(
    kind="placement",
    path="/v1/comparisons/placement",
    schema=PlacementSchema(),
    estimate=placement,
    example=EXAMPLE,
    answer_type=PlacementAnswer,
)


@blueprint.post("/comparisons/placement")
@blueprint.arguments(PlacementSchema, example=EXAMPLE)
@blueprint.answers(PlacementAnswer)
def compare_places(asked: Placement) -> Response:
    """Find where and on what a workload should run.

    Every combination of accelerator, region, seller, kind of price and year, ranked by a metric or a
    weighted sum; those that nothing beats in money, CO2e, hours and water at once; each of the best in
    full and held against the workload as it was described.
    """
    found = placement(asked, catalog())
    metrics.estimated(ENDPOINT.kind, found)
    return answer(found)


blueprint.after_request(private)
