"""Requests of comparisons: strategies, placements, changes and schedules of a workload."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from costsvc.requests.workloads import ApiCall, Hosting, MeteredRun, PriceKind, Serving, Site, TrainingRun

ALL = "all"
"""All candidates in place of a list of names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Amounts known to the caller, each as value, low and high; None is unknown."""

    energy_kwh: tuple[float, float, float] | None = None
    carbon_kg: tuple[float, float, float] | None = None
    water_l: tuple[float, float, float] | None = None
    cost_usd: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShare:
    """A share of the training footprint of a known model."""

    model: str
    share: float = 1.0
    region: str | None = None


Part = TrainingRun | Serving | Hosting | ApiCall | ModelShare | Known
KINDS: dict[type, str] = {
    TrainingRun: "training",
    MeteredRun: "training",
    Serving: "inference",
    Hosting: "hosting",
    ApiCall: "api",
    ModelShare: "model_footprint",
    Known: "known",
}
"""Field of a request for each kind of part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategySpec:
    """A strategy for all tasks: parts paid once, per task and per request."""

    name: str
    upfront: tuple[Part, ...] = ()
    per_task: tuple[Part, ...] = ()
    per_request: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """One task, with the numbers by which costs can be allocated to it."""

    name: str
    requests: float
    tokens: float | None = None
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """Effects of time on a comparison; None is no such effect."""

    lifetime_months: float
    tasks_per_month: float | None = None
    retraining_interval_months: float | None = None
    discount_rate: float = 0.0
    grid_trend_per_year: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Points of an axis with even spacing on a logarithmic scale."""

    low: float
    high: float
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Grid of tasks and requests per task at which all strategies are computed."""

    tasks: Axis
    requests_per_task: Axis


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """Value of a task, and second-order effects of its use. Money in USD."""

    usd_per_task: float
    second_order_usd: float = 0.0
    second_order_kg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Request to compare strategies."""

    strategies: tuple[StrategySpec, ...]
    tasks: float | None = None
    task_list: tuple[TaskSpec, ...] = ()
    requests_per_task: float | None = None
    time: Time | None = None
    surface: Surface | None = None
    benefit: Benefit | None = None
    baseline: str | None = None
    carbon_basis: Literal["total", "location", "market", "marginal"] = "total"
    payload: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOrOwn:
    """Request to compare calls to a hosted model with own or rented hardware.

    Attributes:
        peak_ratio: Requests of the busiest hour over those of a mean hour; None if not given.
    """

    api: ApiCall
    own: Serving
    requests_per_month: float
    peak_ratio: float | None = None
    carbon_basis: Literal["total", "location", "market", "marginal"] = "total"
    payload: dict[str, Any] = field(default_factory=dict, compare=False)


PlacementMetric = Literal["energy_kwh", "carbon_kg", "water_l", "cost_usd", "hours"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits that an option must not exceed; None is no limit."""

    max_usd: float | None = None
    max_hours: float | None = None
    max_kg: float | None = None
    max_l: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Places and machines to compare; None means those of the workload, ``all`` every known one."""

    accelerators: tuple[str, ...] | Literal["all"] | None = None
    regions: tuple[str, ...] | Literal["all"] | None = None
    providers: tuple[str, ...] | None = None
    price_kinds: tuple[PriceKind, ...] | None = None
    years: tuple[int, ...] | None = None
    provider: str | None = None
    country: str | None = None
    segment: str | None = None
    offered_only: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Request to compare places and machines for a workload."""

    workload: TrainingRun | Serving
    candidates: Candidates = field(default_factory=Candidates)
    limits: Limits = field(default_factory=Limits)
    metric: PlacementMetric | None = None
    weights: dict[PlacementMetric, float] = field(default_factory=dict)
    carbon_basis: Literal["total", "location", "market", "marginal"] = "total"
    shown: int = 10
    payload: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSpec:
    """Request to compare a workload before and after a change."""

    before: TrainingRun | Serving
    after: TrainingRun | Serving
    kind: Literal["training", "inference"]
    carbon_basis: Literal["total", "location", "market", "marginal"] = "total"
    payload: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A constant load with known energy at the meter [kWh]."""

    energy_kwh: float
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Request to find the best times for a workload in a time window."""

    workload: TrainingRun | Load
    earliest: datetime
    deadline: datetime
    duration_h: float | None = None
    interruptible: bool = False
    other_regions: tuple[str, ...] | Literal["all"] = ()
