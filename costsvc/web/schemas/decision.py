"""What a comparison of strategies answers: these schemas document, the answer itself is plain data."""

from typing import Any

import marshmallow as ma

from costsvc.estimates.comparisons.parts import METRICS
from costsvc.model.amortization import Verdict
from costsvc.web.schemas.answer import Explained, FactorAnswer, OpenQuantity, Quantity, maybe
from costsvc.web.schemas.explain import steps


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
    tasks = maybe("Number of tasks where both cost the same", OpenQuantity)
    verdict = ma.fields.String(required=True, allow_none=True, metadata=VERDICT)
    requests_per_task = maybe("Requests per task where both cost the same", OpenQuantity)
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
    value = ma.fields.List(ma.fields.Float(), required=True)
    low = ma.fields.List(ma.fields.Float(), required=True)
    high = ma.fields.List(ma.fields.Float(), required=True)


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
    cheapest = ma.fields.List(
        ma.fields.List(ma.fields.Integer()),
        required=True,
        allow_none=True,
        metadata={"description": "Of each cell the cheapest strategy, as its place among strategies, from 0"},
    )
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
    explanation = steps("The steps from the factors to what the part comes to over the horizon")


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
    explanation = steps("The steps from what the parts come to, to totals and crossings")
