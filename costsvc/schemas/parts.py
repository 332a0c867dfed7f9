"""Parts and strategies, as a client describes them."""

from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.answers.quantities import Metric
from costsvc.requests.comparisons import Known, ModelShare, Part, StrategySpec
from costsvc.requests.workloads import ApiCall, Hosting, Machine, Serving
from costsvc.schemas.fields import (
    KnownName,
    Name,
    Number,
    Object,
    ObjectList,
    Request,
    WholeNumber,
    checks_together,
    described,
    raise_if,
)
from costsvc.schemas.inference import ON_MACHINE, PROVIDER, ServingSchema, serving_fields
from costsvc.schemas.training import TrainingRunSchema
from costsvc.schemas.workload import ACCELERATOR, ACCELERATORS, CORES, SiteSchema, chosen, machine_errors, site

EXACT = {"type": "number", **described(limits.AMOUNT)}
WIDE = {
    "type": "object",
    "description": "A number with its 90 % interval",
    "properties": {"value": EXACT, "low": EXACT, "high": EXACT},
    "required": ["value", "low", "high"],
    "additionalProperties": False,
}
PART_KINDS = ("training", "inference", "hosting", "api", "model_footprint", "known")


class HostingSchema(SiteSchema):
    """Idle replicas."""

    accelerator = KnownName("accelerator", ACCELERATOR, "h100")
    accelerators = Number(limits.ACCELERATORS, f"{ACCELERATORS}, or 1")
    cores = Number(limits.CORES, CORES)
    instance = KnownName("instance", "Cloud instance, in place of accelerator and accelerators", "p5.48xlarge")
    instances = WholeNumber(limits.INSTANCES, "Number of instances; default 1")
    accelerator_power_w = Number(limits.POWER_W, "Measured power of one idle accelerator")
    hours = Number(limits.HOURS, "Idle wall-clock hours; busy hours are part of the requests", required=True)

    @checks_together
    def _together(self, data: dict[str, Any], **_: Any) -> None:
        raise_if(machine_errors(data))

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Hosting:
        names = ("accelerator", "accelerators", "cores", "instance", "instances", "accelerator_power_w")
        machine = chosen(data, names)
        return Hosting(machine=Machine(**machine), hours=data["hours"], site=site(data))


class OneRequestSchema(ServingSchema):
    """A request to a model; the comparison gives their number."""

    class Meta(Request.Meta):
        """The number of requests is not this part's."""

        exclude = ("requests",)


class ApiSchema(OneRequestSchema):
    """A request to a hosted model."""

    class Meta(Request.Meta):
        """The fields of an inference request that a provider does not decide."""

        exclude = ("requests", "pricing", *ON_MACHINE)

    model = Name("Model, as the provider or anyone else calls it", "gpt-4o-mini", required=True)
    provider = KnownName("provider", PROVIDER, "openai", required=True)

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Serving:
        return ApiCall(**serving_fields(data))


class ModelShareSchema(Request):
    """Share of the training of a known model, as given by GET /v1/models/{name}/footprint."""

    model = KnownName("model", "Model of the table", "llama-3.1-8b", required=True)
    share = Number(limits.SHARE, "Attributed share of its training; default 1")
    region = KnownName("region", "Where it was trained; default: the world's average", "US-VA")

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> ModelShare:
        return ModelShare(**data)


class KnownQuantity(Request):
    """A number with its 90 % interval."""

    value = Number(limits.AMOUNT, "Central value", required=True)
    low = Number(limits.AMOUNT, "Lower end", required=True)
    high = Number(limits.AMOUNT, "Upper end", required=True)

    @ma.validates_schema
    def _ordered(self, data: dict[str, Any], **_: Any) -> None:
        if not data["low"] <= data["value"] <= data["high"]:
            raise ma.ValidationError("must be between low and high", "value")


class Amount(ma.fields.Field[tuple[float, float, float]]):
    """An exact number, or one with its interval."""

    def __init__(self, description: str) -> None:
        super().__init__(metadata={"description": description, "oneOf": [EXACT, WIDE]})
        self._exact = Number(limits.AMOUNT, description)
        self._wide = KnownQuantity()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[float, float, float]:
        if isinstance(value, dict):
            loaded = self._wide.load(value)
            return loaded["value"], loaded["low"], loaded["high"]
        exact = float(self._exact.deserialize(value))
        return exact, exact, exact


class KnownSchema(Request):
    """Known amounts; an amount that is not given is unknown, not 0."""

    energy_kwh = Amount("Energy at the meter [kWh]")
    carbon_kg = Amount("CO2e [kg]")
    water_l = Amount("Water [L]")
    cost_usd = Amount("Money [USD]")

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Known:
        if not data:
            raise ma.ValidationError(f"at least one of {', '.join(get_args(Metric))} is required")
        return Known(**data)


class PartSchema(Request):
    """Exactly one of a training run, a request, hosting, a call to an API, a known model's training, known amounts."""

    training = Object(TrainingRunSchema, "A training run")
    inference = Object(OneRequestSchema, "A request; its per-request figures are taken")
    hosting = Object(HostingSchema, "Idle replicas")
    api = Object(ApiSchema, "A request to a hosted model; its price per request is taken")
    model_footprint = Object(ModelShareSchema, "A share of a known model's training")
    known = Object(KnownSchema, "Known amounts")

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Part:
        if len(data) != 1:
            given = ", ".join(data) or "none"
            raise ma.ValidationError(f"exactly one of {', '.join(PART_KINDS)} is required, got {given}")
        part: Part = next(iter(data.values()))
        return part


class StrategySchema(Request):
    """A way to serve all tasks."""

    name = Name("Name in the answer", "shared", required=True)
    upfront = ObjectList(PartSchema, "Paid once", limits.PARTS)
    per_task = ObjectList(PartSchema, "Paid for each task", limits.PARTS)
    per_request = Object(PartSchema, "Paid for each request", allow_none=True)

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> StrategySpec:
        parts = {name: tuple(data.get(name, ())) for name in ("upfront", "per_task")}
        spec = StrategySpec(name=data["name"], per_request=data.get("per_request"), **parts)
        if not (spec.upfront or spec.per_task or spec.per_request):
            raise ma.ValidationError("a part in upfront, per_task or per_request is required", "upfront")
        return spec
