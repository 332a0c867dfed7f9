"""A training run, as a client describes it."""

from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.requests.workloads import (
    Machine,
    Overheads,
    Precision,
    Recomputation,
    Subject,
    Training,
    TrainingRun,
    Workload,
)
from costsvc.web.fields import Choice, Name, Number, Part, Switch, WholeNumber
from costsvc.web.schemas.base import Request, raise_if, refuse
from costsvc.web.schemas.site import SiteSchema, site

MACHINE = (
    *("accelerator", "accelerators", "cores", "instance", "instances"),
    *("accelerator_power_w", "it_power_w", "accelerator_power_limit_w"),
)
SUBJECT = ("model", "total_params_b", "active_params_b")
RUN = (
    "accelerator_hours",
    "hours",
    "training_tokens_b",
    "workload",
    "method",
    "precision",
    "mfu",
    "activation_recomputation",
    "sequence_length",
    "tuned",
)
OF_TOKENS = ("mfu", "activation_recomputation", "sequence_length", "tuned")
"""What matters to the time of a run only where that follows from its tokens."""
ACCELERATOR = "Accelerator: an id, an id without its vendor, an alias or a family"
CORES = "Cores of a processor, in place of accelerators, which count its sockets"
AMOUNTS = ("accelerator_hours", "training_tokens_b", "hours")


class MachineSchema(SiteSchema):
    """On what a workload runs."""

    accelerator = Name(ACCELERATOR, "h100")
    accelerators = WholeNumber(limits.ACCELERATORS, "Number of accelerators")
    accelerator_power_w = Number(limits.POWER_W, "Measured mean power of one accelerator")
    precision = Choice(get_args(Precision), "Number format; left out: bf16 where the accelerator has it")


class SubjectSchema(Request):
    """Which model."""

    model = Name("Model of the table; or give its sizes", "llama-3.1-8b")
    total_params_b = Number(limits.PARAMS_B, "All parameters of the model")
    active_params_b = Number(limits.PARAMS_B, "Parameters that one token passes through; left out: all of them")


class OverheadsSchema(Request):
    """Work besides the final run, relative to it."""

    development_share = Number(limits.OVERHEAD, "Development runs, as a share of the final run")
    failed_share = Number(limits.OVERHEAD, "Failed and aborted runs, as a share of the final run")
    retrainings = Number(limits.OVERHEAD, "How often the final run is repeated")


class TrainingRunSchema(MachineSchema, SubjectSchema):
    """One training run: its accelerator-hours, or its tokens and the model's size."""

    cores = Number(limits.CORES, CORES)
    instance = Name("Cloud instance, in place of accelerator and accelerators", "p5.48xlarge")
    instances = WholeNumber(limits.ACCELERATORS, "Number of instances; default 1")
    it_power_w = Number(limits.POWER_W, "Measured mean power of the servers, per accelerator")
    accelerator_power_limit_w = Number(
        limits.POWER_LIMIT_W, "Power limit that the accelerators are set to, in place of their rated power"
    )
    accelerator_hours = Number(limits.ACCELERATOR_HOURS, "Accelerators times hours of the final run")
    hours = Number(limits.HOURS, "Wall-clock hours of the final run; with instance or cores")
    training_tokens_b = Number(limits.TOKENS_B, "Tokens trained on, every epoch counted")
    workload = Choice(get_args(Workload), "What is trained; default llm")
    method = Choice(get_args(Training), "How; default pretraining")
    mfu = Number(limits.MFU, "Model FLOPs utilisation; only with training_tokens_b")
    activation_recomputation = Choice(
        get_args(Recomputation), "Whether all activations are computed twice; only with training_tokens_b, without mfu"
    )
    sequence_length = Number(
        limits.SEQUENCE, "Tokens of a training sequence, default 4096; only with training_tokens_b"
    )
    tuned = Switch(
        "true: an engineered run in its steady state, as benchmarks report it; false: a first run; left out: the"
        " interval holds both. Only with training_tokens_b, without mfu"
    )
    overheads = Part(OverheadsSchema, "Development, failed and repeated runs; default none")

    @ma.validates_schema
    def _together(self, data: dict[str, Any], **_: Any) -> None:
        raise_if({**machine_errors(data), **subject_errors(data), **_amount_errors(data), **_limit_errors(data)})

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> TrainingRun:
        return TrainingRun(
            machine=Machine(**chosen(data, MACHINE)),
            subject=Subject(**chosen(data, SUBJECT)),
            site=site(data),
            overheads=Overheads(**data.get("overheads", {})),
            said=data,
            **chosen(data, RUN),
        )


def chosen(data: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Those of some fields that were given."""
    return {name: data[name] for name in names if name in data}


def machine_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    """What is wrong with how a machine was named."""
    if data.get("accelerator") is None and data.get("instance") is None:
        return {"accelerator": ["This is missing; give accelerator or instance."]}
    if data.get("instance") is None:
        errors = refuse(data, ["instances"], "without instance; the number of accelerators is accelerators")
        return errors | (refuse(data, ["accelerators"], "beside cores") if data.get("cores") is not None else {})
    errors = refuse(data, ["accelerator", "cores"], "beside instance, which names its accelerators")
    return errors | refuse(data, ["accelerators"], "beside instance; the number of instances is instances")


def subject_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    """What is wrong with how a model was named."""
    total, active = data.get("total_params_b"), data.get("active_params_b")
    if data.get("model") is not None:
        return refuse(data, ["total_params_b", "active_params_b"], "beside model, whose sizes are known")
    if active is not None and total is None:
        return {"total_params_b": ["This is missing; active_params_b goes with it."]}
    if active is not None and active > (total or 0):
        return {"active_params_b": [f"{active:g} is more than total_params_b, {total:g}; it must not be."]}
    return {}


def _amount_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    given = [name for name in AMOUNTS if data.get(name) is not None]
    if not given:
        return {
            "accelerator_hours": [
                "This is missing; give exactly one of accelerator_hours, training_tokens_b and hours."
            ]
        }
    if len(given) > 1:
        return {
            name: [f"Give exactly one of {', '.join(AMOUNTS)}; these came: {', '.join(given)}."] for name in given[1:]
        }
    if given == ["training_tokens_b"]:
        return _token_errors(data)
    errors = refuse(data, OF_TOKENS, "beside hours; the time is known already")
    if given == ["accelerator_hours"]:
        errors |= refuse(data, ["cores"], "beside accelerator_hours, which count sockets; give wall-clock hours")
    if given == ["hours"] and data.get("instance") is None and data.get("cores") is None:
        errors["hours"] = ["Wall-clock hours go with instance or cores; with accelerator give accelerator_hours."]
    return errors


def _limit_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    if data.get("accelerator_power_w") is None and data.get("it_power_w") is None:
        return {}
    return refuse(data, ["accelerator_power_limit_w"], "beside measured power, which is what the limit left")


def _token_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    if data.get("model") is None and data.get("total_params_b") is None:
        return {"model": ["This is missing; training_tokens_b goes with model or total_params_b."]}
    if data.get("mfu") is not None:
        return refuse(data, ["activation_recomputation", "tuned"], "beside mfu, which counts it already")
    return {}
