"""All figures by kind of question and name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from costsvc.answers.quantities import Metric
from costsvc.report.answers import A, Answer, of_kind
from costsvc.report.figures import (
    amortization,
    api_or_own,
    change,
    estimate,
    placement,
    placement_map,
    schedule,
    surface,
)
from costsvc.report.labels import COMPARED
from costsvc.report.rendering import Spec

DRAWN: tuple[Metric, ...] = ("cost_usd", "carbon_kg", "energy_kwh", "water_l")
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


def _figure(title: str, specify: Callable[[A], Spec | None], describe: Callable[[A], str]) -> Figure:
    """A figure of one kind of answer."""
    return Figure(title=title, specify=of_kind(specify), describe=of_kind(describe))


ESTIMATE = {
    "breakdown": _figure(title="Parts of each total", specify=estimate.breakdown, describe=estimate.describe_breakdown),
    "drivers": _figure(
        title="Factors behind the width of each interval",
        specify=estimate.drivers,
        describe=estimate.describe_drivers,
    ),
}
PHASES = _figure(title="Phases of the training run", specify=estimate.phases, describe=estimate.describe_phases)
CURVES = {
    f"{COMPARED[metric].slug}-curve": _figure(
        title=f"{COMPARED[metric].title} over the number of tasks",
        specify=partial(amortization.curve, metric=metric),
        describe=partial(amortization.describe_curve, metric=metric),
    )
    for metric in DRAWN
}
SURFACES = {
    f"{COMPARED[metric].slug}-surface": _figure(
        title=f"Cheapest strategy in {COMPARED[metric].noun} over tasks and requests",
        specify=partial(surface.surface, metric=metric),
        describe=partial(surface.describe_surface, metric=metric),
    )
    for metric in DRAWN
}
TOTALS = _figure(
    title="Totals of each strategy with their intervals",
    specify=amortization.totals,
    describe=amortization.describe_totals,
)
TRAFFIC = {
    f"{COMPARED[metric].slug}-traffic": _figure(
        title=f"{COMPARED[metric].title} of a month over its requests",
        specify=partial(api_or_own.curve, metric=metric),
        describe=partial(api_or_own.describe_curve, metric=metric),
    )
    for metric in DRAWN[:3]
}
FIGURES: Mapping[str, Mapping[str, Figure]] = {
    "training": {**ESTIMATE, "phases": PHASES},
    "inference": ESTIMATE,
    "amortization": {**CURVES, **SURFACES, "totals": TOTALS},
    "api_or_own": TRAFFIC,
    "placement": {
        "map": _figure(
            title="CO2e of the best option in each place",
            specify=placement_map.world,
            describe=placement_map.describe_world,
        ),
        "scatter": _figure(
            title="Cost against CO2e of each option", specify=placement.scatter, describe=placement.describe_scatter
        ),
    },
    "change": {
        "difference": _figure(title="Before and after", specify=change.difference, describe=change.describe_difference),
        "causes": _figure(
            title="From before to after, by cause", specify=change.causes, describe=change.describe_causes
        ),
    },
    "schedule": {
        "profile": _figure(
            title="The grid by month and hour", specify=schedule.profile, describe=schedule.describe_profile
        ),
        "windows": _figure(title="CO2e of each start", specify=schedule.windows, describe=schedule.describe_windows),
    },
}
