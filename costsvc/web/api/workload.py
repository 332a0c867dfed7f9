"""Fields of the machine and the model, the same for training and inference."""

from typing import Any, get_args

from costsvc import limits
from costsvc.requests.workloads import Precision
from costsvc.web.api.site import SiteSchema
from costsvc.web.fields import Choice, Name, Number, WholeNumber
from costsvc.web.request_schema import Request, refuse

SUBJECT = ("model", "total_params_b", "active_params_b")
ACCELERATOR = "Accelerator: id, id without vendor, alias or family"
CORES = "Number of processor cores, in place of accelerators, which counts sockets"


class MachineSchema(SiteSchema):
    """Machine that a workload runs on."""

    accelerator = Name(ACCELERATOR, "h100")
    accelerators = WholeNumber(limits.ACCELERATORS, "Number of accelerators")
    accelerator_power_w = Number(limits.POWER_W, "Measured mean power of one accelerator")
    precision = Choice(get_args(Precision), "Number format; default: bf16 if the accelerator supports it")


class SubjectSchema(Request):
    """Model of a workload."""

    model = Name("Model of the table; or give its parameter counts", "llama-3.1-8b")
    total_params_b = Number(limits.PARAMS_B, "Total number of parameters")
    active_params_b = Number(limits.PARAMS_B, "Parameters active per token; default: all")


def chosen(data: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Some fields, without those that are not given."""
    return {name: data[name] for name in names if name in data}


def machine_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    """Errors in the fields of the machine."""
    if data.get("accelerator") is None and data.get("instance") is None:
        return {"accelerator": ["accelerator or instance is required"]}
    if data.get("instance") is None:
        errors = refuse(data, ["instances"], "without instance; accelerators is the number of accelerators")
        return errors | (refuse(data, ["accelerators"], "together with cores") if data.get("cores") is not None else {})
    errors = refuse(data, ["accelerator", "cores"], "together with instance, which already names the accelerator")
    return errors | refuse(data, ["accelerators"], "together with instance; instances is the number of instances")


def subject_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    """Errors in the fields of the model."""
    total, active = data.get("total_params_b"), data.get("active_params_b")
    if data.get("model") is not None:
        return refuse(
            data, ["total_params_b", "active_params_b"], "together with model, whose parameter counts are known"
        )
    if active is not None and total is None:
        return {"total_params_b": ["is required together with active_params_b"]}
    if active is not None and active > (total or 0):
        return {"active_params_b": [f"must not exceed total_params_b ({total:g}), got {active:g}"]}
    return {}
