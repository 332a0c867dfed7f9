"""The fields of each form in groups."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fields that belong together.

    Attributes:
        title: Its title.
        first: Dotted names of the fields that are always visible.
        more: Dotted names of the fields that can be unfolded.
    """

    title: str
    first: tuple[str, ...]
    more: tuple[str, ...] = ()

    def under(self, prefix: str) -> "Group":
        """The same fields inside of another field: ``before.training.region``."""
        first, more = (tuple(f"{prefix}{name}" for name in names) for names in (self.first, self.more))
        return Group(title=self.title, first=first, more=more)


SITE_MORE = (
    "year",
    "date",
    "scope",
    "pue",
    "wue_l_per_kwh",
    "grid_g_per_kwh",
    "grid_losses",
    "contract.share",
    "contract.g_per_kwh",
    "contract.residual_g_per_kwh",
)
PAID = Group(
    title="Price",
    first=("pricing.kind",),
    more=(
        "pricing.provider",
        "pricing.usd_per_accelerator_hour",
        "pricing.purchase_usd_per_accelerator",
        "pricing.electricity_usd_per_kwh",
        "pricing.facility_usd_per_kwh",
        "pricing.utilization",
        "pricing.age_years",
    ),
)
TRAINING = (
    Group(
        title="Model",
        first=("model", "total_params_b"),
        more=("active_params_b", "workload", "method", "precision"),
    ),
    Group(
        title="Run",
        first=("accelerator_hours", "training_tokens_b"),
        more=("hours", "mfu", "activation_recomputation", "sequence_length", "tuned"),
    ),
    Group(
        title="Hardware",
        first=("accelerator", "accelerators"),
        more=("cores", "instance", "instances", "accelerator_power_w", "it_power_w", "accelerator_power_limit_w"),
    ),
    Group(title="Location", first=("region",), more=SITE_MORE),
    PAID,
    Group(
        title="Other runs",
        first=(),
        more=("overheads.development_share", "overheads.failed_share", "overheads.retrainings"),
    ),
)
SERVING = (
    Group(
        title="Model",
        first=("model", "total_params_b"),
        more=("active_params_b", "precision", "task"),
    ),
    Group(
        title="Requests",
        first=("requests", "input_tokens", "output_tokens", "batch_size"),
        more=(
            *("cached_input_tokens", "cache_write_tokens", "reasoning_tokens", "units"),
            *("requests_per_s", "concurrency_share", "engine", "software_year"),
            *("cache_precision", "layout", "steps", "width_px", "height_px", "frames"),
            *("speculative.accepted_per_step", "speculative.proposed_per_step", "speculative.draft_params_b"),
        ),
    ),
    Group(title="Hosted model, in place of hardware", first=("provider",), more=("processing",)),
    Group(
        title="Hardware",
        first=("accelerator", "accelerators"),
        more=(
            *("accelerator_power_w", "accelerator_power_limit_w"),
            *("throughput_tokens_per_s", "accelerator_energy_j_per_output_token"),
        ),
    ),
    Group(title="Location", first=("region",), more=SITE_MORE),
    PAID,
)
CANDIDATES = (
    Group(
        title="Candidates",
        first=("accelerators", "regions"),
        more=("segment", "provider", "country", "providers", "price_kinds", "years", "offered_only"),
    ),
    Group(
        title="Ranking and limits",
        first=("metric",),
        more=(
            "carbon_basis",
            "weights.cost_usd",
            "weights.carbon_kg",
            "weights.energy_kwh",
            "weights.water_l",
            "weights.hours",
            "max_usd",
            "max_kg",
            "max_hours",
            "max_l",
            "limit",
        ),
    ),
)
WINDOW = (
    Group(title="Time", first=("earliest", "deadline"), more=("duration_h", "interruptible", "other_regions")),
    Group(title="A constant load instead of a run", first=(), more=("energy_kwh", "region", "scope")),
)
CALL = Group(
    title="Calls",
    first=("api.provider", "api.model", "api.input_tokens", "api.output_tokens"),
    more=(
        *("api.cached_input_tokens", "api.cache_write_tokens", "api.reasoning_tokens", "api.units"),
        *("api.processing", "api.date", "api.region", "api.total_params_b", "api.active_params_b"),
    ),
)
TRAFFIC = Group(title="Traffic", first=("requests_per_month",), more=("peak_ratio", "carbon_basis"))
OWN_LEAVES_OUT = frozenset(
    (
        *("requests", "requests_per_s", "task", "provider", "processing", "units", "input_tokens", "output_tokens"),
        *("cached_input_tokens", "cache_write_tokens", "reasoning_tokens", "steps", "width_px", "height_px", "frames"),
    )
)
"""Fields of requests that the traffic of the calls decides."""
DEMAND = (
    Group(title="Use", first=("tasks", "requests_per_task")),
    Group(
        title="Development over time",
        first=(),
        more=(
            "time.lifetime_months",
            "time.tasks_per_month",
            "time.retraining_interval_months",
            "time.discount_rate",
            "time.grid_trend_per_year",
        ),
    ),
    Group(
        title="Map of tasks and requests",
        first=(),
        more=(
            "surface.tasks.low",
            "surface.tasks.high",
            "surface.tasks.points",
            "surface.requests_per_task.low",
            "surface.requests_per_task.high",
            "surface.requests_per_task.points",
        ),
    ),
    Group(
        title="Value and comparison",
        first=(),
        more=(
            "benefit.usd_per_task",
            "benefit.second_order_usd",
            "benefit.second_order_kg",
            "baseline",
            "carbon_basis",
        ),
    ),
)
BRIEF: Mapping[str, tuple[str, ...]] = {
    "training": (
        "accelerator",
        "accelerator_hours",
        "training_tokens_b",
        "model",
        "total_params_b",
        "method",
        "workload",
        "region",
    ),
    "inference": (
        "accelerator",
        "model",
        "total_params_b",
        "task",
        "batch_size",
        "requests_per_s",
        "input_tokens",
        "output_tokens",
        "region",
    ),
    "hosting": ("accelerator", "accelerators", "hours", "region"),
    "model_footprint": ("model", "share", "region"),
    "api": ("provider", "model", "input_tokens", "output_tokens", "cached_input_tokens", "processing"),
    "known": ("energy_kwh", "carbon_kg", "water_l", "cost_usd"),
}
"""The fields of a part in the form of a comparison; other fields of the request follow them."""
PARTS = {
    "training": "A training run",
    "inference": "A request to a model",
    "hosting": "Idle replicas",
    "model_footprint": "A share of the training of a known model",
    "api": "A call to a hosted API",
    "known": "Known amounts",
}
PHASES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "upfront": ("Up front", ("training", "model_footprint", "hosting", "known")),
    "per_task": ("Per task", ("training", "hosting", "known")),
    "per_request": ("Per request", ("inference", "api", "known")),
}
"""The phases of a strategy: title, and the kinds of part that a form offers."""
LISTS: Mapping[str, str] = {
    "accelerator": "accelerators",
    "accelerators": "accelerators",
    "region": "regions",
    "regions": "regions",
    "other_regions": "regions",
    "model": "models",
    "instance": "instances",
}
"""The list of suggestions of a field."""


def names(groups: tuple[Group, ...]) -> Iterator[str]:
    """All fields of some groups."""
    for group in groups:
        yield from (*group.first, *group.more)
