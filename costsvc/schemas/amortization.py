"""Strategies for the same tasks, as a client describes them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.answers.quantities import CarbonBasis
from costsvc.requests.comparisons import Axis, Benefit, Comparison, Surface, TaskSpec, Time
from costsvc.schemas.fields import (
    Choice,
    Name,
    Number,
    Object,
    ObjectList,
    Request,
    WholeNumber,
    cut,
    normal,
    raise_if,
    refuse,
    shown,
)
from costsvc.schemas.parts import StrategySchema
from costsvc.schemas.workload import chosen


class TaskSchema(Request):
    """One task, and the keys for its share."""

    name = Name("Name in the answer", "support-tickets", required=True)
    requests = Number(limits.REQUESTS, "Requests over the horizon", required=True)
    tokens = Number(limits.REQUESTS, "Tokens over the horizon")
    weight = Number(limits.WEIGHT, "Custom weight")


class TimeSchema(Request):
    """Development over time: arrival of tasks, retraining, discounting, decarbonization of the grid."""

    lifetime_months = Number(limits.MONTHS, "Lifetime of all strategies", required=True)
    tasks_per_month = Number(limits.TASKS, "Tasks that arrive each month; default: all at the start")
    retraining_interval_months = Number(
        limits.MONTHS, "Interval at which one-time and per-task costs recur; default: never"
    )
    discount_rate = Number(limits.RATE, "Annual discount rate; default 0")
    grid_trend_per_year = Number(limits.TREND, "Annual change of the grid's intensity, -0.05 for 5 % less; default 0")

    @ma.validates_schema
    def _bounded(self, data: dict[str, Any], **_: Any) -> None:
        interval, least = data.get("retraining_interval_months"), data["lifetime_months"] / limits.RETRAININGS
        if interval is not None and interval < least:
            text = f"must be at least {least:g} for this lifetime ({limits.RETRAININGS} retrainings), got {interval:g}"
            raise ma.ValidationError(text, "retraining_interval_months")

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Time:
        return Time(**data)


class AxisSchema(Request):
    """Points of an axis, evenly spaced on a logarithmic scale."""

    low = Number(limits.AXIS, "First point", required=True)
    high = Number(limits.AXIS, "Last point", required=True)
    points = WholeNumber(limits.POINTS, "Number of points; default 25")

    @ma.validates_schema
    def _ordered(self, data: dict[str, Any], **_: Any) -> None:
        if data["low"] > data["high"]:
            raise ma.ValidationError(f"must not exceed high ({data['high']:g}), got {data['low']:g}", "low")

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Axis:
        return Axis(low=data["low"], high=data["high"], points=data.get("points", 25))


class SurfaceSchema(Request):
    """Numbers of tasks and requests per task at which every strategy is computed."""

    tasks = Object(AxisSchema, "Numbers of tasks", required=True)
    requests_per_task = Object(AxisSchema, "Requests per task", required=True)

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Surface:
        return Surface(**data)


class BenefitSchema(Request):
    """Benefit of a task, and second-order effects of using the models."""

    usd_per_task = Number(replace(limits.AMOUNT, unit="USD"), "Benefit of one task over the horizon", required=True)
    second_order_usd = Number(
        replace(limits.EFFECT, unit="USD"), "Second-order damage of using the models; negative if beneficial"
    )
    second_order_kg = Number(
        replace(limits.EFFECT, unit="kg"), "Second-order CO2e of using the models; negative if it avoids emissions"
    )

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Benefit:
        return Benefit(**data)


class ComparisonSchema(Request):
    """Two to ten strategies for the same tasks."""

    tasks = Number(limits.TASKS, "Number of tasks")
    task_list = ObjectList(TaskSchema, "Each task, in place of tasks and requests_per_task", limits.TASK_LIST)
    requests_per_task = Number(limits.REQUESTS, "Requests per task over the horizon; default 0")
    strategies = ObjectList(StrategySchema, "Strategies to compare", limits.STRATEGIES, required=True)
    time = Object(TimeSchema, "Development over time; default: everything happens at once")
    surface = Object(SurfaceSchema, "Axes of a surface of totals; default: none")
    benefit = Object(BenefitSchema, "Benefit of the tasks, for the net value of each strategy; default: not computed")
    baseline = Name("Name of the strategy that the others are compared with; default: the last", "per-task")
    carbon_basis = Choice(get_args(CarbonBasis), "Which CO2e counts; default total (location and embodied)")

    @ma.validates_schema
    def _together(self, data: dict[str, Any], **_: Any) -> None:
        raise_if({**_task_errors(data), **_name_errors(data), **_surface_errors(data)})

    @ma.post_load(pass_original=True)
    def _to_domain(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> Comparison:
        return Comparison(
            strategies=tuple(data["strategies"]),
            task_list=tuple(TaskSpec(**task) for task in data.get("task_list", ())),
            payload=normal(original),
            **chosen(data, ("tasks", "requests_per_task", "time", "surface", "benefit", "baseline", "carbon_basis")),
        )


def _task_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    if data.get("task_list"):
        return {
            **refuse(data, ["tasks", "requests_per_task"], "together with task_list"),
            **_key_errors(data["task_list"]),
        }
    if data.get("tasks") is None:
        return {"tasks": ["tasks or task_list is required"]}
    if data.get("requests_per_task") is None and any(strategy.per_request for strategy in data["strategies"]):
        return {"requests_per_task": ["is required if a strategy has per_request"]}
    return {}


def _key_errors(tasks: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Errors in the keys of shares: a key that only some tasks have, or that is 0 for all."""
    errors = {}
    for key in ("tokens", "weight"):
        given = [task.get(key) for task in tasks]
        lacking = [place for place, value in enumerate(given) if value is None]
        if 0 < len(lacking) < len(given):
            errors[f"task_list.{lacking[0]}.{key}"] = [f"is required: either all tasks have {key}, or none"]
        elif not lacking and not any(given):
            errors[f"task_list.0.{key}"] = [f"at least one task must have {key} above 0"]
    return errors


def _surface_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    """Errors of a surface with too many values: time and size of the answer grow with their number."""
    surface = data.get("surface")
    if surface is None:
        return {}
    across, up, most = surface.tasks.points, surface.requests_per_task.points, limits.SURFACE_VALUES
    values = len(data["strategies"]) * across * up
    if values <= most:
        return {}
    strategies = len(data["strategies"])
    return {"surface": [f"must have at most {most} values, got {values} ({strategies} strategies, {across} x {up})"]}


def _name_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    names = [strategy.name for strategy in data["strategies"]]
    errors = {}
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        errors["strategies"] = [f"names of strategies must be unique; repeated: {_listed(repeated)}"]
    if data.get("baseline") is not None and data["baseline"] not in names:
        errors["baseline"] = [f"must be the name of a strategy ({_listed(names)}), got {shown(data['baseline'])}"]
    return errors


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(cut, names))
