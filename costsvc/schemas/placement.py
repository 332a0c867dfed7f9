"""A workload and where it may run, as a client describes them."""

from dataclasses import replace
from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.answers.quantities import CarbonBasis
from costsvc.requests.comparisons import ALL, Candidates, Limits, Placement, PlacementMetric
from costsvc.requests.workloads import PriceKind, Serving, TrainingRun
from costsvc.schemas.fields import (
    BoundedList,
    Choice,
    KnownName,
    KnownNames,
    Number,
    Object,
    Request,
    StrictBoolean,
    WholeNumber,
    normal,
    raise_if,
    refuse,
)
from costsvc.schemas.inference import ServingSchema
from costsvc.schemas.training import TrainingRunSchema
from costsvc.schemas.workload import chosen

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
INSIDE = frozenset((*TrainingRunSchema().fields, *ServingSchema().fields))
"""Fields of workloads."""
BELONGS = f"is a field of the workload; put it under {' or '.join(WORKLOADS)}"


class WorkloadSchema(Request):
    """Exactly one workload, a training run or requests."""

    training = Object(TrainingRunSchema, "A training run, as in POST /v1/estimates/training")
    inference = Object(ServingSchema, "Requests, as in POST /v1/estimates/inference")

    def handle_error(self, error: ma.ValidationError, data: Any, **kwargs: Any) -> None:
        """Tell where a misplaced field of a workload belongs."""
        super().handle_error(error, data, **kwargs)
        messages = error.messages if isinstance(error.messages, dict) else {}
        for name in INSIDE.intersection(messages) - self.fields.keys():
            messages[name] = [BELONGS]

    @ma.validates_schema
    def _one(self, data: dict[str, Any], **_: Any) -> None:
        given = [name for name in WORKLOADS if data.get(name) is not None]
        if len(given) != 1:
            text = f"exactly one of {', '.join(WORKLOADS)} is required, got {', '.join(given) or 'none'}"
            raise_if({(given or WORKLOADS)[-1]: [text]})


def workload(data: dict[str, Any]) -> TrainingRun | Serving:
    """The workload that a request describes."""
    found: TrainingRun | Serving = data["training"] if data.get("training") is not None else data["inference"]
    return found


class WeightsSchema(Request):
    """Weight of one unit of each metric in the score, for example USD per kg."""

    energy_kwh = Number(limits.WEIGHT, "Weight of 1 kWh")
    carbon_kg = Number(limits.WEIGHT, "Weight of 1 kg of CO2e")
    water_l = Number(limits.WEIGHT, "Weight of 1 L of water")
    cost_usd = Number(limits.WEIGHT, "Weight of 1 USD")
    hours = Number(limits.WEIGHT, "Weight of 1 wall-clock hour")

    @ma.validates_schema
    def _counts(self, data: dict[str, Any], **_: Any) -> None:
        if not any(data.values()):
            raise ma.ValidationError(f"at least one of {', '.join(get_args(PlacementMetric))} must be above 0")


class PlacementSchema(WorkloadSchema):
    """A workload, with candidate machines, places and prices."""

    accelerators = KnownNames(
        "accelerator", "Candidate accelerators, or all; default: that of the workload", limits.NAMES, word=ALL
    )
    regions = KnownNames(
        "regions",
        "Candidate regions, cities, countries, or groups of cloud regions (europe, EU, asia, aws); or all (cloud "
        "regions); default: that of the workload",
        limits.NAMES,
        word=ALL,
    )
    providers = KnownNames(
        "seller", "Sellers whose prices are compared; default: the operator of the region", limits.NAMES
    )
    price_kinds = BoundedList(
        Choice(get_args(PriceKind), "A kind of price"),
        "Candidate kinds of price; default: that of the workload",
        limits.PRICE_KINDS,
        "kinds",
    )
    years = BoundedList(
        WholeNumber(limits.YEAR, "A year"), "Candidate years; default: that of the workload", limits.YEARS, "years"
    )
    provider = KnownName("seller", "Only regions of this operator", "aws")
    country = KnownName("region", "Only regions in this country", "SWE")
    segment = Choice(SEGMENTS, "Only accelerators of this segment; requires accelerators all")
    offered_only = StrictBoolean("Exclude accelerators that the seller is not known to offer; default true")
    max_usd = Number(replace(limits.AMOUNT, unit="USD"), "Maximum cost; options that cost more are left out")
    max_hours = Number(replace(limits.AMOUNT, unit="h"), "Maximum wall-clock time; slower options are left out")
    max_kg = Number(replace(limits.AMOUNT, unit="kg"), "Maximum CO2e; options that emit more are left out")
    max_l = Number(replace(limits.AMOUNT, unit="L"), "Maximum water; options that use more are left out")
    metric = Choice(get_args(PlacementMetric), "Metric that options are ranked by; default carbon_kg")
    weights = Object(WeightsSchema, "Weighted sum that options are ranked by, in place of metric")
    carbon_basis = Choice(get_args(CarbonBasis), "Which CO2e counts; default total (location and embodied)")
    limit = WholeNumber(limits.SHOWN_OPTIONS, "Number of options in the answer; default 10")

    @ma.validates_schema
    def _effect(self, data: dict[str, Any], **_: Any) -> None:
        errors: dict[str, list[str]] = {}
        if data.get("weights") is not None:
            errors |= refuse(data, ["metric"], "together with weights")
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
            payload=normal(original),
            **chosen(data, ("metric", "weights", "carbon_basis")),
        )


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
