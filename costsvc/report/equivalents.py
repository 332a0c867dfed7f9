"""Totals as amounts of everyday things."""

from collections.abc import Mapping

from costsvc.answers.estimate import Estimate
from costsvc.reference.table import Row
from costsvc.report import numbers
from costsvc.report.labels import METRIC_OF_TOTAL, TOTALS

MOST = 2
"""Most things for each total."""
READABLE = 100.0
"""The least readable amount that is listed, unless it is the only one of its total."""
THOUSAND = 1000.0


def equivalents(estimate: Estimate, things: Mapping[str, Row]) -> dict[str, list[tuple[str, str]]]:
    """The most readable equivalents of each total, by the title of the total: amounts and things.

    Args:
        estimate: The estimate.
        things: Rows of the table of equivalences by id.
    """
    by_metric: dict[str, list[tuple[str, str]]] = {}
    for equivalent in sorted(estimate["equivalents"], key=lambda one: _distance(one["value"])):
        thing = things[equivalent["name"]]
        chosen = by_metric.setdefault(METRIC_OF_TOTAL[thing["metric"]], [])
        if not chosen or (len(chosen) < MOST and _distance(equivalent["value"]) <= READABLE):
            chosen.append((numbers.count(equivalent["value"]), thing["name"]))
    return {metric.title: by_metric[field] for field, metric in TOTALS.items() if field in by_metric}


def _distance(value: float) -> float:
    """How far an amount lies outside of 1 to 1000, as a factor."""
    return max(1 / value if value else float("inf"), value / THOUSAND)
