"""Comparisons as a caller describes them: strategies, places, versions and times of a workload."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from costsvc.requests.workloads import ApiCall, Hosting, PriceKind, Serving, Site, TrainingRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Amounts that the caller knows: value, low, high; None is unknown."""

    energy_kwh: tuple[float, float, float] | None = None
    carbon_kg: tuple[float, float, float] | None = None
    water_l: tuple[float, float, float] | None = None
    cost_usd: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShare:
    """A share of what the training of a known model has cost."""

    model: str
    share: float = 1.0
    region: str | None = None


Part = TrainingRun | Serving | Hosting | ApiCall | ModelShare | Known
KINDS: dict[type, str] = {
    TrainingRun: "training",
    Serving: "inference",
    Hosting: "hosting",
    ApiCall: "api",
    ModelShare: "model_footprint",
    Known: "known",
}
"""The field under which a request has each kind of part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategySpec:
    """A way of covering all tasks: paid once, per task and per request."""

    name: str
    upfront: tuple[Part, ...] = ()
    per_task: tuple[Part, ...] = ()
    per_request: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """One task with what its share may be keyed on."""

    name: str
    requests: float
    tokens: float | None = None
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """What the months do to a comparison; None is no such effect."""

    lifetime_months: float
    tasks_per_month: float | None = None
    retraining_interval_months: float | None = None
    discount_rate: float = 0.0
    grid_trend_per_year: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Points of an axis, evenly spaced on a logarithmic scale."""

    low: float
    high: float
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Numbers of tasks and of requests per task to compute every strategy at."""

    tasks: Axis
    requests_per_task: Axis


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """What a task is worth to the caller, and what it does beside its own footprint. Money in USD."""

    usd_per_task: float
    second_order_usd: float = 0.0
    second_order_kg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Strategies to hold against one another."""

    strategies: tuple[StrategySpec, ...]
    tasks: float | None = None
    task_list: tuple[TaskSpec, ...] = ()
    requests_per_task: float | None = None
    time: Time | None = None
    surface: Surface | None = None
    benefit: Benefit | None = None
    baseline: str | None = None
    carbon_basis: Literal["total", "location", "market", "marginal"] = "total"
    said: dict[str, Any] = field(default_factory=dict, compare=False)


PlacementMetric = Literal["energy_kwh", "carbon_kg", "water_l", "cost_usd", "hours"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an option must not exceed; None is no limit."""

    max_usd: float | None = None
    max_hours: float | None = None
    max_kg: float | None = None
    max_l: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Where and on what a workload could run; None is the workload's own, ``all`` everything known."""

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
    """A workload, and where and on what it could run."""

    workload: TrainingRun | Serving
    candidates: Candidates = field(default_factory=Candidates)
    limits: Limits = field(default_factory=Limits)
    metric: PlacementMetric | None = None
    weights: dict[PlacementMetric, float] = field(default_factory=dict)
    carbon_basis: Literal["total", "location", "market", "marginal"] = "total"
    shown: int = 10
    said: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSpec:
    """One workload before and after a change."""

    before: TrainingRun | Serving
    after: TrainingRun | Serving
    kind: Literal["training", "inference"]
    carbon_basis: Literal["total", "location", "market", "marginal"] = "total"
    said: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A constant load whose energy at the meter [kWh] is known."""

    energy_kwh: float
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A workload and the time that is open to it, as a caller describes them."""

    workload: TrainingRun | Load
    earliest: datetime
    deadline: datetime
    duration_h: float | None = None
    interruptible: bool = False
    other_regions: tuple[str, ...] | Literal["all"] = ()
