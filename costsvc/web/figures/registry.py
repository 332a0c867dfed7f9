"""Every figure, by kind of question and name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from costsvc.estimates.answer import Plain
from costsvc.web.figures import amortization, change, estimate, placement, schedule, surface
from costsvc.web.figures.theme import Spec

METRICS = {"cost": "cost_usd", "carbon": "carbon_kg", "energy": "energy_kwh", "water": "water_l"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of an answer.

    Attributes:
        title: What it shows.
        specify: Its specification without a theme; None where the answer has not what it needs.
        describe: The main finding in words; only asked where there is a specification.
    """

    title: str
    specify: Callable[[Plain], Spec | None]
    describe: Callable[[Plain], str]

    def of(self, answer: Plain) -> Spec | None:
        """Its specification with the main finding as what a screen reader says of it; None as above."""
        spec = self.specify(answer)
        return {"description": self.describe(answer), **spec} if spec else None


ESTIMATE = {
    "breakdown": Figure(
        title="What each total consists of", specify=estimate.breakdown, describe=estimate.said_breakdown
    ),
    "drivers": Figure(
        title="What the width of each interval comes from", specify=estimate.drivers, describe=estimate.said_drivers
    ),
}
CURVES = {
    f"{name}-curve": Figure(
        title=f"{name.capitalize() if name != 'carbon' else 'CO2e'} over the number of tasks",
        specify=partial(amortization.curve, metric=metric),
        describe=partial(amortization.said_curve, metric=metric),
    )
    for name, metric in METRICS.items()
}
SURFACES = {
    f"{name}-surface": Figure(
        title=f"Least {name if name != 'carbon' else 'CO2e'} over tasks and requests",
        specify=partial(surface.surface, metric=metric),
        describe=partial(surface.said_surface, metric=metric),
    )
    for name, metric in METRICS.items()
}
PHASES = Figure(title="What each run takes of the total", specify=estimate.phases, describe=estimate.said_phases)
TOTALS = Figure(
    title="Totals of each strategy with their intervals",
    specify=amortization.totals,
    describe=amortization.said_totals,
)
FIGURES: Mapping[str, Mapping[str, Figure]] = {
    "training": {**ESTIMATE, "phases": PHASES},
    "inference": ESTIMATE,
    "amortization": {**CURVES, **SURFACES, "totals": TOTALS},
    "placement": {
        "scatter": Figure(
            title="Money against CO2e of each option", specify=placement.scatter, describe=placement.said_scatter
        )
    },
    "change": {
        "difference": Figure(title="Before and after", specify=change.difference, describe=change.said_difference),
        "causes": Figure(title="What moves it", specify=change.causes, describe=change.said_causes),
    },
    "schedule": {
        "profile": Figure(
            title="The grid over months and hours", specify=schedule.profile, describe=schedule.said_profile
        ),
        "windows": Figure(title="CO2e of each choice", specify=schedule.windows, describe=schedule.said_windows),
    },
}
