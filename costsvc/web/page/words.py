"""What people call the fields of a request, what they mean and in which unit."""

from collections.abc import Mapping

LABELS: Mapping[str, str] = {
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
    "benefit.usd_per_task": "Worth of a task",
    "batch_size": "Batch size",
    "baseline": "Held against",
    "cache_precision": "Number format of the cache",
    "cached_input_tokens": "Cached tokens of a prompt",
    "carbon_basis": "CO2e that counts",
    "carbon_kg": "CO2e",
    "concurrency_share": "Share of the sequences that fit",
    "contract.g_per_kwh": "CO2e of contracted electricity",
    "contract.residual_g_per_kwh": "CO2e of the residual mix",
    "contract.share": "Share under contract",
    "cost_usd": "Money",
    "country": "Only in this country",
    "deadline": "Must have ended by",
    "duration_h": "Duration",
    "earliest": "May begin at",
    "discount_rate": "Discount rate",
    "energy_kwh": "Energy",
    "engine": "Serving software",
    "grid_g_per_kwh": "Grid intensity",
    "grid_losses": "Grid losses",
    "grid_trend_per_year": "Trend of the grid",
    "hours": "Wall-clock hours",
    "instance": "Cloud instance",
    "instances": "Number of instances",
    "input_tokens": "Tokens of a prompt",
    "interruptible": "May pause",
    "it_power_w": "Measured power of the servers, per chip",
    "lifetime_months": "Lifetime",
    "retraining_interval_months": "Trained again every",
    "tasks_per_month": "Tasks arriving",
    "surface.tasks.low": "Tasks from",
    "surface.tasks.high": "Tasks to",
    "surface.tasks.points": "Steps of tasks",
    "surface.requests_per_task.low": "Requests per task from",
    "surface.requests_per_task.high": "Requests per task to",
    "surface.requests_per_task.points": "Steps of requests",
    "weights.carbon_kg": "Weight of CO2e",
    "weights.cost_usd": "Weight of money",
    "weights.energy_kwh": "Weight of energy",
    "weights.hours": "Weight of time",
    "weights.water_l": "Weight of water",
    "limit": "Options shown in full",
    "max_hours": "At most, hours",
    "max_kg": "At most, CO2e",
    "max_l": "At most, water",
    "max_usd": "At most, money",
    "method": "Method",
    "metric": "Rank by",
    "mfu": "Model FLOPs utilisation",
    "layout": "How devices share the model",
    "model": "Model",
    "offered_only": "Only what the seller rents out",
    "output_tokens": "Tokens of an answer",
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
    "date": "Day of the prices",
    "scope": "Emissions of the grid",
    "segment": "Kind of accelerators",
    "sequence_length": "Length of a training sequence",
    "software_year": "Year of the software",
    "speculative.accepted_per_step": "Draft tokens accepted",
    "speculative.draft_params_b": "Size of the draft model",
    "speculative.proposed_per_step": "Draft tokens proposed",
    "steps": "Denoising steps",
    "task": "What is asked for",
    "tasks": "Tasks",
    "throughput_tokens_per_s": "Measured tokens per second",
    "total_params_b": "Parameters",
    "training_tokens_b": "Training tokens",
    "tuned": "Tuned run",
    "water_l": "Water",
    "workload": "Kind of model",
    "wue_l_per_kwh": "WUE",
    "year": "Year",
    "years": "Years to try",
}
"""What a field is called; longer names win, and others are called as they are."""


LISTED: Mapping[str, str] = {
    "accelerators": "Accelerators to try",
    "other_regions": "Other regions",
    "providers": "Sellers to try",
    "regions": "Regions to try",
}
"""What a field is called that holds several names."""
LISTED_HINT = "some, with commas"
HINTS: Mapping[str, str] = {
    "accelerator": "such as h100, a100-sxm4-80gb, tpu-v4",
    "accelerator_hours": "accelerators times hours; or tokens",
    "accelerators": "",
    "active_params_b": "that one token passes through",
    "batch_size": "sequences served at once, in the mean",
    "input_tokens": "",
    "output_tokens": "",
    "model": "such as llama-3.1-8b; or its size",
    "name": "",
    "region": "such as aws:us-east-1, SWE, US-VA, world",
    "requests": "",
    "requests_per_task": "over the whole time",
    "tasks": "",
    "total_params_b": "",
    "training_tokens_b": "every epoch counted",
    "pricing.kind": "",
}
"""Shorter words for what a field means than its description; none where its label says it."""
UNITS: Mapping[str, str] = {
    "1": "",
    "10^9 parameters": "billions",
    "10^9 tokens": "billions",
    "USD": "$",
    "USD or kg": "",
    "kWh, kg, L or USD": "",
}
"""What a unit is called beside a field."""


def hint(name: str, description: str) -> str:
    """What a field means, as a form says it.

    Args:
        name: Its dotted name.
        description: What the API says of it.
    """
    words = name.split(".")
    for start in range(len(words)):
        if (found := HINTS.get(".".join(words[start:]))) is not None:
            return found
    return description


def label(name: str) -> str:
    """What people call a field.

    Args:
        name: Its dotted name.
    """
    words = name.split(".")
    for start in range(len(words)):
        found = LABELS.get(".".join(words[start:]))
        if found:
            return found
    return words[-1].replace("_", " ").capitalize()
