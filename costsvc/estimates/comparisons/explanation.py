"""How the totals of strategies and their crossings follow from their parts, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from costsvc.estimates.answer import Plain
from costsvc.estimates.comparisons.parts import METRICS, Metric
from costsvc.estimates.comparisons.strategies import SECTIONS, Piece, Resolved, Resolver, in_sections
from costsvc.estimates.explanation import explanation, unit
from costsvc.model import amortization as formulas
from costsvc.model.amortization import Strategy
from costsvc.model.explanation import label_traced, naming_formulas, traced_input
from costsvc.model.inputs import traced
from costsvc.model.uncertainty import central_value
from costsvc.units import Numeric

Named = dict[str, Numeric | None]


def of_part(piece: Piece, resolver: Resolver) -> list[Plain]:
    """The steps to what a part comes to over the horizon.

    Args:
        piece: The part.
        resolver: Estimates it again.
    """
    with naming_formulas():
        found = resolver.again(piece, traced)
    ends = {_path(piece.where, metric): found.by_metric[metric] for metric in METRICS}
    return explanation(ends, found.log.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """What is compared.

    Attributes:
        resolved: All strategies, in the order of the request.
        baseline: That which the others are held against.
        tasks: Number of tasks. [1]
        requests: Requests to each. [1]
    """

    resolved: Sequence[Resolved]
    baseline: Resolved
    tasks: float
    requests: float


def of_comparison(asked: Comparing) -> list[Plain]:
    """The steps from the parts to totals and crossings.

    Args:
        asked: What is compared.
    """
    pieces = [piece for one in asked.resolved for piece in one.pieces]
    known = {
        _path(piece.where, metric): central_value(amount)
        for piece in pieces
        for metric, amount in piece.by_metric.items()
        if amount is not None
    }
    tasks, requests = label_traced(asked.tasks, "tasks", "1"), label_traced(asked.requests, "requests_per_task", "1")
    again = [_traced(one, i) for i, one in enumerate(asked.resolved)]
    first = next(again[i] for i, one in enumerate(asked.resolved) if one is asked.baseline)
    ends: Named = {"tasks": tasks, "requests_per_task": requests}
    others = [(one, metric) for one in again if one is not first for metric in METRICS]
    with naming_formulas():
        for i, one in enumerate(again):
            for metric in METRICS:
                ends |= _totals(one.strategy(metric), f"strategies.{i}", metric, (tasks, requests))
        for i, (one, metric) in enumerate(others):
            ends |= _crossings((one.strategy(metric), first.strategy(metric)), f"break_even.{i}", (tasks, requests))
    return explanation(ends, known)


def _traced(one: Resolved, index: int) -> Resolved:
    """A strategy whose parts are where the steps begin."""
    pieces = [
        replace(piece, by_metric={metric: _start(piece, metric, amount) for metric, amount in piece.by_metric.items()})
        for piece in one.pieces
    ]
    sections = {
        section: {
            metric: None
            if amount is None
            else label_traced(amount, _path(f"strategies.{index}.{section}", metric), unit(metric))
            for metric, amount in by_metric.items()
        }
        for section, by_metric in in_sections(pieces).items()
    }
    return Resolved(name=one.name, pieces=pieces, sections=sections)


def _start(piece: Piece, metric: Metric, amount: Numeric | None) -> Numeric | None:
    return None if amount is None else traced_input(central_value(amount), _path(piece.where, metric), unit(metric))


def _totals(strategy: Strategy | None, where: str, metric: Metric, at: tuple[Numeric, Numeric]) -> Named:
    if strategy is None:
        return {}
    tasks, requests = at
    return {
        **{_path(f"{where}.{section}", metric): getattr(strategy, section) for section in SECTIONS},
        _path(f"{where}.each_task", metric): formulas.each_task(strategy, requests),
        _path(f"{where}.without_requests", metric): formulas.without_requests(strategy, tasks),
        _path(f"{where}.total", metric): formulas.total(strategy, tasks, requests),
    }


def _crossings(pair: tuple[Strategy | None, Strategy | None], where: str, at: tuple[Numeric, Numeric]) -> Named:
    first, second = pair
    if first is None or second is None:
        return {}
    tasks, requests = at
    return {
        f"{where}.tasks": formulas.tasks_crossing(first, second, requests).at,
        f"{where}.requests_per_task": formulas.requests_crossing(first, second, tasks).at,
    }


def _path(where: str, metric: Metric) -> str:
    return f"{where}.{metric}"
