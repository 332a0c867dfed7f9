"""POST /v1/estimates/inference."""

from typing import Any, get_args

import marshmallow as ma
from flask import Response

from costsvc import limits
from costsvc.answers.estimate import InferenceEstimate
from costsvc.estimates.inference import inference
from costsvc.estimates.spec import Engine, Layout, Machine, Precision, Serving, Speculative, Subject, Task, TextTask
from costsvc.web import metrics
from costsvc.web.api.site import site
from costsvc.web.api.workload import ACCELERATOR, MachineSchema, SubjectSchema, chosen, subject_errors
from costsvc.web.blueprint import CostsvcBlueprint, parameters
from costsvc.web.context import answer, catalog, private
from costsvc.web.endpoint import QUERY, Endpoint, ExplainQuery
from costsvc.web.fields import Choice, Name, Number, Object, WholeNumber
from costsvc.web.request_schema import raise_if, refuse

blueprint = CostsvcBlueprint("inference", __name__, url_prefix="/v1", description="What serving a model costs")
EXAMPLE = {
    "model": "llama-3.1-8b",
    "accelerator": "h100-sxm5-80gb",
    "accelerators": 1,
    "batch_size": 64,
    "input_tokens": 500,
    "output_tokens": 300,
    "requests": 1_000_000,
    "region": "gcp:us-central1",
}
MACHINE = ("accelerator", "accelerators", "accelerator_power_w", "accelerator_power_limit_w")
SUBJECT = ("model", "total_params_b", "active_params_b")
LOAD = (
    "task",
    "precision",
    "batch_size",
    "requests_per_s",
    "concurrency_share",
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
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
    *("requests_per_s", "concurrency_share", "cached_input_tokens", "engine", "cache_precision", "layout"),
    *("speculative", "accelerator_power_limit_w", *MEASURED[:2]),
)
"""What only a task that is answered in text looks at."""
WITHOUT_EFFECT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(get_args(TextTask), PIXELS),
    "image": ("input_tokens", "output_tokens", "frames", *TEXT_ONLY),
    "video": ("input_tokens", "output_tokens", *TEXT_ONLY),
}
SMALL_TASK = (*PIXELS, "output_tokens", *TEXT_ONLY)
"""What a classification, an embedding or another small task does not look at."""


class SpeculativeSchema(ma.Schema):
    """Drafts that a step of the model checks."""

    accepted_per_step = Number(limits.DRAFTS, "Draft tokens that a step accepts in the mean", required=True)
    proposed_per_step = Number(limits.DRAFTS, "Draft tokens that a step checks", required=True)
    draft_params_b = Number(limits.DRAFT_PARAMS_B, "Size of the model that proposes them; left out, one block")

    @ma.validates_schema
    def _together(self, data: dict[str, Any], **_: Any) -> None:
        accepted, proposed = data.get("accepted_per_step"), data.get("proposed_per_step")
        if accepted is not None and proposed is not None and accepted > proposed:
            text = f"must not be more than proposed_per_step ({proposed:g}), got {accepted:g}."
            raise_if({"accepted_per_step": [text]})


class ServingSchema(MachineSchema, SubjectSchema):
    """Requests to a model on a replica of accelerators."""

    accelerator = Name(ACCELERATOR, "h100", required=True)
    task = Choice(get_args(Task), "What is asked for; default text")
    batch_size = Number(limits.BATCH_SIZE, "Mean number of sequences that the replica serves at once")
    requests_per_s = Number(limits.REQUESTS_PER_S, "Rate of requests, from which the batch follows; waiting is charged")
    concurrency_share = Number(limits.UTILIZATION, "Concurrent sequences over those that fit in memory")
    input_tokens = Number(limits.TOKENS, "Tokens of the prompt")
    cached_input_tokens = Number(limits.TOKENS, "Those of input_tokens whose keys and values are cached")
    output_tokens = Number(limits.TOKENS, "Tokens of the answer")
    steps = WholeNumber(limits.STEPS, "Denoising steps of an image or video")
    width_px = WholeNumber(limits.PIXELS, "Width of an image or video")
    height_px = WholeNumber(limits.PIXELS, "Height of an image or video")
    frames = WholeNumber(limits.FRAMES, "Frames of a video")
    requests = Number(limits.REQUESTS, "Number of requests; default 1")
    software_year = WholeNumber(limits.YEAR, "Year of the serving software; default current; engine tells more")
    engine = Choice(get_args(Engine), "Serving software; default vllm, with an interval that holds others too")
    accelerator_power_limit_w = Number(limits.POWER_LIMIT_W, "Power limit that the accelerators are set to")
    cache_precision = Choice(get_args(Precision), "Number format of the key-value cache; default 16 bits")
    layout = Choice(get_args(Layout), "How devices share a model; default tensor")
    speculative = Object(SpeculativeSchema, "Speculative decoding; left out, none")
    throughput_tokens_per_s = Number(limits.TOKENS_PER_S, "Measured: tokens that the replica generates per second")
    accelerator_energy_j_per_output_token = Number(
        limits.J_PER_TOKEN, "Measured: energy of the replica's accelerators per token generated, in J"
    )

    @ma.validates_schema
    def _together(self, data: dict[str, Any], **_: Any) -> None:
        errors = subject_errors(data)
        task = data.get("task", "text")
        # usage objects of tasks that generate nothing say so
        looked_at = {name: value for name, value in data.items() if (name, value) != ("output_tokens", 0)}
        errors |= refuse(looked_at, WITHOUT_EFFECT.get(task, SMALL_TASK), f"on the task {task}")
        if data.get("batch_size") is not None:
            errors |= refuse(data, ["requests_per_s", "concurrency_share"], "beside batch_size; give one of them")
        if data.get("requests_per_s") is not None:
            others = ["concurrency_share", "accelerator_power_limit_w", *MEASURED[:2]]
            errors |= refuse(data, others, "beside requests_per_s; give batch_size")
        if any(data.get(name) is not None for name in MEASURED):
            errors |= refuse(data, ["accelerator_power_limit_w"], "beside what was measured under it")
        if all(data.get(name) is not None for name in MEASURED):
            errors |= refuse(data, [MEASURED[2]], "beside measured throughput and energy, from which it follows")
        cached, whole = data.get("cached_input_tokens"), data.get("input_tokens")
        if cached is not None and (whole is None or cached > whole):
            read = "input_tokens, which is missing" if whole is None else f"input_tokens ({whole:g}), got {cached:g}"
            hint = "" if whole is None else f"; if your client counts them beside, input_tokens is {cached + whole:g}"
            errors["cached_input_tokens"] = [f"must not be more than {read}{hint}."]
        raise_if(errors)

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Serving:
        drafts = data.get("speculative")
        return Serving(
            machine=Machine(**chosen(data, MACHINE)),
            subject=Subject(**chosen(data, SUBJECT)),
            speculative=None if drafts is None else Speculative(**drafts),
            site=site(data),
            said=data,
            **chosen(data, LOAD),
        )


ENDPOINT = Endpoint(
    kind="inference",
    path="/v1/estimates/inference",
    schema=ServingSchema(),
    estimate=inference,
    example=EXAMPLE,
    answer_type=InferenceEstimate,
    explains=True,
)


@blueprint.post("/estimates/inference")
@blueprint.arguments(ServingSchema, example=EXAMPLE)
@blueprint.query(ExplainQuery)
@blueprint.answers(InferenceEstimate)
def estimate_inference(asked: Serving) -> Response:
    """Estimate the cost of requests to a model.

    Of text from its tokens and the batch or rate, of images and video from steps and pixels, of
    small tasks from the tokens read.
    """
    found = inference(asked, catalog(), **parameters(QUERY))
    metrics.estimated(ENDPOINT.kind, found)
    return answer(found)


blueprint.after_request(private)
