"""All figures by kind of question and name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from costsvc.report.answers import Answer
from costsvc.report.figures import amortization, change, estimate, placement, schedule, surface
from costsvc.report.figures.theme import Spec
from costsvc.report.labels import COMPARED

DRAWN = ("cost_usd", "carbon_kg", "energy_kwh", "water_l")
"""The metrics of curves and surfaces, in their order on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of an answer.

    Attributes:
        title: Its title.
        specify: Its specification without a theme; None if the answer lacks its data.
        describe: Its main finding in words; valid only if there is a specification.
    """

    title: str
    specify: Callable[[Answer], Spec | None]
    describe: Callable[[Answer], str]

    def of(self, answer: Answer) -> Spec | None:
        """Its specification with the main finding as the description for screen readers; None as above."""
        spec = self.specify(answer)
        return {"description": self.describe(answer), **spec} if spec else None


ESTIMATE = {
    "breakdown": Figure(title="Parts of each total", specify=estimate.breakdown, describe=estimate.describe_breakdown),
    "drivers": Figure(
        title="Factors behind the width of each interval",
        specify=estimate.drivers,
        describe=estimate.describe_drivers,
    ),
}
PHASES = Figure(title="Phases of the training run", specify=estimate.phases, describe=estimate.describe_phases)
CURVES = {
    f"{COMPARED[metric].slug}-curve": Figure(
        title=f"{COMPARED[metric].title} over the number of tasks",
        specify=partial(amortization.curve, metric=metric),
        describe=partial(amortization.describe_curve, metric=metric),
    )
    for metric in DRAWN
}
SURFACES = {
    f"{COMPARED[metric].slug}-surface": Figure(
        title=f"Cheapest strategy in {COMPARED[metric].noun} over tasks and requests",
        specify=partial(surface.surface, metric=metric),
        describe=partial(surface.describe_surface, metric=metric),
    )
    for metric in DRAWN
}
TOTALS = Figure(
    title="Totals of each strategy with their intervals",
    specify=amortization.totals,
    describe=amortization.describe_totals,
)
FIGURES: Mapping[str, Mapping[str, Figure]] = {
    "training": {**ESTIMATE, "phases": PHASES},
    "inference": ESTIMATE,
    "amortization": {**CURVES, **SURFACES, "totals": TOTALS},
    "placement": {
        "scatter": Figure(
            title="Cost against CO2e of each option", specify=placement.scatter, describe=placement.describe_scatter
        )
    },
    "change": {
        "difference": Figure(title="Before and after", specify=change.difference, describe=change.describe_difference),
        "causes": Figure(title="Effect of each factor", specify=change.causes, describe=change.describe_causes),
    },
    "schedule": {
        "profile": Figure(
            title="The grid by month and hour", specify=schedule.profile, describe=schedule.describe_profile
        ),
        "windows": Figure(title="CO2e of each start", specify=schedule.windows, describe=schedule.describe_windows),
    },
}
