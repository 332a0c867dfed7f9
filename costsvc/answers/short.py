"""Short answers: the main result of an answer in less than a tenth of its size."""

from typing import Annotated

from typing_extensions import TypedDict

from costsvc.answers.amortization import Verdict
from costsvc.answers.change import ProbabilitiesAnswer
from costsvc.answers.explanation import Gap
from costsvc.answers.placement import OutcomeAnswer
from costsvc.answers.quantities import Amounts, CarbonBasis, Metric, OpenQuantity, Quantity
from costsvc.answers.schedule import Alternative
from costsvc.docs import Doc, nullable

NOT_KNOWN = "null if not available"


class ShortAnswer(TypedDict):
    """What every short answer has."""

    id: Annotated[str, Doc("The id of the whole answer")]
    headline: Annotated[str, Doc("The main result as a sentence")]
    warnings: Annotated[list[str], Doc("Codes of the warnings; the whole answer explains them")]
    version: Annotated[str, Doc("Version of the service")]
    data_version: Annotated[str, Doc("Version of the reference tables")]


class ShortEstimate(ShortAnswer, Amounts):
    """The four totals of an estimate."""

    unavailable: Annotated[list[Gap], Doc("Totals that are null, with reasons")]


class CentralAmounts(TypedDict):
    """The central value of each metric."""

    energy_kwh: Annotated[float | None, Doc(f"Energy at the building's meter [kWh]; {NOT_KNOWN}")]
    carbon_kg: Annotated[float | None, Doc(f"CO2e on the chosen carbon basis [kg]; {NOT_KNOWN}")]
    water_l: Annotated[float | None, Doc(f"Water consumed [L]; {NOT_KNOWN}")]
    cost_usd: Annotated[float | None, Doc(f"Cost [USD]; {NOT_KNOWN}")]


class ShortStrategy(CentralAmounts):
    """Central totals of a strategy."""

    name: Annotated[str, Doc("Name of the strategy")]


class ShortBreakEven(TypedDict):
    """When a strategy is cheaper than the baseline in one metric."""

    strategy: Annotated[str, Doc("Name of the strategy")]
    metric: Annotated[Metric, Doc("What is compared")]
    verdict: Annotated[Verdict | None, Doc(f"For which numbers of tasks the strategy is cheaper; {NOT_KNOWN}")]
    tasks: Annotated[float | None, Doc(f"Number of tasks at which both cost the same; {NOT_KNOWN}")]
    probability: Annotated[float | None, Doc(f"Probability that the strategy is cheaper; {NOT_KNOWN}")]


class ShortAmortization(ShortAnswer):
    """The cheapest strategies and their break-evens in CO2e and cost."""

    baseline: Annotated[str, Doc("Name of the strategy that the others are compared with")]
    cheapest: Annotated[dict[Metric, str | None], Doc(f"Name of the cheapest strategy by metric; {NOT_KNOWN}")]
    strategies: Annotated[list[ShortStrategy], Doc("Totals of every strategy")]
    break_even: Annotated[list[ShortBreakEven], Doc("In CO2e and cost, for each strategy other than the baseline")]


class ShortApiOrOwnBreakEven(TypedDict):
    """When own hardware is cheaper than calls, in one metric."""

    metric: Annotated[Metric, Doc("What is compared")]
    verdict: Annotated[Verdict | None, Doc(f"For which traffic own hardware is cheaper; {NOT_KNOWN}")]
    requests_per_month: Annotated[float | None, Doc(f"Traffic at which both cost the same; {NOT_KNOWN}")]
    probability_own_cheaper: Annotated[
        float | None, Doc(f"Probability that own hardware is cheaper at the request's traffic; {NOT_KNOWN}")
    ]


class ShortApiOrOwn(ShortAnswer):
    """Both sides of a month, and their break-evens."""

    api_per_month: Annotated[CentralAmounts, Doc("Calls of a month")]
    own_per_month: Annotated[CentralAmounts, Doc("Own replicas of a month")]
    break_even: Annotated[list[ShortApiOrOwnBreakEven], Doc("One entry per metric")]


class ShortPercents(TypedDict):
    """Relative difference in each metric, in percent."""

    energy_kwh: Annotated[OpenQuantity | None, Doc(f"Of energy; {NOT_KNOWN}")]
    carbon_kg: Annotated[OpenQuantity | None, Doc(f"Of CO2e; {NOT_KNOWN}")]
    water_l: Annotated[OpenQuantity | None, Doc(f"Of water; {NOT_KNOWN}")]
    cost_usd: Annotated[OpenQuantity | None, Doc(f"Of cost; {NOT_KNOWN}")]
    hours: Annotated[OpenQuantity | None, Doc(f"Of wall-clock hours; {NOT_KNOWN}")]


class ShortPlacement(ShortAnswer):
    """The best option of a placement."""

    options_considered: Annotated[int, Doc("Number of combinations that were compared")]
    options_allowed: Annotated[int, Doc("Number of those within the limits of the request")]
    carbon_basis: Annotated[CarbonBasis, Doc("Which CO2e counts")]
    best: Annotated[OutcomeAnswer | None, Doc("The best option; null if none is within the limits")]
    percent: Annotated[ShortPercents | None, Doc("The best option against the workload as described; null without one")]


class ShortChange(ShortAnswer):
    """The effect of a change."""

    percent: Annotated[ShortPercents, Doc("After against before")]
    probability_lower: Annotated[ProbabilitiesAnswer, Doc("Probability that each metric is lower after the change")]


class ShortWindow(TypedDict):
    """The best time, from its first to its last hour."""

    start: Annotated[str, Doc("First instant, in UTC")]
    end: Annotated[str, Doc("Last instant, in UTC")]
    location_kg: Annotated[Quantity, Doc("CO2e at the grid's average intensity", "kg")]


class ShortSaving(TypedDict):
    """What the best time saves against an alternative."""

    against: Annotated[Alternative, Doc("What the window is compared with")]
    percent: Annotated[Quantity | None, Doc("CO2e saved, in percent; null if the alternative emits none")]


class ShortSchedule(ShortAnswer):
    """The best time to run a workload, and what it saves."""

    best: Annotated[ShortWindow | None, nullable("The best window", null="without an hourly profile of the place")]
    savings: Annotated[list[ShortSaving], Doc("What the window saves; empty without one")]
    best_other_region: Annotated[
        str | None, Doc("The region of other_regions with the lowest emissions; null without other_regions")
    ]
