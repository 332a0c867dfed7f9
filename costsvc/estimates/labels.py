"""Names and units of the metrics, verdicts in words, and signed numbers: shared by answers and reports."""

from collections.abc import Mapping
from dataclasses import dataclass

from costsvc.answers.quantities import PlacementMetric
from costsvc.model.amortization import Verdict

MINUS = "\N{MINUS SIGN}"
GROUPED = 1e4
"""Signed numbers from here on have thousands separators in place of an exponent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricLabel:
    """The names and the unit of a metric.

    Attributes:
        field: Its field in an answer.
        slug: Its short name in addresses and columns.
        title: Its name as a heading.
        noun: Its name inside a sentence.
        unit: The unit of the field.
    """

    field: PlacementMetric
    slug: str
    title: str
    noun: str
    unit: str


LABELS: Mapping[PlacementMetric, MetricLabel] = {
    label.field: label
    for label in (
        MetricLabel(field="energy_kwh", slug="energy", title="Energy", noun="energy", unit="kWh"),
        MetricLabel(field="carbon_kg", slug="carbon", title="CO2e", noun="CO2e", unit="kg"),
        MetricLabel(field="water_l", slug="water", title="Water", noun="water", unit="L"),
        MetricLabel(field="cost_usd", slug="cost", title="Cost", noun="cost", unit="USD"),
        MetricLabel(field="hours", slug="time", title="Time", noun="time", unit="h"),
    )
}
"""The metrics by field, in the order of tables and figures."""
CONDITIONS: Mapping[Verdict, str] = {
    Verdict.FROM: "from {at} {units} on",
    Verdict.UP_TO: "up to {at} {units}",
    Verdict.ALWAYS: "always",
    Verdict.NEVER: "never",
}
"""When the first of two strategies is cheaper."""
CAUSES: Mapping[Verdict, str] = {
    Verdict.FROM: "{a} costs more up front and less per {unit} than {b}",
    Verdict.UP_TO: "{a} costs less up front and more per {unit} than {b}",
    Verdict.ALWAYS: "{a} costs no more up front or per {unit} than {b}, and less in one of them",
    Verdict.NEVER: "{a} costs no less up front or per {unit} than {b}",
}
"""Why that is so."""
EQUAL = "{a} and {b} cost the same"
REASONS: Mapping[Verdict, str] = {
    Verdict.FROM: f"{CAUSES[Verdict.FROM]}: it is cheaper {CONDITIONS[Verdict.FROM]}.",
    Verdict.UP_TO: f"{CAUSES[Verdict.UP_TO]}: it is cheaper {CONDITIONS[Verdict.UP_TO]}.",
    Verdict.ALWAYS: f"{CAUSES[Verdict.ALWAYS]}: it is {CONDITIONS[Verdict.ALWAYS]} cheaper.",
    Verdict.NEVER: f"{CAUSES[Verdict.NEVER]}: it is {CONDITIONS[Verdict.NEVER]} cheaper.",
    Verdict.EQUAL: f"{EQUAL}.",
}
"""The verdict of a comparison with its cause, one sentence."""
VERDICTS: Mapping[Verdict, str] = {
    Verdict.FROM: f"{{a}} is cheaper than {{b}} {CONDITIONS[Verdict.FROM]}",
    Verdict.UP_TO: f"{{a}} is cheaper than {{b}} {CONDITIONS[Verdict.UP_TO]}",
    Verdict.ALWAYS: f"{{a}} is {CONDITIONS[Verdict.ALWAYS]} cheaper than {{b}}",
    Verdict.NEVER: f"{{a}} is {CONDITIONS[Verdict.NEVER]} cheaper than {{b}}",
    Verdict.EQUAL: EQUAL,
}
"""The verdict of a comparison without its cause."""


def signed(number: float | None) -> str:
    """A number with three significant digits and its sign; zero has none.

    Args:
        number: The number; None is zero.
    """
    text = f"{number or 0.0:+.3g}" if abs(number or 0.0) < GROUPED else f"{number:+,.0f}"
    return text.replace("-", MINUS) if float(text.replace(",", "")) else "0"
