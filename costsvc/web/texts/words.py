"""Words for what answers name by identifiers."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from costsvc.estimates.answer import Plain
from costsvc.web import numbers

METRICS: Mapping[str, str] = {
    "energy_kwh": "electricity",
    "carbon_kg": "CO₂e",
    "water_l": "water",
    "cost_usd": "cost",
    "hours": "time",
}
"""The metrics of a comparison; their dimension is the name, of ``hours`` it is ``time_h``."""
FACTORS: Mapping[str, str] = {
    "accelerator_peak_tflops": "the accelerator's peak throughput",
    "accelerator_power_w": "accelerator power",
    "accelerator_tdp_w": "rated accelerator power",
    "age_years": "age of the owned hardware",
    "cfe_share": "the provider's carbon-free share",
    "embodied_accelerator_kg": "the embodied carbon of an accelerator",
    "embodied_service_life_years": "service life of the hardware",
    "flop_per_param_token": "operations per parameter and token",
    "grid_g_per_kwh": "carbon intensity of the grid",
    "grid_water_l_per_kwh": "water intensity of the electricity",
    "hardware_utilization": "utilization of the hardware over its life",
    "host_base_w": "base power of the host",
    "host_share": "share of the host",
    "host_embodied_kg": "the embodied carbon of the host",
    "host_overhead_share": "overhead of the host",
    "it_power_w": "server power",
    "measured_power_ratio": "measured against modelled power",
    "measured_slowness": "measured against modelled serving time",
    "mfu": "model FLOP utilization",
    "generation_residual": "what the formula for pictures leaves unexplained",
    "forward_residual": "what the formula for small tasks leaves unexplained",
    "owned_utilization": "utilization of owned hardware",
    "power_fraction": "share of its rated power that an accelerator draws",
    "price_decline_per_year": "yearly decline of hardware prices",
    "pue": "PUE",
    "purchase_usd_per_accelerator": "purchase price of an accelerator",
    "serving_residual": "what the formula for serving leaves unexplained",
    "unknown_dimensions": "layers and cache of the model, which are not known",
    "unknown_load": "load below saturation, which was not measured",
    "unknown_network": "kind of network, which was not measured",
    "unknown_task": "kind of task, which was not measured",
    "usd_per_accelerator_hour": "price of an accelerator-hour",
    "wue_l_per_kwh": "on-site water use",
}
SAFE_IN_ADDRESS = "/:?#[]@!$&'()*+,;=%~"
UNIT_SUFFIX = re.compile(r"(_g_per_kwh|_l_per_kwh|_usd_per_kwh|_years|_tflops|_gb_s|_kg|_w|_l|_px|_b|_s)$")
WORKLOADS: Mapping[str, str] = {
    "llm": "a language model",
    "encoder": "an encoder",
    "vision": "a vision model",
    "diffusion": "a diffusion model",
    "recommender": "a recommender",
}
METHODS: Mapping[str, str] = {
    "pretraining": "Pre-training of {model}",
    "finetuning": "Fine-tuning of {model}",
    "lora": "LoRA fine-tuning of {model}",
    "qlora": "QLoRA fine-tuning of {model}",
    "prompt-tuning": "Prompt tuning of {model}",
    "probe": "Training of a probe on {model}",
}


def plain(text: str) -> str:
    """Text in one line, without characters that control how it is laid out."""
    spaced = " ".join(text.split())
    return "".join(one for one in spaced if not unicodedata.category(one).startswith("C"))


def web_address(url: str | None) -> str | None:
    """An address that ends where it should in Markdown and LaTeX; None where it is none of the web."""
    if url is None or not url.startswith(("http://", "https://")):
        return None
    return quote(plain(url), safe=SAFE_IN_ADDRESS)


def both(things: Sequence[str]) -> str:
    """Things in a row: ``a``, ``a and b``, ``a, b and c``."""
    *most, last = things or [""]
    return f"{', '.join(most)} and {last}" if most else last


def factor(name: str) -> str:
    """What a factor is called."""
    return FACTORS.get(name) or plain(UNIT_SUFFIX.sub("", name.rpartition(".")[2]).replace("_", " "))


def dimension(metric: str) -> str:
    """The dimension that a comparison's metric is shown in."""
    return "time_h" if metric == "hours" else metric


def model(request: Plain) -> str:
    """The model that a request is about."""
    if "model" in request:
        return plain(request["model"])
    kind = WORKLOADS.get(request.get("workload", ""), "a model")
    if "total_params_b" not in request:
        return kind
    size = f"{numbers.exact(request['total_params_b'])} billion parameters"
    active = request.get("active_params_b")
    return f"{kind} with {size}" + (f", {numbers.exact(active)} billion of them active" if active else "")


def hardware(request: Plain) -> str:
    """The machines that a request is about."""
    if "instance" in request:
        name, number, one = request["instance"], request.get("instances", 1), "instance"
    elif "cores" in request:
        name, number, one = request["accelerator"], request["cores"], "core"
    else:
        name, number, one = request["accelerator"], request.get("accelerators", 1), "accelerator"
    many = f"one {one}" if number == 1 else f"{numbers.exact(number)} {one}s"
    return f"{many} of type {plain(name)}"


def place(request: Plain, zone: str | None = None) -> str:
    """Where a request runs, with the zone of the grid where it says more."""
    region = plain(request.get("region", "world"))
    if region == "world":
        return "at an unspecified location (world averages)"
    named = zone.removeprefix("em:") if zone else region
    return f"in {region}" if named == region else f"in {region} (grid zone {plain(named)})"


def training(request: Plain) -> str:
    """A training run, as the subject of a sentence."""
    said = METHODS.get(request.get("method", ""), "Training of {model}").format(model=model(request))
    tokens = request.get("training_tokens_b")
    return said + (f" on {numbers.exact(tokens)} billion tokens" if tokens is not None else "")


def serving(request: Plain, number: float | None = None) -> str:
    """Requests to a model, as the subject of a sentence."""
    number = request.get("requests", 1.0) if number is None else number
    task = plain(request.get("task", "text"))
    what = "request" if task in ("text", "other") else f"{task} request"
    many = f"one {what}" if number == 1 else f"{numbers.exact(number)} {what}s"
    tokens = _tokens(request)
    return f"Serving {many} to {model(request)}" + (f" ({tokens})" if tokens else "")


def _tokens(request: Plain) -> str:
    said = [
        f"{numbers.exact(request[name])} {name.removesuffix('_tokens')}"
        for name in ("input_tokens", "output_tokens")
        if name in request
    ]
    return f"{both(said)} tokens each" if said else ""


def subject(kind: str, request: Plain) -> str:
    """A workload, as the subject of a sentence."""
    return training(request) if kind == "training" else serving(request)
