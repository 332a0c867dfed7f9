"""Labels, hints and units of the fields of a request."""

import re
from collections.abc import Mapping

from costsvc.report.labels import COMPARED

LABELS: Mapping[str, str] = {
    **{field: metric.title for field, metric in COMPARED.items() if field != "hours"},
    **{f"weights.{field}": f"Weight of {metric.noun}" for field, metric in COMPARED.items()},
    "accelerator": "Accelerator",
    "accelerators": "Number of accelerators",
    "accelerator_energy_j_per_output_token": "Measured energy per token",
    "accelerator_hours": "Accelerator-hours",
    "accelerator_power_limit_w": "Power limit of a chip",
    "accelerator_power_w": "Measured power of a chip",
    "active_params_b": "Active parameters",
    "activation_recomputation": "Activation recomputation",
    "benefit.second_order_kg": "CO2e of second-order effects",
    "benefit.second_order_usd": "Damage of second-order effects",
    "benefit.usd_per_task": "Value of a task",
    "batch_size": "Batch size",
    "baseline": "Baseline",
    "cache_precision": "Number format of the cache",
    "cache_write_tokens": "Prompt tokens written to the cache",
    "cached_input_tokens": "Cached prompt tokens",
    "carbon_basis": "CO2e basis",
    "concurrency_share": "Share of the sequences that fit",
    "contract.g_per_kwh": "CO2e of contracted electricity",
    "contract.residual_g_per_kwh": "CO2e of the residual mix",
    "contract.share": "Share under contract",
    "country": "Country",
    "deadline": "Deadline",
    "peak_ratio": "Busiest hour over the mean",
    "processing": "Processing",
    "reasoning_tokens": "Reasoning tokens",
    "requests_per_month": "Requests a month",
    "units": "Seconds, characters, pages or queries",
    "duration_h": "Duration",
    "earliest": "Earliest start",
    "discount_rate": "Discount rate",
    "engine": "Serving software",
    "grid_g_per_kwh": "Grid intensity",
    "grid_losses": "Grid losses",
    "grid_trend_per_year": "Trend of the grid",
    "hours": "Wall-clock hours",
    "instance": "Cloud instance",
    "instances": "Number of instances",
    "input_tokens": "Prompt tokens",
    "interruptible": "Interruptible",
    "it_energy_kwh": "Measured energy of the servers",
    "it_power_w": "Measured power of the servers, per chip",
    "lifetime_months": "Lifetime",
    "retraining_interval_months": "Retraining interval",
    "tasks_per_month": "New tasks per month",
    "surface.tasks.low": "Tasks from",
    "surface.tasks.high": "Tasks to",
    "surface.tasks.points": "Steps of tasks",
    "surface.requests_per_task.low": "Requests per task from",
    "surface.requests_per_task.high": "Requests per task to",
    "surface.requests_per_task.points": "Steps of requests",
    "limit": "Options in full",
    "max_hours": "Time limit",
    "max_kg": "CO2e limit",
    "max_l": "Water limit",
    "max_usd": "Cost limit",
    "method": "Method",
    "metric": "Rank by",
    "mfu": "Model FLOPs utilisation",
    "layout": "Parallelism",
    "model": "Model",
    "offered_only": "Only what the seller offers",
    "output_tokens": "Output tokens",
    "overheads.development_share": "Development runs",
    "overheads.failed_share": "Failed runs",
    "overheads.retrainings": "Retrainings",
    "precision": "Number format",
    "price_kinds": "Kinds of price",
    "pricing.age_years": "Age of the hardware",
    "pricing.electricity_usd_per_kwh": "Price of electricity",
    "pricing.facility_usd_per_kwh": "Rate of the building",
    "pricing.kind": "Rented or owned",
    "pricing.provider": "Provider",
    "pricing.purchase_usd_per_accelerator": "Purchase price of a chip",
    "pricing.usd_per_accelerator_hour": "Rent of a chip",
    "pricing.utilization": "Utilisation of the hardware",
    "provider": "Provider",
    "pue": "PUE",
    "region": "Region",
    "requests": "Requests",
    "requests_per_s": "Requests per second",
    "requests_per_task": "Requests per task",
    "date": "Date of prices",
    "scope": "Emissions of the grid",
    "segment": "Kind of accelerators",
    "sequence_length": "Length of a training sequence",
    "software_year": "Year of the software",
    "speculative.accepted_per_step": "Draft tokens accepted",
    "speculative.draft_params_b": "Size of the draft model",
    "speculative.proposed_per_step": "Draft tokens proposed",
    "steps": "Denoising steps",
    "task": "Task",
    "tasks": "Tasks",
    "throughput_tokens_per_s": "Measured tokens per second",
    "total_params_b": "Parameters",
    "training_tokens_b": "Training tokens",
    "tuned": "Tuned run",
    "workload": "Kind of model",
    "wue_l_per_kwh": "WUE",
    "year": "Year",
    "years": "Years to try",
}
"""Labels by field; the longest matching name wins, and other fields have their name."""


LISTED: Mapping[str, str] = {
    "accelerators": "Accelerators to try",
    "other_regions": "Other regions",
    "providers": "Sellers to try",
    "regions": "Regions to try",
}
"""Labels of fields with several names."""
LISTED_HINT = "separated by commas"
LISTED_HINTS: Mapping[str, str] = {
    "regions": "places, or europe, EU, asia, aws, all; separated by commas",
}
"""Hints of fields with several names that have their own."""
HINTS: Mapping[str, str] = {
    "accelerator": "",
    "accelerator_hours": "or training tokens",
    "accelerators": "",
    "active_params_b": "per token",
    "batch_size": "mean number of concurrent sequences",
    "input_tokens": "",
    "deadline": "local time of the region",
    "earliest": "local time of the region",
    "output_tokens": "",
    "model": "or its parameters",
    "name": "",
    "region": "",
    "provider": "of a hosted model, in place of hardware",
    "requests": "",
    "requests_per_task": "over the whole time",
    "tasks": "",
    "total_params_b": "",
    "training_tokens_b": "every epoch counted",
    "pricing.kind": "",
}
"""Hints that replace the description of a field; empty if its label is enough."""
EXAMPLES: Mapping[str, str] = {
    "accelerator": "e.g. H100, or p5.48xlarge",
    "accelerator_hours": "e.g. 1,000",
    "instance": "e.g. p5.48xlarge",
    "model": "e.g. Llama 3.1 8B",
    "region": "e.g. N. Virginia, France",
    "regions": "e.g. Europe, aws, Sweden",
    "total_params_b": "e.g. 8B",
    "training_tokens_b": "e.g. 100B",
}
"""What somebody may type into a field, by its last word; shown while it is empty and has no default."""
UNITS: Mapping[str, str] = {
    "1": "",
    "10^9 parameters": "billions",
    "10^9 tokens": "billions",
    "USD": "$",
    "USD or kg": "",
    "kWh, kg, L or USD": "",
}
"""Units as labels write them."""


def hint(name: str, description: str) -> str:
    """The hint of a field.

    Args:
        name: Its dotted name.
        description: Its description in the API.
    """
    words = name.split(".")
    for start in range(len(words)):
        if (found := HINTS.get(".".join(words[start:]))) is not None:
            return found
    return description


def label(name: str) -> str:
    """The label of a field.

    Args:
        name: Its dotted name.
    """
    words = name.split(".")
    for start in range(len(words)):
        found = LABELS.get(".".join(words[start:]))
        if found:
            return found
    return words[-1].replace("_", " ").capitalize()


FIELD = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
"""The name of a field inside a sentence; names of one word cannot be told from words."""


def with_labels(text: str) -> str:
    """A message with the labels of the fields that it names.

    Args:
        text: The message of the API.
    """
    return FIELD.sub(lambda found: LABELS.get(found[0], found[0]), text)
