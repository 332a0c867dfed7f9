"""Comparison of strategies: a shared foundation model, or a model for each task."""

from typing import Annotated, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

from costsvc.answers.explanation import STEPS_ONLY, FactorAnswer, Provenance, Step
from costsvc.answers.quantities import Amounts, CarbonBasis, Metric, OpenQuantity, Quantity
from costsvc.answers.request_body import RequestBody
from costsvc.docs import Doc, nullable

Verdict: TypeAlias = Literal["from", "up_to", "always", "never", "equal"]


class StrategyAnswer(TypedDict):
    """Footprint and cost of a strategy."""

    name: Annotated[str, Doc("Name of the strategy")]
    upfront: Annotated[Amounts, Doc("Paid once")]
    per_task: Annotated[Amounts, Doc("Paid for each task")]
    per_request: Annotated[Amounts, Doc("Paid for each request")]
    total: Annotated[Amounts, Doc("Total over all tasks and requests")]


class Flip(TypedDict):
    """The one factor whose change would reverse the comparison."""

    factor: Annotated[str, Doc("Name of the factor")]
    value: Annotated[float, Doc("Its central value")]
    needed: Annotated[float, Doc("The value at which both strategies cost the same")]
    unit: Annotated[str, Doc("Unit of the factor")]
    low: Annotated[float, Doc("Lower end of its 90 % interval")]
    high: Annotated[float, Doc("Upper end of its 90 % interval")]
    inside_interval: Annotated[bool, Doc("Whether the needed value lies within the interval")]


class BreakEven(TypedDict):
    """When a strategy is cheaper than the baseline in one metric."""

    strategy: Annotated[str, Doc("Name of the strategy")]
    against: Annotated[str, Doc("Name of the baseline")]
    metric: Annotated[Metric, Doc("What is compared")]
    tasks: Annotated[OpenQuantity | None, nullable("Number of tasks at which both cost the same")]
    verdict: Annotated[
        Verdict | None, Doc("For which numbers of tasks the strategy is cheaper; null if a total is not available")
    ]
    requests_per_task: Annotated[
        OpenQuantity | None, nullable("Number of requests per task at which both cost the same")
    ]
    requests_verdict: Annotated[
        Verdict | None, Doc("For which numbers of requests the strategy is cheaper; null if a total is not available")
    ]
    probability: Annotated[
        float | None, Doc("Probability that the strategy is cheaper; null if a total is not available")
    ]
    flip: Annotated[
        Flip | None,
        Doc("Factor that would reverse the comparison; null if no single factor can, or none is uncertain"),
    ]
    reason: Annotated[str, Doc("The verdict as a sentence")]


class Line(TypedDict):
    """A strategy's total over the number of tasks."""

    name: Annotated[str, Doc("Name of the strategy")]
    value: Annotated[list[float], Doc("Central values")]
    low: Annotated[list[float], Doc("Lower ends of the 90 % intervals")]
    high: Annotated[list[float], Doc("Upper ends of the 90 % intervals")]


class Curve(TypedDict):
    """All strategies in one metric, ready to plot."""

    metric: Annotated[Metric, Doc("Which metric")]
    tasks: Annotated[list[float], Doc("Numbers of tasks")]
    strategies: Annotated[list[Line], Doc("One line per strategy; without those whose total is not available")]


class Cells(TypedDict):
    """A strategy's totals by tasks (rows) and requests per task (columns)."""

    name: Annotated[str, Doc("Name of the strategy")]
    value: Annotated[list[list[float]], Doc("Central values")]


class Sheet(TypedDict):
    """A surface in one metric."""

    metric: Annotated[Metric, Doc("Which metric")]
    strategies: Annotated[list[Cells], Doc("Totals of each strategy whose total is available")]
    cheapest: Annotated[
        list[list[int]] | None,
        Doc("Cheapest strategy of each cell, as its index in strategies, from 0; null if no total is available"),
    ]
    probability: Annotated[
        list[list[float]] | None,
        Doc("Probability that this strategy is the cheapest; null if no total is available"),
    ]


class SurfaceAnswer(TypedDict):
    """Totals of every strategy over tasks and requests per task."""

    tasks: Annotated[list[float], Doc("Numbers of tasks, the rows")]
    requests_per_task: Annotated[list[float], Doc("Requests per task, the columns")]
    metrics: Annotated[list[Sheet], Doc("One sheet per metric")]


class PerTask(TypedDict):
    """Cost borne by each task, by number of tasks."""

    energy_kwh: Annotated[list[Quantity] | None, nullable("Energy at the building's meter", "kWh", "if not available")]
    carbon_kg: Annotated[list[Quantity] | None, nullable("CO2e on the chosen carbon basis", "kg", "if not available")]
    water_l: Annotated[list[Quantity] | None, nullable("Water consumed", "L", "if not available")]
    cost_usd: Annotated[list[Quantity] | None, nullable("Cost", "USD", "if not available")]


class Adopters(TypedDict):
    """Cost borne by each task when few or many tasks share a strategy."""

    name: Annotated[str, Doc("Name of the strategy")]
    tasks: Annotated[list[float], Doc("Numbers of tasks")]
    per_task: Annotated[PerTask, Doc("One quantity for each number of tasks")]


class Disagreement(TypedDict):
    """Two metrics with different cheapest strategies."""

    metrics: Annotated[list[str], Doc("The two metrics")]
    winners: Annotated[list[str], Doc("The cheapest strategy in each")]
    reason: Annotated[str, Doc("The disagreement as a sentence")]


class Worth(TypedDict):
    """Net value of a strategy: benefit less cost, social cost of carbon and second-order effects."""

    name: Annotated[str, Doc("Name of the strategy")]
    benefit_usd: Annotated[Quantity | None, nullable("Benefit of the tasks", "USD")]
    social_usd: Annotated[Quantity | None, nullable("Social cost of the CO2e", "USD")]
    second_order_usd: Annotated[Quantity | None, nullable("Second-order effects of using the models", "USD")]
    value_usd: Annotated[Quantity | None, nullable("Net value; negative means not worth building", "USD")]


class TaskShare(TypedDict):
    """A task's share of what is paid once."""

    name: Annotated[str, Doc("Name of the task")]
    share: Annotated[float, Doc("Share, 0 to 1")]


class Shares(TypedDict):
    """Shares by one key; they add up to one."""

    key: Annotated[str, Doc("What the shares are proportional to")]
    tasks: Annotated[list[TaskShare], Doc("The share of each task")]


class PartAnswer(TypedDict):
    """What a part of a strategy rests on."""

    part: Annotated[str, Doc("Path of the part in the request")]
    kind: Annotated[str, Doc("Kind of the part")]
    factors: Annotated[list[FactorAnswer], Doc("Every number that the part rests on")]
    explanation: NotRequired[
        Annotated[list[Step], Doc(f"Calculation steps from the factors to the part's totals; {STEPS_ONLY}")]
    ]


class Amortization(Provenance):
    """Which strategy is cheaper, from how many tasks or requests on, and how certain that is."""

    id: Annotated[str, Doc("Equal requests on equal versions have equal ids")]
    request: Annotated[RequestBody, Doc("The request with its defaults")]
    tasks: Annotated[float, Doc("Number of tasks")]
    requests_per_task: Annotated[float, Doc("Mean number of requests per task")]
    carbon_basis: Annotated[CarbonBasis, Doc("Which CO2e counts")]
    baseline: Annotated[str, Doc("Name of the strategy that the others are compared with")]
    strategies: Annotated[list[StrategyAnswer], Doc("Every strategy, in the order of the request")]
    break_even: Annotated[list[BreakEven], Doc("One entry per metric and strategy other than the baseline")]
    curves: Annotated[list[Curve], Doc("Totals over the number of tasks, one entry per metric")]
    shares: Annotated[list[Shares], Doc("Each task's share of what is paid once, by every available key")]
    surface: Annotated[SurfaceAnswer | None, Doc("null unless the request has surface")]
    adopters: Annotated[list[Adopters], Doc("Cost per task when few or many tasks share each strategy")]
    disagreements: Annotated[list[Disagreement], Doc("Pairs of metrics with different cheapest strategies")]
    value: Annotated[list[Worth] | None, Doc("Net value of each strategy; null unless the request has benefit")]
    ranking: Annotated[dict[str, list[str]], Doc("Names of strategies by metric, the cheapest first")]
    parts: Annotated[list[PartAnswer], Doc("What each part rests on")]
    explanation: NotRequired[
        Annotated[list[Step], Doc(f"Calculation steps from the parts to totals and break-evens; {STEPS_ONLY}")]
    ]
