"""Phrases for models, machines, places and factors."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from costsvc.answers.estimate import Estimate
from costsvc.answers.quantities import PlacementMetric
from costsvc.answers.schedule import ScheduleAnswer
from costsvc.report import numbers
from costsvc.report.answers import Request
from costsvc.report.labels import COMPARED

METRICS: Mapping[PlacementMetric, str] = {
    field: metric.noun.replace("CO2e", "CO₂e") for field, metric in COMPARED.items()
}
"""The nouns of the metrics, typeset."""
FACTORS: Mapping[str, str] = {
    "accelerator_hours": "accelerator-hours",
    "accelerator_idle_w": "idle power of the accelerator",
    "accelerator_peak_tflops": "the accelerator's peak throughput",
    "accelerator_power_w": "accelerator power",
    "accelerator_tdp_w": "rated accelerator power",
    "active_params_b": "active parameters",
    "age_years": "age of the owned hardware",
    "arithmetic_multiplier": "time of arithmetic over its bound",
    "arithmetic_power_share": "power share of arithmetic",
    "attention_efficiency": "efficiency of attention",
    "base_power_share": "power share at any load",
    "batch_size": "batch size",
    "cache_bytes": "bytes per value of the cache",
    "cfe_share": "the provider's carbon-free share",
    "contract_g_per_kwh": "intensity of contracted electricity",
    "contract_share": "share under contract",
    "cores_per_socket": "cores of a processor",
    "development_share": "development runs",
    "electricity_usd_per_kwh": "price of electricity",
    "embodied_accelerator_kg": "the embodied carbon of an accelerator",
    "embodied_service_life_years": "service life of the hardware",
    "engine_slowness": "slowness of the serving software",
    "failed_share": "failed runs",
    "flop_per_cycle": "operations per clock cycle",
    "flop_per_param_token": "operations per parameter and token",
    "forward_efficiency": "efficiency of a forward pass",
    "forward_overhead_s": "fixed time of a forward pass",
    "forward_residual": "the residual of the formula for small tasks",
    "generation_residual": "the residual of the formula for image generation",
    "grid_carbon_free_share": "carbon-free share of the grid",
    "grid_g_per_kwh": "carbon intensity of the grid",
    "grid_marginal_g_per_kwh": "marginal intensity of the grid",
    "grid_water_l_per_kwh": "water intensity of the electricity",
    "hardware_utilization": "utilization of the hardware over its life",
    "host_base_w": "base power of the host",
    "host_embodied_kg": "the embodied carbon of the host",
    "host_fabric_w": "power of the network between hosts",
    "host_overhead_share": "overhead of the host",
    "host_share": "share of the host",
    "input_tokens": "prompt tokens",
    "it_power_w": "server power",
    "longest_run_days": "longest run assumed",
    "low_bit_efficiency": "efficiency at low precision",
    "measured_power_ratio": "measured over modelled power",
    "measured_slowness": "measured over modelled serving time",
    "memory_bandwidth_gb_s": "memory bandwidth",
    "memory_gb": "memory",
    "memory_multiplier": "time of memory traffic over its bound",
    "memory_power_share": "power share of memory traffic",
    "mfu": "model FLOP utilization",
    "open_context_w": "power of an open context",
    "output_tokens": "output tokens",
    "overhead_multiplier": "fixed time of a step over its base",
    "owned_utilization": "utilization of owned hardware",
    "power_fraction": "accelerator power as a share of its rating",
    "price_decline_per_year": "yearly decline of hardware prices",
    "price_index_ratio": "prices since the year of the source",
    "processor_power_ratio": "measured over modelled power of the processor",
    "processor_slowness": "measured over modelled time of the processor",
    "pue": "PUE",
    "purchase_usd_per_accelerator": "purchase price of an accelerator",
    "requests_per_s": "requests per second",
    "residual_g_per_kwh": "intensity of the residual mix",
    "retrainings": "retrainings",
    "serving_residual": "the residual of the serving formula",
    "social_cost_usd_per_t": "social cost of carbon",
    "steps": "denoising steps",
    "total_params_b": "parameters",
    "training_flop": "operations of the run",
    "training_tokens_b": "training tokens",
    "unit_usd": "list price per unit",
    "unknown_dimensions": "unknown layers and cache of the model",
    "unknown_load": "load below saturation, without measurements",
    "unknown_network": "kind of network, without measurements",
    "unknown_task": "kind of task, without measurements",
    "usd_per_accelerator_hour": "price of an accelerator-hour",
    "weight_bytes": "bytes per weight",
    "wue_l_per_kwh": "on-site water use",
}
SAFE_IN_URL = "/:?#[]@!$&'()*+,;=%~"
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


def one_line(text: str) -> str:
    """Text in one line, without control and format characters."""
    spaced = " ".join(text.split())
    return "".join(character for character in spaced if not unicodedata.category(character).startswith("C"))


def safe_url(url: str | None) -> str | None:
    """A URL of the web, quoted for Markdown and LaTeX; None for anything else."""
    if url is None or not url.startswith(("http://", "https://")):
        return None
    return quote(one_line(url), safe=SAFE_IN_URL)


def enumeration(items: Sequence[str]) -> str:
    """Items as a phrase: ``a``, ``a and b``, ``a, b and c``."""
    *most, last = items or [""]
    return f"{', '.join(most)} and {last}" if most else last


def plural(number: float, noun: str) -> str:
    """A count with its noun: ``1 task``, ``1,000 tasks``."""
    return f"{numbers.exact(number)} {noun}{'' if number == 1 else 's'}"


def one_or_more(number: float, noun: str) -> str:
    """A count with its noun, and ``one`` in place of 1."""
    return f"one {noun}" if number == 1 else plural(number, noun)


def because(reason: str) -> str:
    """A reason as a clause; empty if there is none."""
    return f", as {reason}" if reason else ""


def factor(name: str) -> str:
    """A factor by its name."""
    return FACTORS.get(name) or one_line(UNIT_SUFFIX.sub("", name.rpartition(".")[2]).replace("_", " "))


def model(request: Request) -> str:
    """The model of a request."""
    if "model" in request:
        return one_line(request["model"])
    kind = WORKLOADS.get(request.get("workload", ""), "a model")
    if "total_params_b" not in request:
        return kind
    size = f"{numbers.exact(request['total_params_b'])} billion parameters"
    active = request.get("active_params_b")
    return f"{kind} with {size}" + (f", {numbers.exact(active)} billion of them active" if active else "")


def hardware(request: Request) -> str:
    """The machines of a request, or who runs them."""
    if "provider" in request:
        processing = request.get("processing", "standard")
        kind = "" if processing == "standard" else f" ({one_line(processing)} processing)"
        return f"the machines of {one_line(request['provider'])}{kind}"
    if "energy_kwh" in request or "it_energy_kwh" in request:
        return "machines whose energy was measured"
    if "instance" in request:
        name, number, noun = request["instance"], request.get("instances", 1.0), "instance"
    elif "cores" in request:
        name, number, noun = request["accelerator"], request["cores"], "core"
    elif "accelerators" in request:
        name, number, noun = request["accelerator"], request["accelerators"], "accelerator"
    else:
        return f"accelerators of type {one_line(request['accelerator'])}"
    return f"{one_or_more(number, noun)} of type {one_line(name)}"


def place(request: Request, zone: str | None = None) -> str:
    """The region of a request, with the grid zone if that differs."""
    region = one_line(request.get("region", "world"))
    if region == "world":
        return "at an unspecified location (world averages)"
    grid = one_line(zone.removeprefix("em:")) if zone else ""
    return f"in {region}" if grid in region else f"in {region} (grid zone {grid})"


def place_of(answer: Estimate | ScheduleAnswer, request: Request) -> str:
    """The region of an answer, with the grid zone unless the region is one.

    Args:
        answer: The answer.
        request: Its request, with names in place of ids.
    """
    where = answer["place"]
    return place(request, None if where["zone"] == where["region"] else where["zone"])


def training(request: Request) -> str:
    """A training run, as the subject of a sentence."""
    subject = METHODS.get(request.get("method", ""), "Training of {model}").format(model=model(request))
    tokens = request.get("training_tokens_b")
    return subject + (f" on {numbers.exact(tokens)} billion tokens" if tokens is not None else "")


def serving(request: Request) -> str:
    """Requests to a model, as the subject of a sentence."""
    task = one_line(request.get("task", "text"))
    noun = "request" if task in ("text", "other") else f"{task} request"
    tokens = _tokens(request)
    return (
        f"Serving {one_or_more(request.get('requests', 1.0), noun)} to {model(request)}"
        f"{f' ({tokens})' if tokens else ''}"
    )


def _tokens(request: Request) -> str:
    tokens = {"input": request.get("input_tokens"), "output": request.get("output_tokens")}
    counts = [f"{numbers.exact(number)} {name}" for name, number in tokens.items() if number is not None]
    return f"{enumeration(counts)} tokens each" if counts else ""


def workload(kind: str, request: Request) -> str:
    """A workload, as the subject of a sentence."""
    return training(request) if kind == "training" else serving(request)


def inside_sentence(sentence: str) -> str:
    """The beginning of a sentence inside another one; names such as LoRA keep their capitals."""
    is_name = sentence[1].isupper() or sentence.startswith("LoRA")
    return sentence if is_name else sentence[0].lower() + sentence[1:]
