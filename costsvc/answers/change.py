"""Comparison of a workload before and after a change."""

from typing import Annotated

from typing_extensions import TypedDict

from costsvc.answers.explanation import Provenance
from costsvc.answers.placement import Differences, OutcomeAnswer
from costsvc.answers.quantities import CarbonBasis
from costsvc.answers.request_body import RequestBody
from costsvc.docs import Doc


class Cause(TypedDict):
    """A factor that differs, the effect of its change alone, and its part of the difference."""

    name: Annotated[str, Doc("Name of the factor")]
    before: Annotated[float | None, Doc("Value before the change; null if the factor was not used")]
    after: Annotated[float | None, Doc("Value after the change; null if the factor is not used")]
    unit: Annotated[str | None, Doc("Unit of the factor")]
    percent: Annotated[float, Doc("Effect on the metric if only this factor changes, in percent")]
    contribution: Annotated[
        float,
        Doc("What it changes after the causes before it, in the metric's unit; all of them add up to the difference"),
    ]


class CausesAnswer(TypedDict):
    """The largest causes in each metric."""

    energy_kwh: Annotated[list[Cause], Doc("Of the change in energy")]
    carbon_kg: Annotated[list[Cause], Doc("Of the change in CO2e")]
    water_l: Annotated[list[Cause], Doc("Of the change in water")]
    cost_usd: Annotated[list[Cause], Doc("Of the change in cost")]
    hours: Annotated[list[Cause], Doc("Of the change in wall-clock time")]


class ProbabilitiesAnswer(TypedDict):
    """Probability that each metric is lower after the change: the share of paired draws."""

    energy_kwh: Annotated[float | None, Doc("Of lower energy; null if not available")]
    carbon_kg: Annotated[float | None, Doc("Of lower CO2e; null if not available")]
    water_l: Annotated[float | None, Doc("Of lower water; null if not available")]
    cost_usd: Annotated[float | None, Doc("Of lower cost; null if not available")]
    hours: Annotated[float | None, Doc("Of fewer wall-clock hours; null if not available")]


class ChangeAnswer(Provenance):
    """Effect of a change, and its causes."""

    id: Annotated[str, Doc("Equal requests on equal versions have equal ids")]
    request: Annotated[RequestBody, Doc("The request with its defaults")]
    carbon_basis: Annotated[CarbonBasis, Doc("Which CO2e counts")]
    before: Annotated[OutcomeAnswer, Doc("The workload before the change")]
    after: Annotated[OutcomeAnswer, Doc("The workload after the change")]
    difference: Annotated[Differences, Doc("After minus before")]
    probability_lower: Annotated[ProbabilitiesAnswer, Doc("Probability that each metric is lower after the change")]
    causes: Annotated[CausesAnswer, Doc("Factors that explain the difference")]
    summary: Annotated[str, Doc("One line of Markdown")]
