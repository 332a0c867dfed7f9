"""Fields of the machine and the model, the same for training and inference."""

from typing import Any, get_args

from costsvc import limits
from costsvc.estimates.spec import Precision
from costsvc.web.api.site import SiteSchema
from costsvc.web.fields import Choice, Name, Number, WholeNumber
from costsvc.web.request_schema import Request, refuse

SUBJECT = ("model", "total_params_b", "active_params_b")
ACCELERATOR = "Accelerator: an id, an id without its vendor, an alias or a family"
CORES = "Cores of a processor, in place of accelerators, which count its sockets"


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
