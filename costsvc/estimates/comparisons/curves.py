"""Totals of strategies over numbers of tasks and of requests per task, ready to plot."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from costsvc.answers.amortization import Curve, Line, Sheet, SurfaceAnswer
from costsvc.answers.quantities import Metric
from costsvc.estimates.answer import require
from costsvc.estimates.comparisons.explanation import ComparisonInput
from costsvc.estimates.comparisons.parts import METRICS
from costsvc.estimates.comparisons.strategies import EstimatedStrategy
from costsvc.model import amortization as formulas
from costsvc.model.amortization import Strategy
from costsvc.model.uncertainty import DRAWS, central_value, finite, quantities
from costsvc.requests.comparisons import Axis, Surface
from costsvc.units import Array, Numeric

CURVE_POINTS = 41
CURVE_REACH = 10.0
"""Farthest break-even that a curve includes, relative to the requested number of tasks."""
EVERY = 4
"""A surface uses every fourth draw: 64 draws are enough for the colour of a cell."""


def plot_curve(compared: ComparisonInput, metric: Metric) -> Curve:
    """Compute each strategy's total over the number of tasks, with its interval; all metrics have the same tasks."""
    counts = np.linspace(0.0, max(_reach(compared, one) for one in METRICS), CURVE_POINTS)
    known = [(strategy.name, strategy.in_metric(metric)) for strategy in compared.strategies]
    return {
        "metric": metric,
        "tasks": counts.tolist(),
        "strategies": [_line(name, one, counts, compared.requests) for name, one in known if one is not None],
    }


def _reach(compared: ComparisonInput, metric: Metric) -> float:
    """The largest number of tasks of a curve: twice the requested number, or twice the farthest break-even."""
    farthest, baseline = compared.tasks, compared.baseline.in_metric(metric)
    for strategy in compared.strategies:
        known = strategy.in_metric(metric)
        if known is None or baseline is None:
            continue
        at = formulas.tasks_crossing(known, baseline, compared.requests).at
        if at is not None and central_value(at) <= CURVE_REACH * compared.tasks:
            farthest = max(farthest, central_value(at))
    return 2 * farthest


def _line(name: str, strategy: Strategy, counts: Array, requests: float) -> Line:
    per_task = strategy.per_task + requests * strategy.per_request
    total = _as_row(strategy.upfront) + _as_row(per_task) * counts[:, None]
    points = [require(quantity) for quantity in quantities(list(total))]
    return {
        "name": name,
        "value": [point["value"] for point in points],
        "low": [point["low"] for point in points],
        "high": [point["high"] for point in points],
    }


def _as_row(amount: Numeric) -> Array:
    """A sample as one row of full length, so that all points of a curve have draws."""
    return np.broadcast_to(np.asarray(amount, dtype=float), (1, DRAWS + 1))


def compute_surface(strategies: Sequence[EstimatedStrategy], request: Surface) -> SurfaceAnswer:
    """Compute every strategy over numbers of tasks and of requests per task."""
    tasks, requests = _points(request.tasks), _points(request.requests_per_task)
    return {
        "tasks": tasks.tolist(),
        "requests_per_task": requests.tolist(),
        "metrics": [_sheet(strategies, metric, tasks, requests) for metric in METRICS],
    }


def _points(axis: Axis) -> Array:
    if axis.points == 1:
        return np.array([axis.low])
    return np.asarray(np.geomspace(axis.low, axis.high, axis.points))


def _sheet(strategies: Sequence[EstimatedStrategy], metric: Metric, tasks: Array, requests: Array) -> Sheet:
    known = [(one.name, strategy) for one in strategies if (strategy := one.in_metric(metric)) is not None]
    if not known:
        return {"metric": metric, "strategies": [], "cheapest": None, "probability": None}
    # row by row, so that the draws of a large surface are never all in memory
    rows = [_row([strategy for _, strategy in known], count, requests) for count in tasks]
    totals = np.array([values for values, _, _ in rows]).transpose(1, 0, 2)
    return {
        "metric": metric,
        "strategies": [{"name": name, "value": total.tolist()} for (name, _), total in zip(known, totals, strict=True)],
        "cheapest": [cheapest.tolist() for _, cheapest, _ in rows],
        "probability": [probability.tolist() for _, _, probability in rows],
    }


def _row(strategies: Sequence[Strategy], tasks: float, requests: Array) -> tuple[Array, npt.NDArray[np.intp], Array]:
    """Totals for one number of tasks, the index of the cheapest strategy, and the share of draws in which it is."""
    totals = finite(np.stack([_cells(strategy, tasks, requests) for strategy in strategies]))
    cheapest, draws = totals[..., 0].argmin(axis=0), totals[..., 1:]
    # draws of the strategy that is cheapest at central values, against the cheapest of each draw
    selected = np.take_along_axis(draws, cheapest[None, :, None], axis=0)[0]
    return totals[..., 0], cheapest, (selected <= draws.min(axis=0)).mean(axis=-1)


def _cells(strategy: Strategy, tasks: float, requests: Array) -> Array:
    """Totals of a strategy by requests and draw, the central value first."""
    upfront, per_task, per_request = (
        np.concatenate([row[:1], row[1::EVERY]])
        for row in (_as_row(part)[0] for part in (strategy.upfront, strategy.per_task, strategy.per_request))
    )
    sample = Strategy(upfront=upfront, per_task=per_task, per_request=per_request)
    return np.asarray(formulas.total(sample, tasks, requests[:, None]))
