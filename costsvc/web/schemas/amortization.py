"""Strategies to hold against one another, as a client describes them."""

from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.estimates.parts import METRICS, Basis
from costsvc.estimates.spec import Comparison, Hosting, Known, Machine, Part, StrategySpec, TaskSpec
from costsvc.model.amortization import Verdict
from costsvc.web.fields import Choice, Name, Number, WholeNumber
from costsvc.web.fields import Part as Object
from costsvc.web.fields import Parts as Objects
from costsvc.web.schemas.answer import Explained, FactorAnswer, maybe
from costsvc.web.schemas.base import Request, normal, raise_if, refuse
from costsvc.web.schemas.inference import ServingSchema
from costsvc.web.schemas.site import SiteSchema, site
from costsvc.web.schemas.training import ACCELERATOR, TrainingRunSchema, chosen, machine_errors

EXACT = {"type": "number", "minimum": limits.AMOUNT.low, "maximum": limits.AMOUNT.high}
WIDE = {
    "type": "object",
    "description": "A number with its 90 % interval",
    "properties": {"value": EXACT, "low": EXACT, "high": EXACT},
    "required": ["value", "low", "high"],
    "additionalProperties": False,
}
PART_KINDS = ("training", "inference", "hosting", "known")


class HostingSchema(SiteSchema):
    """Replicas that stand by, whether they are asked or not."""

    accelerator = Name(ACCELERATOR, "h100")
    accelerators = WholeNumber(limits.ACCELERATORS, "Number of accelerators; default 1")
    instance = Name("Cloud instance, in place of accelerator and accelerators", "p5.48xlarge")
    instances = WholeNumber(limits.ACCELERATORS, "Number of instances; default 1")
    accelerator_power_w = Number(limits.POWER_W, "Measured power of one accelerator that waits")
    hours = Number(limits.HOURS, "Wall-clock hours of standing by", required=True)

    @ma.validates_schema
    def _together(self, data: dict[str, Any], **_: Any) -> None:
        raise_if(machine_errors(data))

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Hosting:
        names = ("accelerator", "accelerators", "instance", "instances", "accelerator_power_w")
        machine = chosen(data, names)
        if "accelerator" in machine:
            machine.setdefault("accelerators", 1)
        return Hosting(machine=Machine(**machine), hours=data["hours"], site=site(data))


class OneRequestSchema(ServingSchema):
    """A request to a model; the comparison says how many there are."""

    class Meta(Request.Meta):
        """The number of requests is not this part's."""

        exclude = ("requests",)


class KnownQuantity(Request):
    """A number with its 90 % interval."""

    value = Number(limits.AMOUNT, "Central value", required=True)
    low = Number(limits.AMOUNT, "Lower end", required=True)
    high = Number(limits.AMOUNT, "Upper end", required=True)

    @ma.validates_schema
    def _ordered(self, data: dict[str, Any], **_: Any) -> None:
        if not data["low"] <= data["value"] <= data["high"]:
            raise ma.ValidationError("low <= value <= high must hold.", "value")


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
    """Amounts that the caller knows; one that is left out is unknown, not 0."""

    energy_kwh = Amount("Energy at the meter [kWh]")
    carbon_kg = Amount("CO2e [kg]")
    water_l = Amount("Water [L]")
    cost_usd = Amount("Money [USD]")

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Known:
        if not data:
            raise ma.ValidationError(f"Nothing is known here; give at least one of {', '.join(METRICS)}.")
        return Known(**data)


class PartSchema(Request):
    """Exactly one of a training run, an inference request, hosting, or known amounts."""

    training = Object(TrainingRunSchema, "A training run")
    inference = Object(OneRequestSchema, "A request; its per-request figures are taken")
    hosting = Object(HostingSchema, "Replicas that stand by")
    known = Object(KnownSchema, "Amounts that are known")

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Part:
        if len(data) != 1:
            given = ", ".join(data) or "none"
            raise ma.ValidationError(f"Give exactly one of {', '.join(PART_KINDS)}; these came: {given}.")
        part: Part = next(iter(data.values()))
        return part


class StrategySchema(Request):
    """A way of covering all tasks."""

    name = Name("What the answer calls it", "shared", required=True)
    upfront = Objects(PartSchema, "Paid once", limits.PARTS)
    per_task = Objects(PartSchema, "Paid for each task", limits.PARTS)
    per_request = Object(PartSchema, "Paid for each request", allow_none=True)

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> StrategySpec:
        parts = {name: tuple(data.get(name, ())) for name in ("upfront", "per_task")}
        spec = StrategySpec(name=data["name"], per_request=data.get("per_request"), **parts)
        if not (spec.upfront or spec.per_task or spec.per_request):
            raise ma.ValidationError("A strategy needs a part in upfront, per_task or per_request.", "upfront")
        return spec


class TaskSchema(Request):
    """One task, and what its share may be keyed on."""

    name = Name("What the answer calls it", "support-tickets", required=True)
    requests = Number(limits.REQUESTS, "Requests over the horizon", required=True)
    tokens = Number(limits.REQUESTS, "Tokens over the horizon")
    weight = Number(limits.WEIGHT, "A weight of the caller's own")


class ComparisonSchema(Request):
    """Two to ten strategies for the same tasks."""

    tasks = Number(limits.TASKS, "Number of tasks")
    task_list = Objects(TaskSchema, "The tasks one by one, in place of tasks and requests_per_task", limits.TASK_LIST)
    requests_per_task = Number(limits.REQUESTS, "Requests to each task over the whole horizon; default 0")
    strategies = Objects(StrategySchema, "What to compare", limits.STRATEGIES, required=True)
    baseline = Name("Name of the strategy that the others are held against; default the last", "per-task")
    carbon_basis = Choice(get_args(Basis), "Which CO2e counts; default total: location and embodied")

    @ma.validates_schema
    def _together(self, data: dict[str, Any], **_: Any) -> None:
        raise_if({**_task_errors(data), **_name_errors(data)})

    @ma.post_load(pass_original=True)
    def _to_domain(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> Comparison:
        return Comparison(
            strategies=tuple(data["strategies"]),
            task_list=tuple(TaskSpec(**task) for task in data.get("task_list", ())),
            said=normal(original),
            **chosen(data, ("tasks", "requests_per_task", "baseline", "carbon_basis")),
        )


def _task_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    if data.get("task_list"):
        return refuse(data, ["tasks", "requests_per_task"], "beside task_list")
    if data.get("tasks") is None:
        return {"tasks": ["This is missing; give tasks or task_list."]}
    if data.get("requests_per_task") is None and any(strategy.per_request for strategy in data["strategies"]):
        return {"requests_per_task": ["This is missing; a strategy has a part per request."]}
    return {}


def _name_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    names = [strategy.name for strategy in data["strategies"]]
    errors = {}
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        errors["strategies"] = [f"Each strategy needs a name of its own; these repeat: {', '.join(repeated)}."]
    if data.get("baseline") is not None and data["baseline"] not in names:
        errors["baseline"] = [f"{data['baseline']!r} is no strategy of this request; these are: {', '.join(names)}."]
    return errors


class Amounts(ma.Schema):
    """A strategy's cost in each metric."""

    energy_kwh = maybe("Energy at the meter")
    carbon_kg = maybe("CO2e on the basis chosen")
    water_l = maybe("Water")
    cost_usd = maybe("Money")


class StrategyAnswer(ma.Schema):
    """A strategy, estimated."""

    name = ma.fields.String(required=True)
    upfront = ma.fields.Nested(Amounts, required=True)
    per_task = ma.fields.Nested(Amounts, required=True)
    per_request = ma.fields.Nested(Amounts, required=True)
    total = ma.fields.Nested(Amounts, required=True)


VERDICT = {"enum": [*(verdict.value for verdict in Verdict), None]}


class BreakEven(ma.Schema):
    """When a strategy is cheaper than the baseline in one metric."""

    strategy = ma.fields.String(required=True)
    against = ma.fields.String(required=True)
    metric = ma.fields.String(required=True, metadata={"enum": list(METRICS)})
    tasks = maybe("Number of tasks where both cost the same")
    verdict = ma.fields.String(required=True, allow_none=True, metadata=VERDICT)
    requests_per_task = maybe("Requests per task where both cost the same")
    requests_verdict = ma.fields.String(required=True, allow_none=True, metadata=VERDICT)
    probability = ma.fields.Float(required=True, allow_none=True)
    reason = ma.fields.String(required=True)


class Line(ma.Schema):
    """A strategy's total over the number of tasks."""

    name = ma.fields.String(required=True)
    value = ma.fields.List(ma.fields.Float(allow_none=True), required=True)
    low = ma.fields.List(ma.fields.Float(allow_none=True), required=True)
    high = ma.fields.List(ma.fields.Float(allow_none=True), required=True)


class Curve(ma.Schema):
    """All strategies in one metric, ready to plot."""

    metric = ma.fields.String(required=True)
    tasks = ma.fields.List(ma.fields.Float(), required=True)
    strategies = ma.fields.List(ma.fields.Nested(Line), required=True)


class TaskShare(ma.Schema):
    """A task's share of what is paid once."""

    name = ma.fields.String(required=True)
    share = ma.fields.Float(required=True)


class Shares(ma.Schema):
    """Shares by one key; they add up to one."""

    key = ma.fields.String(required=True)
    tasks = ma.fields.List(ma.fields.Nested(TaskShare), required=True)


class PartAnswer(ma.Schema):
    """What a part rests on."""

    part = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    factors = ma.fields.List(ma.fields.Nested(FactorAnswer), required=True)


class AmortizationSchema(Explained):
    """Which strategy is cheaper, from when on, and how sure that is."""

    class Meta:
        """Factors stand with the part that uses them."""

        exclude = ("factors",)

    id = ma.fields.String(required=True)
    request = ma.fields.Dict(required=True)
    tasks = ma.fields.Float(required=True)
    requests_per_task = ma.fields.Float(required=True)
    carbon_basis = ma.fields.String(required=True)
    baseline = ma.fields.String(required=True)
    strategies = ma.fields.List(ma.fields.Nested(StrategyAnswer), required=True)
    break_even = ma.fields.List(ma.fields.Nested(BreakEven), required=True)
    curves = ma.fields.List(ma.fields.Nested(Curve), required=True)
    shares = ma.fields.List(ma.fields.Nested(Shares), required=True)
    ranking = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.List(ma.fields.String()), required=True)
    parts = ma.fields.List(ma.fields.Nested(PartAnswer), required=True)
