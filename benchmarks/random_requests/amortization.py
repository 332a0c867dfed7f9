"""Draw comparisons of strategies."""

from collections.abc import Mapping
from typing import Any

from benchmarks.random_requests.calls import call
from benchmarks.random_requests.draw import Draw
from benchmarks.random_requests.inference import inference
from benchmarks.random_requests.machines import hosted
from benchmarks.random_requests.names import Names
from benchmarks.random_requests.sites import region, site
from benchmarks.random_requests.training import training

ONCE = {"training": 40, "hosting": 20, "model_footprint": 15, "known": 25}
PER_REQUEST = {"inference": 60, "api": 25, "known": 15}
METRICS = ("energy_kwh", "carbon_kg", "water_l", "cost_usd")
BASES = ("total", "location", "market", "marginal")


def amortization(draw: Draw, names: Names) -> dict[str, Any]:
    """Two to four strategies over tasks, mostly with optional fields."""
    strategies = [_strategy(draw, names, place) for place in range(draw.choice((2, 2, 2, 3, 4)))]
    tasks = _tasks(draw)
    return {
        **tasks,
        "strategies": strategies,
        **draw.fields(
            {
                "time": (0.4, lambda: _time(draw, tasks)),
                "surface": (0.2, lambda: {"tasks": _axis(draw), "requests_per_task": _axis(draw)}),
                "benefit": (0.25, lambda: _benefit(draw)),
                "baseline": (0.25, lambda: draw.choice(strategies)["name"]),
                "carbon_basis": (0.25, lambda: draw.choice(BASES)),
            }
        ),
    }


def _strategy(draw: Draw, names: Names, place: int) -> dict[str, Any]:
    parts = {
        "upfront": [_part(draw, names, ONCE) for _ in range(draw.randint(0, 2))],
        "per_task": [_part(draw, names, ONCE) for _ in range(draw.randint(0, 2))],
    }
    found: dict[str, Any] = {name: some for name, some in parts.items() if some}
    if not found or draw.is_in(0.7):
        found["per_request"] = _part(draw, names, PER_REQUEST)
    return {"name": f"strategy {place}", **found}


def _part(draw: Draw, names: Names, kinds: Mapping[str, float]) -> dict[str, Any]:
    kind = draw.weighted(kinds)
    if kind == "training":
        return {kind: training(draw, names)}
    if kind == "inference":
        return {kind: {name: value for name, value in inference(draw, names).items() if name != "requests"}}
    if kind == "hosting":
        return {kind: {**hosted(draw, names), "hours": draw.size(1, 20_000), **site(draw, names)}}
    if kind == "api":
        return {kind: call(draw, names)}
    if kind == "model_footprint":
        return {kind: _share(draw, names)}
    return {kind: _known(draw)}


def _share(draw: Draw, names: Names) -> dict[str, Any]:
    some = draw.fields({"share": (0.7, lambda: draw.size(1e-5, 1)), "region": (0.6, lambda: region(draw, names))})
    return {"model": draw.choice(names.trained_models), **some}


def _known(draw: Draw) -> dict[str, Any]:
    given = [name for name in METRICS if draw.is_in(0.6)] or [draw.choice(METRICS)]
    return {name: _known_amount(draw) for name in given}


def _known_amount(draw: Draw) -> float | dict[str, float]:
    value = draw.size(1e-6, 1e5)
    return {"value": value, "low": value * 0.5, "high": value * 3} if draw.is_in(0.5) else value


def _tasks(draw: Draw) -> dict[str, Any]:
    """The number of tasks and of requests to each, or the tasks one by one."""
    if draw.is_in(0.75):
        return {"tasks": draw.size(1, 1000), "requests_per_task": draw.size(1, 1e8)}
    keys = [key for key in ("tokens", "weight") if draw.is_in(0.5)]
    number = draw.randint(1, 8)
    return {"task_list": [_task(draw, place, keys) for place in range(number)]}


def _task(draw: Draw, place: int, keys: list[str]) -> dict[str, Any]:
    return {"name": f"task {place}", "requests": draw.size(1, 1e7), **{key: draw.size(1, 1e6) for key in keys}}


def _time(draw: Draw, tasks: dict[str, Any]) -> dict[str, Any]:
    lifetime = draw.between(3, 84)
    least = (tasks.get("tasks") or len(tasks["task_list"])) / lifetime
    return {
        "lifetime_months": lifetime,
        **draw.fields(
            {
                "tasks_per_month": (0.4, lambda: draw.between(least * 1.01, least * 5)),
                "retraining_interval_months": (0.4, lambda: draw.between(1, 24)),
                "discount_rate": (0.4, lambda: draw.between(0, 0.15)),
                "grid_trend_per_year": (0.4, lambda: draw.between(-0.1, 0.05)),
            }
        ),
    }


def _axis(draw: Draw) -> dict[str, Any]:
    low = draw.size(1, 100)
    return {"low": low, "high": low * draw.size(2, 1e5), "points": draw.randint(2, 6)}


def _benefit(draw: Draw) -> dict[str, Any]:
    effects = draw.fields(
        {
            "second_order_usd": (0.4, lambda: draw.between(-500, 500)),
            "second_order_kg": (0.4, lambda: draw.between(-500, 500)),
        }
    )
    return {"usd_per_task": draw.size(1, 1e5), **effects}
