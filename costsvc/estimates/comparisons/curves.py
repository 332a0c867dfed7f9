"""Strategies over numbers of tasks and requests, ready to plot."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from costsvc.estimates.answer import Plain
from costsvc.estimates.comparisons.parts import METRICS, Metric
from costsvc.estimates.comparisons.strategies import Resolved
from costsvc.model import amortization as formulas
from costsvc.model.amortization import Strategy
from costsvc.model.uncertainty import DRAWS, central_value, finite, quantities
from costsvc.requests.comparisons import Axis, Surface
from costsvc.units import Array, Numeric

CURVE_POINTS = 41
CURVE_REACH = 10.0
"""How many times the tasks asked about a curve goes on to show a break-even."""
EVERY = 4
"""Of the draws every so many-th tells how sure a cell of a surface is: 64 of them do for a colour."""


def curve(resolved: Sequence[Resolved], baseline: Resolved, metric: Metric, tasks: float, requests: float) -> Plain:
    """Each strategy's total over the number of tasks, with its interval."""
    counts = np.linspace(0.0, _reach(resolved, baseline, metric, tasks, requests), CURVE_POINTS)
    lines = []
    for strategy in resolved:
        known = strategy.strategy(metric)
        if known is not None:
            lines.append({"name": strategy.name, **_band(known, counts, requests)})
    return {"metric": metric, "tasks": counts.tolist(), "strategies": lines}


def _reach(resolved: Sequence[Resolved], baseline: Resolved, metric: Metric, tasks: float, requests: float) -> float:
    """The largest number of tasks of a curve: twice those asked about, or past a break-even not too far off."""
    farthest, against = tasks, baseline.strategy(metric)
    for strategy in resolved:
        known = strategy.strategy(metric)
        if known is None or against is None:
            continue
        at = formulas.tasks_crossing(known, against, requests).at
        if at is not None and central_value(at) <= CURVE_REACH * tasks:
            farthest = max(farthest, central_value(at))
    return 2 * farthest


def _band(strategy: Strategy, counts: Array, requests: float) -> Plain:
    per_task = strategy.per_task + requests * strategy.per_request
    total = _column(strategy.upfront) + _column(per_task) * counts[:, None]
    found = quantities(list(total))
    return {end: [q[end] for q in found if q is not None] for end in ("value", "low", "high")}


def _column(amount: Numeric) -> Array:
    """A sample as one row; of the full length, so that all points of a curve have draws."""
    return np.broadcast_to(np.asarray(amount, dtype=float), (1, DRAWS + 1))


def surface(resolved: Sequence[Resolved], asked: Surface) -> Plain:
    """Every strategy over numbers of tasks and of requests per task.

    Returns:
        The two axes, and for each metric the totals of each strategy at central values, which of them is the
        cheapest, by its place among them, and the share of draws in which it is.
    """
    tasks, requests = _points(asked.tasks), _points(asked.requests_per_task)
    return {
        "tasks": tasks.tolist(),
        "requests_per_task": requests.tolist(),
        "metrics": [_sheet(resolved, metric, tasks, requests) for metric in METRICS],
    }


def _points(axis: Axis) -> Array:
    if axis.points == 1:
        return np.array([axis.low])
    return np.asarray(np.geomspace(axis.low, axis.high, axis.points))


def _sheet(resolved: Sequence[Resolved], metric: Metric, tasks: Array, requests: Array) -> Plain:
    known = [(one.name, strategy) for one in resolved if (strategy := one.strategy(metric)) is not None]
    sheet: dict[str, Any] = {"metric": metric, "strategies": [], "cheapest": None, "probability": None}
    if not known:
        return sheet
    # row by row, so that the draws of a large surface are never all in memory
    rows = [_row([strategy for _, strategy in known], count, requests) for count in tasks]
    totals = np.array([values for values, _, _ in rows]).transpose(1, 0, 2)
    sheet["strategies"] = [
        {"name": name, "value": total.tolist()} for (name, _), total in zip(known, totals, strict=True)
    ]
    sheet["cheapest"] = [cheapest.tolist() for _, cheapest, _ in rows]
    sheet["probability"] = [probability.tolist() for _, _, probability in rows]
    return sheet


def _row(strategies: Sequence[Strategy], tasks: float, requests: Array) -> tuple[Array, npt.NDArray[np.intp], Array]:
    """At one number of tasks the totals, the place of the cheapest strategy, and the share of draws in which it is."""
    found = finite(np.stack([_cells(strategy, tasks, requests) for strategy in strategies]))
    cheapest, drawn = found[..., 0].argmin(axis=0), found[..., 1:]
    # the strategy that is cheapest at central values, against the cheapest in each draw
    ours = np.take_along_axis(drawn, cheapest[None, :, None], axis=0)[0]
    return found[..., 0], cheapest, (ours <= drawn.min(axis=0)).mean(axis=-1)


def _cells(strategy: Strategy, tasks: float, requests: Array) -> Array:
    """Totals of a strategy by requests and draw, the central value first."""
    upfront, per_task, per_request = (
        np.concatenate([whole[:1], whole[1::EVERY]])
        for whole in (_column(part)[0] for part in (strategy.upfront, strategy.per_task, strategy.per_request))
    )
    sample = Strategy(upfront=upfront, per_task=per_task, per_request=per_request)
    return np.asarray(formulas.total(sample, tasks, requests[:, None]))
