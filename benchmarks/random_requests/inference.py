"""Draw requests to models."""

from typing import Any

from benchmarks.random_requests.draw import Draw
from benchmarks.random_requests.machines import PRECISIONS, accelerator, subject
from benchmarks.random_requests.names import Names
from benchmarks.random_requests.sites import site

TEXT = ("text", "chat", "reasoning", "code-generation", "code-completion", "image-chat", "video-chat")
SMALL = ("classification", "embedding", "other")
ENGINES = ("vllm", "tensorrt-llm", "sglang", "llama.cpp", "transformers", "other")
LAYOUTS = ("tensor", "pipeline", "layer-split")


def inference(draw: Draw, names: Names) -> dict[str, Any]:
    """Requests to a model on a machine: text, pictures or a small task."""
    kind = draw.weighted({"text": 72, "picture": 18, "small": 10})
    work = {"text": _text, "picture": _picture, "small": _small}[kind]
    some = draw.fields(
        {
            "accelerators": (0.4, lambda: 2 ** draw.randint(0, 4)),
            "requests": (0.5, lambda: draw.size(1, 1e9)),
            "precision": (0.3, lambda: draw.choice(PRECISIONS)),
            "software_year": (0.15, lambda: draw.randint(2022, 2027)),
        }
    )
    return {"accelerator": accelerator(draw, names), **some, **work(draw, names), **site(draw, names)}


def _text(draw: Draw, names: Names) -> dict[str, Any]:
    named = names.measured_models if draw.is_in(0.5) else names.models
    load = draw.weighted({"batch": 40, "rate": 20, "share": 15, "none": 25})
    return {
        **subject(draw, named, 400),
        **draw.fields({"task": (0.4, lambda: draw.choice(TEXT))}),
        **_tokens(draw),
        **_load(draw, load),
        **({} if load == "rate" else _measured(draw)),
        **_software(draw),
    }


def _load(draw: Draw, kind: str) -> dict[str, Any]:
    """The batch: as batch_size, by a rate, by a share of the memory, or not given."""
    loads: dict[str, dict[str, Any]] = {
        "batch": {"batch_size": draw.count(1, 512)},
        "rate": {"requests_per_s": draw.size(0.001, 50)},
        "share": {"concurrency_share": draw.between(0.01, 1)},
        "none": {},
    }
    return loads[kind]


def _tokens(draw: Draw) -> dict[str, Any]:
    tokens = draw.fields(
        {
            "input_tokens": (0.85, lambda: draw.count(1, 100_000)),
            "output_tokens": (0.9, lambda: draw.count(1, 8000)),
        }
    )
    if "input_tokens" in tokens and draw.is_in(0.2):
        tokens["cached_input_tokens"] = draw.randint(0, tokens["input_tokens"])
    return tokens


def _measured(draw: Draw) -> dict[str, Any]:
    """Measurements or a power limit; mostly neither."""
    kind = draw.weighted({"none": 70, "speed": 8, "energy": 6, "both": 3, "power": 6, "limit": 7})
    speed = {"throughput_tokens_per_s": draw.size(5, 20_000)}
    energy = {"accelerator_energy_j_per_output_token": draw.size(0.05, 50)}
    kinds: dict[str, dict[str, Any]] = {
        "none": {},
        "speed": speed,
        "energy": energy,
        "both": {**speed, **energy},
        "power": {"accelerator_power_w": draw.between(50, 700)},
        "limit": {"accelerator_power_limit_w": draw.between(80, 700)},
    }
    return kinds[kind]


def _software(draw: Draw) -> dict[str, Any]:
    return draw.fields(
        {
            "engine": (0.3, lambda: draw.choice(ENGINES)),
            "cache_precision": (0.15, lambda: draw.choice(PRECISIONS)),
            "layout": (0.15, lambda: draw.choice(LAYOUTS)),
            "speculative": (0.12, lambda: _speculative(draw)),
        }
    )


def _speculative(draw: Draw) -> dict[str, Any]:
    proposed = draw.between(1, 8)
    size = draw.fields({"draft_params_b": (0.5, lambda: draw.size(0.1, 3))})
    return {"accepted_per_step": draw.between(0, proposed), "proposed_per_step": proposed, **size}


def _picture(draw: Draw, names: Names) -> dict[str, Any]:
    video = draw.is_in(0.4)
    frames = {"frames": (0.6, lambda: draw.randint(8, 160))} if video else {}
    return {
        "task": "video" if video else "image",
        **subject(draw, names.video_models if video else names.image_models, 15),
        **draw.fields(
            {
                "steps": (0.6, lambda: draw.randint(1, 80)),
                "width_px": (0.5, lambda: 64 * draw.randint(4, 24)),
                "height_px": (0.5, lambda: 64 * draw.randint(4, 24)),
                "batch_size": (0.5, lambda: draw.count(1, 32)),
                "accelerator_power_w": (0.08, lambda: draw.between(50, 700)),
                **frames,
            }
        ),
    }


def _small(draw: Draw, names: Names) -> dict[str, Any]:
    return {
        "task": draw.choice(SMALL),
        **subject(draw, names.models, 10),
        **draw.fields(
            {
                "input_tokens": (0.9, lambda: draw.count(1, 8000)),
                "output_tokens": (0.2, lambda: 0),
                "batch_size": (0.5, lambda: draw.count(1, 256)),
                "accelerator_power_w": (0.08, lambda: draw.between(50, 700)),
            }
        ),
    }
