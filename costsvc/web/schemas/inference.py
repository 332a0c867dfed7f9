"""Requests to a model, as a client describes them."""

from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.estimates.spec import Machine, Serving, Subject, Task, TextTask
from costsvc.web.fields import Choice, Name, Number, WholeNumber
from costsvc.web.schemas.answer import Estimate, maybe, number
from costsvc.web.schemas.base import raise_if, refuse
from costsvc.web.schemas.site import site
from costsvc.web.schemas.training import ACCELERATOR, MachineSchema, SubjectSchema, chosen, subject_errors

MACHINE = ("accelerator", "accelerators", "accelerator_power_w")
SUBJECT = ("model", "total_params_b", "active_params_b")
LOAD = (
    "task",
    "precision",
    "batch_size",
    "requests_per_s",
    "input_tokens",
    "output_tokens",
    "steps",
    "width_px",
    "height_px",
    "frames",
    "requests",
    "software_year",
)
PIXELS = ("steps", "width_px", "height_px", "frames")
WITHOUT_EFFECT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(get_args(TextTask), PIXELS),
    "image": ("input_tokens", "output_tokens", "frames", "requests_per_s"),
    "video": ("input_tokens", "output_tokens", "requests_per_s"),
}
SMALL_TASK = (*PIXELS, "output_tokens", "requests_per_s")
"""What a classification, an embedding or another small task does not look at."""


class ServingSchema(MachineSchema, SubjectSchema):
    """Requests to a model on a replica of accelerators."""

    accelerator = Name(ACCELERATOR, "h100", required=True)
    task = Choice(get_args(Task), "What is asked for; default text")
    batch_size = Number(limits.BATCH_SIZE, "Mean number of sequences that the replica serves at once")
    requests_per_s = Number(limits.REQUESTS_PER_S, "Rate of requests, from which the batch follows; waiting is charged")
    input_tokens = Number(limits.TOKENS, "Tokens of the prompt")
    output_tokens = Number(limits.TOKENS, "Tokens of the answer")
    steps = WholeNumber(limits.STEPS, "Denoising steps of an image or video")
    width_px = WholeNumber(limits.PIXELS, "Width of an image or video")
    height_px = WholeNumber(limits.PIXELS, "Height of an image or video")
    frames = WholeNumber(limits.FRAMES, "Frames of a video")
    requests = Number(limits.REQUESTS, "Number of requests; default 1")
    software_year = WholeNumber(limits.YEAR, "Year of the serving software; default current")

    @ma.validates_schema
    def _together(self, data: dict[str, Any], **_: Any) -> None:
        errors = subject_errors(data)
        task = data.get("task", "text")
        errors |= refuse(data, WITHOUT_EFFECT.get(task, SMALL_TASK), f"on the task {task}")
        if data.get("batch_size") is not None:
            errors |= refuse(data, ["requests_per_s"], "beside batch_size; give one of them")
        raise_if(errors)

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> Serving:
        return Serving(
            machine=Machine(**chosen(data, MACHINE)),
            subject=Subject(**chosen(data, SUBJECT)),
            site=site(data),
            said=data,
            **chosen(data, LOAD),
        )


class PerUnit(ma.Schema):
    """What one request or token costs."""

    accelerator_energy_j = maybe("Energy of the accelerators alone, in J")
    it_energy_j = maybe("Energy of the servers, in J")
    energy_j = maybe("Energy at the building's meter, in J")
    carbon_g = maybe("CO2e, in g")
    water_ml = maybe("Water, in mL")
    cost_usd = maybe("Money, in USD")


class InferenceEstimate(Estimate):
    """What requests cost, each and together."""

    per_request = ma.fields.Nested(PerUnit, required=True)
    per_output_token = ma.fields.Nested(PerUnit, required=True)
    per_million_tokens = ma.fields.Nested(PerUnit, required=True)
    throughput_tokens_per_s = maybe("Tokens that the replica generates per second")
    latency_s = number("From a request's arrival to its end")
