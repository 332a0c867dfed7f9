"""A training run, as a client describes it."""

from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.requests.workloads import MeteredRun, Overheads, Recomputation, Training, TrainingRun, Workload
from costsvc.schemas.fields import (
    READERS,
    Choice,
    KnownName,
    Number,
    Object,
    Request,
    StrictBoolean,
    WholeNumber,
    checks_together,
    raise_if,
    refuse,
    unknown_name,
)
from costsvc.schemas.workload import (
    CORES,
    MachineSchema,
    SubjectSchema,
    chosen,
    described,
    subject_errors,
    workload_errors,
)

MACHINE = (
    *("accelerator", "accelerators", "cores", "instance", "instances"),
    *("accelerator_power_w", "it_power_w", "accelerator_power_limit_w"),
)
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
"""Fields that matter only if the run time is computed from tokens."""
METERED = ("energy_kwh", "it_energy_kwh")
"""Measured energy, which replaces machine and time."""
AMOUNTS = ("accelerator_hours", "training_tokens_b", "hours", *METERED)


class OverheadsSchema(Request):
    """Runs in addition to the final one, relative to it."""

    development_share = Number(limits.OVERHEAD, "Development runs, as a share of the final run")
    failed_share = Number(limits.OVERHEAD, "Failed and aborted runs, as a share of the final run")
    retrainings = Number(limits.OVERHEAD, "Number of times that the final run is repeated")


class TrainingRunSchema(MachineSchema, SubjectSchema):
    """One training run: its accelerator-hours, or its tokens and the model's size."""

    cores = Number(limits.CORES, CORES)
    instance = KnownName("instance", "Cloud instance, in place of accelerator and accelerators", "p5.48xlarge")
    instances = WholeNumber(limits.INSTANCES, "Number of instances; default 1")
    it_power_w = Number(limits.POWER_W, "Measured mean power of the servers, per accelerator")
    accelerator_power_limit_w = Number(
        limits.POWER_LIMIT_W, "Power limit of the accelerators, in place of their rated power"
    )
    accelerator_hours = Number(limits.ACCELERATOR_HOURS, "Accelerator-hours of the final run")
    hours = Number(limits.HOURS, "Wall-clock hours of the final run, during which all accelerators work")
    energy_kwh = Number(limits.LOAD_KWH, "Measured energy at the building's meter, in place of accelerator and hours")
    it_energy_kwh = Number(limits.LOAD_KWH, "Measured energy of the servers, in place of accelerator and hours")
    training_tokens_b = Number(limits.TOKENS_B, "Training tokens, counting every epoch")
    workload = Choice(get_args(Workload), "Kind of model; default llm")
    method = Choice(get_args(Training), "Training method; default pretraining")
    mfu = Number(limits.MFU, "Model FLOPs utilisation; only with training_tokens_b")
    activation_recomputation = Choice(
        get_args(Recomputation), "Whether all activations are recomputed; only with training_tokens_b and without mfu"
    )
    sequence_length = Number(
        limits.SEQUENCE, "Length of a training sequence; default 4096; only with training_tokens_b"
    )
    tuned = StrictBoolean(
        "true: a tuned run in steady state, as benchmarks report; false: a first run; default: the interval covers"
        " both. Only with training_tokens_b and without mfu"
    )
    overheads = Object(OverheadsSchema, "Development, failed and repeated runs; default: none")

    @checks_together
    def _together(self, data: dict[str, Any], **_: Any) -> None:
        machine = _metered_errors(data) if _is_metered(data) else workload_errors(data)
        raise_if({**model_errors(data), **machine, **_amount_errors(data), **_limit_errors(data)})

    @ma.post_load
    def _to_domain(self, data: dict[str, Any], **_: Any) -> TrainingRun:
        fields = described(data, MACHINE, RUN)
        fields |= {"overheads": Overheads(**data.get("overheads", {})), "payload": data}
        return MeteredRun(**fields, **chosen(data, METERED)) if _is_metered(data) else TrainingRun(**fields)


def model_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    """The error of a model that no table has."""
    model = data.get("model")
    errors = unknown_name(READERS["model"], model) if isinstance(model, str) else []
    return {"model": errors} if errors else {}


def _is_metered(data: dict[str, Any]) -> bool:
    return any(data.get(name) is not None for name in METERED)


def _metered_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    given = next(name for name in METERED if data.get(name) is not None)
    because = f"together with {given}, which replaces machine and time"
    return refuse(data, [*MACHINE, "precision"], because) | subject_errors(data)


def _amount_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    given = [name for name in AMOUNTS if data.get(name) is not None]
    if not given:
        return {"accelerator_hours": [f"exactly one of {', '.join(AMOUNTS)} is required"]}
    if len(given) > 1:
        return {
            name: [f"exactly one of {', '.join(AMOUNTS)} is required, got {', '.join(given)}"] for name in given[1:]
        }
    if given == ["training_tokens_b"]:
        return _token_errors(data)
    errors = refuse(data, OF_TOKENS, f"together with {given[0]}, which already fixes the run time")
    if given == ["accelerator_hours"]:
        errors |= refuse(data, ["cores"], "together with accelerator_hours, which counts sockets; give hours")
    return errors


def _limit_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    if data.get("accelerator_power_w") is None and data.get("it_power_w") is None:
        return {}
    return refuse(data, ["accelerator_power_limit_w"], "together with measured power, which already includes the limit")


def _token_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    if data.get("model") is None and data.get("total_params_b") is None:
        return {"model": ["model or total_params_b is required with training_tokens_b"]}
    if data.get("mfu") is not None:
        return refuse(data, ["activation_recomputation", "tuned"], "together with mfu, which already includes it")
    return {}
