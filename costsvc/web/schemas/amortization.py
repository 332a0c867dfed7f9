"""Strategies to hold against one another, as a client describes them."""

from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.estimates.parts import METRICS, Basis
from costsvc.estimates.spec import (
    ApiCall,
    Axis,
    Benefit,
    Comparison,
    Hosting,
    Known,
    Machine,
    ModelShare,
    Part,
    StrategySpec,
    Surface,
    TaskSpec,
    Time,
)
from costsvc.model.amortization import Verdict
from costsvc.web.fields import Choice, Name, Number, WholeNumber
from costsvc.web.fields import Part as Object
from costsvc.web.fields import Parts as Objects
from costsvc.web.schemas.answer import Explained, FactorAnswer, Quantity, maybe
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
PART_KINDS = ("training", "inference", "hosting", "api", "model_footprint", "known")


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


class ApiSchema(SiteSchema):
    """A request to somebody else's model, paid by the token."""

    class Meta(Request.Meta):
        """Who is paid is said here."""

        exclude = ("pricing",)

    model = Name("Model, as the provider calls it", "gpt-4o-mini", required=True)
    provider = Name("Who sells it", "openai", required=True)
    input_tokens = Number(limits.TOKENS, "Tokens of the prompt", required=True)
    output_tokens = Number(limits.TOKENS, "Tokens of the answer", required=True)

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> ApiCall:
        names = ("model", "provider", "input_tokens", "output_tokens")
        return ApiCall(site=site(data), **chosen(data, names))


class ModelShareSchema(Request):
    """A share of what the training of a known model has cost, as GET /v1/models/{name}/footprint tells it."""

    model = Name("Model of the table", "llama-3.1-8b", required=True)
    share = Number(limits.SHARE, "Share of its training that is charged; default 1")
    region = Name("Where it was trained; left out: the world's average", "US-VA")

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
    """Exactly one of a training run, a request, hosting, a call to an API, a known model's training, known amounts."""

    training = Object(TrainingRunSchema, "A training run")
    inference = Object(OneRequestSchema, "A request; its per-request figures are taken")
    hosting = Object(HostingSchema, "Replicas that stand by")
    api = Object(ApiSchema, "A request to somebody else's model")
    model_footprint = Object(ModelShareSchema, "A share of a known model's training")
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


class TimeSchema(Request):
    """What the months do: tasks arrive, models are trained again, money is discounted, the grid changes."""

    lifetime_months = Number(limits.MONTHS, "From the start to the end of all strategies", required=True)
    tasks_per_month = Number(limits.TASKS, "How many tasks arrive each month; left out: all at the start")
    retraining_interval_months = Number(
        limits.MONTHS, "How often what is paid once and per task is paid again; left out: never"
    )
    discount_rate = Number(limits.RATE, "Yearly discount rate of money; default 0")
    grid_trend_per_year = Number(limits.TREND, "Yearly change of the grid's intensity, -0.05 for 5 % less; default 0")

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Time:
        return Time(**data)


class AxisSchema(Request):
    """Points of an axis, evenly spaced on a logarithmic scale."""

    low = Number(limits.AXIS, "First point", required=True)
    high = Number(limits.AXIS, "Last point", required=True)
    points = WholeNumber(limits.POINTS, "Number of points; default 25")

    @ma.validates_schema
    def _ordered(self, data: dict[str, Any], **_: Any) -> None:
        if data["low"] > data["high"]:
            raise ma.ValidationError(f"low must not be above high, {data['high']:g}.", "low")

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Axis:
        return Axis(low=data["low"], high=data["high"], points=data.get("points", 25))


class SurfaceSchema(Request):
    """Numbers of tasks and of requests per task to compute every strategy at."""

    tasks = Object(AxisSchema, "Numbers of tasks", required=True)
    requests_per_task = Object(AxisSchema, "Requests to each of them", required=True)

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Surface:
        return Surface(**data)


class BenefitSchema(Request):
    """What a task is worth, and what its use does beside its own footprint."""

    usd_per_task = Number(limits.AMOUNT, "Worth of one task over the horizon", required=True)
    second_order_usd = Number(limits.EFFECT, "Damage that the use of the models does, in money; below 0 if it helps")
    second_order_kg = Number(limits.EFFECT, "CO2e that the use of the models causes; below 0 if it avoids some")

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Benefit:
        return Benefit(**data)


class ComparisonSchema(Request):
    """Two to ten strategies for the same tasks."""

    tasks = Number(limits.TASKS, "Number of tasks")
    task_list = Objects(TaskSchema, "The tasks one by one, in place of tasks and requests_per_task", limits.TASK_LIST)
    requests_per_task = Number(limits.REQUESTS, "Requests to each task over the whole horizon; default 0")
    strategies = Objects(StrategySchema, "What to compare", limits.STRATEGIES, required=True)
    time = Object(TimeSchema, "What the months do; left out: everything happens at once")
    surface = Object(SurfaceSchema, "Axes of a surface of totals; left out: none")
    benefit = Object(BenefitSchema, "What the tasks are worth, for the value of building; left out: not asked")
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
            **chosen(data, ("tasks", "requests_per_task", "time", "surface", "benefit", "baseline", "carbon_basis")),
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


class Flip(ma.Schema):
    """The one factor whose change makes the other strategy the cheaper one."""

    factor = ma.fields.String(required=True)
    value = ma.fields.Float(required=True)
    needed = ma.fields.Float(required=True)
    unit = ma.fields.String(required=True)
    low = ma.fields.Float(required=True)
    high = ma.fields.Float(required=True)
    inside_interval = ma.fields.Boolean(required=True)


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
    flip = ma.fields.Nested(
        Flip,
        required=True,
        allow_none=True,
        metadata={"description": "null where no single uncertain factor can do it, or nothing is uncertain"},
    )
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


class Cells(ma.Schema):
    """A strategy's totals by tasks (rows) and requests per task (columns)."""

    name = ma.fields.String(required=True)
    value = ma.fields.List(ma.fields.List(ma.fields.Float()), required=True)


class Sheet(ma.Schema):
    """A surface in one metric."""

    metric = ma.fields.String(required=True)
    strategies = ma.fields.List(ma.fields.Nested(Cells), required=True)
    cheapest = ma.fields.List(ma.fields.List(ma.fields.String()), required=True, allow_none=True)
    probability = ma.fields.List(ma.fields.List(ma.fields.Float()), required=True, allow_none=True)


class SurfaceAnswer(ma.Schema):
    """Every strategy over tasks and requests per task."""

    tasks = ma.fields.List(ma.fields.Float(), required=True)
    requests_per_task = ma.fields.List(ma.fields.Float(), required=True)
    metrics = ma.fields.List(ma.fields.Nested(Sheet), required=True)


def by_count(description: str) -> ma.fields.List[Any]:
    """Quantities, one for each number of tasks."""
    return ma.fields.List(
        ma.fields.Nested(Quantity), required=True, allow_none=True, metadata={"description": description}
    )


class PerTask(ma.Schema):
    """What each task bears, by number of tasks."""

    energy_kwh = by_count("Energy at the meter")
    carbon_kg = by_count("CO2e on the basis chosen")
    water_l = by_count("Water")
    cost_usd = by_count("Money")


class Adopters(ma.Schema):
    """What each task bears where few or many share a strategy."""

    name = ma.fields.String(required=True)
    tasks = ma.fields.List(ma.fields.Float(), required=True)
    per_task = ma.fields.Nested(PerTask, required=True)


class Disagreement(ma.Schema):
    """Two metrics with different winners."""

    metrics = ma.fields.List(ma.fields.String(), required=True)
    winners = ma.fields.List(ma.fields.String(), required=True)
    reason = ma.fields.String(required=True)


class Worth(ma.Schema):
    """What building is worth: benefit less cost, social cost of carbon and second-order effects."""

    name = ma.fields.String(required=True)
    benefit_usd = maybe("Worth of the tasks")
    social_usd = maybe("Damage of the CO2e")
    second_order_usd = maybe("What the use does beside that")
    value_usd = maybe("What is left; below 0 where it had better not be built")


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
    surface = ma.fields.Nested(SurfaceAnswer, required=True, allow_none=True)
    adopters = ma.fields.List(ma.fields.Nested(Adopters), required=True)
    disagreements = ma.fields.List(ma.fields.Nested(Disagreement), required=True)
    value = ma.fields.List(ma.fields.Nested(Worth), required=True, allow_none=True)
    ranking = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.List(ma.fields.String()), required=True)
    parts = ma.fields.List(ma.fields.Nested(PartAnswer), required=True)
