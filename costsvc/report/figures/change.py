"""Figures of a change: before and after with their intervals, and the effect of each factor."""

from collections.abc import Iterator

from costsvc.answers.change import Cause, ChangeAnswer
from costsvc.report import numbers
from costsvc.report.answers import percent_of
from costsvc.report.figures.vega import bar_row, metric_intervals, ranked_bars, stacked
from costsvc.report.labels import COMPARED
from costsvc.report.rendering import Spec

MOST_CAUSES = 4


def difference(answer: ChangeAnswer) -> Spec | None:
    """Each metric before and after the change."""
    panels = []
    for metric in COMPARED:
        before, after = answer["before"][metric], answer["after"][metric]
        if before is not None and after is not None:
            panels.append(metric_intervals([("before", before), ("after", after)], metric))
    return stacked(panels)


def describe_difference(answer: ChangeAnswer) -> str:
    """The main finding of :func:`difference`."""
    changes = [
        f"{label.title} {numbers.change(percent['value'])}"
        for metric, label in COMPARED.items()
        if (percent := percent_of(answer["difference"][metric]))
    ]
    return f"Before and after, each with its 90 % interval: {', '.join(changes)}."


def causes(answer: ChangeAnswer) -> Spec | None:
    """The largest effects of single factors on each metric."""
    panels = [
        (
            title,
            [bar_row(cause["name"], cause["percent"], numbers.change(cause["percent"])) for cause in of_metric],
        )
        for title, of_metric in _causes(answer)
    ]
    return ranked_bars(panels, "Effect alone [%]") if panels else None


def describe_causes(answer: ChangeAnswer) -> str:
    """The main finding of :func:`causes`."""
    largest = [
        f"{of_metric[0]['name']} changes {title} by {numbers.change(of_metric[0]['percent'])}"
        for title, of_metric in _causes(answer)
    ]
    return f"Largest effect on each metric: {', '.join(largest)}."


def _causes(answer: ChangeAnswer) -> Iterator[tuple[str, list[Cause]]]:
    for metric, label in COMPARED.items():
        if answer["causes"][metric]:
            yield label.title, answer["causes"][metric][:MOST_CAUSES]
