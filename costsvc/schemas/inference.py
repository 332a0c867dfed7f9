"""Requests to a model, as a client describes them."""

from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Engine, Layout, Precision, Processing, Serving, Speculative, Task, TextTask
from costsvc.schemas.fields import (
    Choice,
    KnownName,
    Number,
    Object,
    WholeNumber,
    checks_together,
    raise_if,
    refuse,
    unknown_name,
)
from costsvc.schemas.workload import ACCELERATOR, MachineSchema, SubjectSchema, described, subject_errors

MACHINE = ("accelerator", "accelerators", "accelerator_power_w", "accelerator_power_limit_w")
SUBJECT = ("model", "total_params_b", "active_params_b")
LOAD = (
    "provider",
    "processing",
    "units",
    "task",
    "precision",
    "batch_size",
    "requests_per_s",
    "concurrency_share",
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "steps",
    "width_px",
    "height_px",
    "frames",
    "requests",
    "software_year",
    "engine",
    "cache_precision",
    "layout",
    "throughput_tokens_per_s",
    "accelerator_energy_j_per_output_token",
)
PIXELS = ("steps", "width_px", "height_px", "frames")
MEASURED = ("throughput_tokens_per_s", "accelerator_energy_j_per_output_token", "accelerator_power_w")
TEXT_ONLY = (
    *("requests_per_s", "concurrency_share", "cached_input_tokens", "cache_write_tokens", "reasoning_tokens"),
    *("engine", "cache_precision", "layout"),
    *("speculative", "accelerator_power_limit_w", *MEASURED[:2]),
)
"""Fields of text generation only."""
WITHOUT_EFFECT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(get_args(TextTask), PIXELS),
    "image": ("input_tokens", "output_tokens", "frames", *TEXT_ONLY),
    "video": ("input_tokens", "output_tokens", *TEXT_ONLY),
}
ON_MACHINE = (
    *("accelerator", "accelerators", "accelerator_power_w", "accelerator_power_limit_w"),
    *("batch_size", "requests_per_s", "concurrency_share", "software_year", "engine", "cache_precision", "layout"),
    *("speculative", "throughput_tokens_per_s", "accelerator_energy_j_per_output_token"),
)
"""Fields of the machine and its software, which the provider of a hosted model decides."""
BILLED = ("processing", "units")
"""Fields of the price list of a hosted model."""
BILLED_TOKENS = ("input_tokens", "output_tokens")
PROVIDER = "Provider of a hosted model, in place of a machine; its list price is used"
PARTS_OF_TOKENS = {
    "cached_input_tokens": "input_tokens",
    "cache_write_tokens": "input_tokens",
    "reasoning_tokens": "output_tokens",
}
"""Kinds of tokens that are a part of others."""
SMALL_TASK = (*PIXELS, "output_tokens", *TEXT_ONLY)
"""Fields without effect on classification, embedding and other small tasks."""


class SpeculativeSchema(ma.Schema):
    """Speculative decoding."""

    accepted_per_step = Number(limits.DRAFTS, "Mean number of draft tokens accepted per step", required=True)
    proposed_per_step = Number(limits.DRAFTS, "Number of draft tokens proposed per step", required=True)
    draft_params_b = Number(limits.DRAFT_PARAMS_B, "Size of the draft model; default: one block of the model")

    @ma.validates_schema
    def _together(self, data: dict[str, Any], **_: Any) -> None:
        accepted, proposed = data.get("accepted_per_step"), data.get("proposed_per_step")
        if accepted is not None and proposed is not None and accepted > proposed:
            text = f"must not exceed proposed_per_step ({proposed:g}), got {accepted:g}"
            raise_if({"accepted_per_step": [text]})


def _token_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    """Errors of tokens that are a part of others: together they must not exceed the whole."""
    errors, used = {}, dict[str, float]()
    for part, of in PARTS_OF_TOKENS.items():
        count, whole = data.get(part), data.get(of)
        if count is None:
            continue
        used[of] = used.get(of, 0.0) + count
        if whole is None:
            errors[part] = [f"requires {of}, of which it is a part"]
        elif used[of] > whole:
            hint = f"if your client counts them separately, {of} is {used[of] + whole:.15g}"
            others = " with the cached ones" if used[of] > count else ""
            errors[part] = [f"must not exceed {of} ({whole:.15g}), got {used[of]:.15g}{others}; {hint}"]
    return errors


def _errors_of_model(data: dict[str, Any]) -> dict[str, list[str]]:
    """The error of a model that neither a table nor a price list has."""
    model, provider = data.get("model"), data.get("provider")
    if not isinstance(model, str) or not (provider is None or isinstance(provider, str)):
        return {}
    errors = unknown_name(_find_open, model) if provider is None else unknown_name(_find_hosted, provider, model)
    return {"model": errors} if errors else {}


def _find_open(tables: Catalog, model: str) -> None:
    if tables.models.read(model) is None and not tables.hosted.sellers(model):
        tables.read_model(model)


def _find_hosted(tables: Catalog, provider: str, model: str) -> None:
    tables.hosted_model(tables.api_provider(provider), model)


def _errors_of_place(data: dict[str, Any]) -> dict[str, list[str]]:
    """Errors of fields that go with a provider, or with a machine."""
    if data.get("provider") is None:
        return refuse(data, BILLED, "without provider; they choose from its price list") | subject_errors(data)
    sizes = {} if data.get("model") is None else {**data, "model": None}
    refused = refuse(data, [*ON_MACHINE, "pricing"], "together with provider, which decides it")
    return refused | subject_errors(sizes or data)


class ServingSchema(MachineSchema, SubjectSchema):
    """Requests to a model on a replica of accelerators."""

    accelerator = KnownName(
        "accelerator", f"{ACCELERATOR}; default: H100 SXM, or the maker of a hosted model as provider", "h100"
    )
    provider = KnownName("provider", PROVIDER, "openai")
    processing = Choice(get_args(Processing), "Kind of processing in the provider's price list; default standard")
    units = Number(
        limits.TOKENS, "Seconds, characters, pages or queries of a request, for a model that is billed by these"
    )
    task = Choice(get_args(Task), "Kind of task; default text")
    batch_size = Number(limits.BATCH_SIZE, "Mean number of concurrent sequences of the replica")
    requests_per_s = Number(
        limits.REQUESTS_PER_S, "Request rate, which determines the batch size; idle time is included"
    )
    concurrency_share = Number(limits.UTILIZATION, "Concurrent sequences as a share of those that fit in memory")
    input_tokens = Number(limits.TOKENS, "Tokens of the prompt")
    cached_input_tokens = Number(limits.TOKENS, "Part of input_tokens that is read from the prompt cache")
    cache_write_tokens = Number(limits.TOKENS, "Part of input_tokens that is written to the prompt cache")
    output_tokens = Number(limits.TOKENS, "Tokens generated")
    reasoning_tokens = Number(limits.TOKENS, "Part of output_tokens that is reasoning")
    steps = WholeNumber(limits.STEPS, "Denoising steps of an image or video")
    width_px = WholeNumber(limits.PIXELS, "Width of an image or video")
    height_px = WholeNumber(limits.PIXELS, "Height of an image or video")
    frames = WholeNumber(limits.FRAMES, "Frames of a video")
    requests = Number(limits.REQUESTS, "Number of requests; default 1")
    software_year = WholeNumber(limits.YEAR, "Year of the serving software; default: current; engine is more precise")
    engine = Choice(get_args(Engine), "Serving software; default vllm, with an interval that covers others")
    accelerator_power_limit_w = Number(limits.POWER_LIMIT_W, "Power limit of the accelerators")
    cache_precision = Choice(
        get_args(Precision), "Number format of the key-value cache; default: that of the arithmetic"
    )
    layout = Choice(get_args(Layout), "How the model is distributed over devices; default tensor")
    speculative = Object(SpeculativeSchema, "Speculative decoding; default: none")
    throughput_tokens_per_s = Number(limits.TOKENS_PER_S, "Measured tokens generated by the replica")
    accelerator_energy_j_per_output_token = Number(
        limits.J_PER_TOKEN, "Measured energy of the replica's accelerators per generated token"
    )

    @checks_together
    def _together(self, data: dict[str, Any], **_: Any) -> None:
        errors = _errors_of_model(data) | _errors_of_place(data)
        task = data.get("task", "text")
        # usage records of tasks that generate nothing contain output_tokens 0
        looked_at = {name: value for name, value in data.items() if (name, value) != ("output_tokens", 0)}
        # providers bill tokens of any task
        billed = () if data.get("provider") is None else BILLED_TOKENS
        without_effect = (name for name in WITHOUT_EFFECT.get(task, SMALL_TASK) if name not in billed)
        errors |= refuse(looked_at, [*without_effect], f"with task {task}")
        if data.get("batch_size") is not None:
            errors |= refuse(
                data, ["requests_per_s", "concurrency_share"], "together with batch_size; give one of them"
            )
        if data.get("requests_per_s") is not None:
            others = ["concurrency_share", "accelerator_power_limit_w", *MEASURED[:2]]
            errors |= refuse(data, others, "together with requests_per_s; give batch_size")
        if any(data.get(name) is not None for name in MEASURED):
            errors |= refuse(
                data, ["accelerator_power_limit_w"], "together with measured values, which already include it"
            )
        if all(data.get(name) is not None for name in MEASURED):
            errors |= refuse(data, [MEASURED[2]], "together with measured throughput and energy, which determine it")
        elif data.get(MEASURED[1]) is not None and data.get(MEASURED[2]) == 0:
            errors[MEASURED[2]] = [f"must be above 0 together with {MEASURED[1]}, got 0"]
        raise_if(errors | _token_errors(data))

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Serving:
        return Serving(**serving_fields(data))


def serving_fields(data: dict[str, Any]) -> dict[str, Any]:
    """A request to a model as the domain takes it."""
    drafts = data.get("speculative")
    return {
        **described(data, MACHINE, LOAD),
        "speculative": None if drafts is None else Speculative(**drafts),
        "payload": data,
    }
