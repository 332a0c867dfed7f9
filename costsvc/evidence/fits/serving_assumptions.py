"""Rows of table ``serving_fit`` that are assumed or taken from publications."""

from typing import NamedTuple

from costsvc.evidence.fits.serving_rows import ANY, CACHE_BYTES, WEIGHT_BYTES

CACHE_WIDTHS = {"bf16": 2.0, "fp16": 2.0, "fp32": 4.0, "tf32": 4.0, "fp8": 1.0, "int8": 1.0, "fp4": 0.5, "int4": 0.5}


class Row(NamedTuple):
    """One row of the table; its fields are the table's columns."""

    name: str
    scope: str
    value: float
    unit: str
    locator: str
    low: float | None = None
    high: float | None = None
    source_id: str = "serving-fit"
    quality: str = "derived"


def _assumed(name: str, scope: str, value: tuple[float, float, float], unit: str, why: str) -> Row:
    """A value with its interval that we assume."""
    middle, low, high = value
    return Row(name, scope, middle, unit, why, low, high, source_id="assumption", quality="assumed")


def _precise(precision: str, value: tuple[float, float, float]) -> Row:
    """What engines reach of the peak at a precision, over what they reach at 16 bits."""
    middle, low, high = value
    return Row("precision_efficiency", precision, middle, "1", GAIN, low, high)


def _tokens(name: str, task: str, value: tuple[float, float, float], why: str) -> Row:
    return _assumed(f"effective_{name}_tokens", task, value, "token", why)


ATTENTION_EFFICIENCY = 0.5
INDEX_SHARE = 0.2
GAIN = "serving_readings of batches from 32 on: saturated engines reach 0.42 to 0.69 of the peak in fp8, 0.4 in fp4"
CHAT = "prompt of the chat benchmark, as the fit finds it, rounded; a third to three times it"
ANSWER = "mean answers of the chat benchmarks are 350 to 900 tokens"
EAGER = "text and image classifiers one request at a time on one A100: 13 and 24 ms, 2.2 and 2.7 J of the chip"
BATCHED = "BERT-large and ResNet-50 in batches at 8 bits on eight H200, Offline: 0.4 and 0.29 of the peak"
NO_GAIN = "in measured serving, arithmetic on weights of 8 bits was no faster than on 16: the fit finds 0.9 to 1.0"

DROPPED = (
    "RTX 4090 +4 W (ollama 8591), 4060 Ti +5 (ollama 6710), 3060 +8 (llama.cpp 4598), 3090 up to +7 (club-3090 747); "
    "with some drivers +30 to +40 (llama.cpp 3717, speaches 72)"
)
CONTEXTS = (
    ("consumer", (8, 2, 40), DROPPED),
    ("workstation", (8, 2, 40), DROPPED),
    ("v100", (13, 6, 26), "27 W empty and 40 W loaded (ollama 8591); 53 to 66 W loaded (GLM-130B 32) of 41 W"),
)
"""Watts that a card draws above its idle ones while it holds a model, by segment or chip."""
SMALL_MACHINES = "range of 36 readings of 20 processors, most of them here: tests/published/processors.csv lists them"
PROCESSOR = (
    ("memory_multiplier", (0.51, 0.22, 0.89), "1"),
    ("arithmetic_multiplier", (1.2, 0.4, 3.5), "1"),
    ("overhead_multiplier", (3, 0.7, 13), "1"),
    ("base_power_share", (0.75, 0.55, 1), "1"),
    ("memory_power_share", (0.15, 0.1, 0.2), "1"),
    ("arithmetic_power_share", (0.2, 0.1, 0.3), "1"),
)
"""What holds on processors in place of what the fit finds on accelerators: cores turn while they wait for memory."""
POWER_RATIOS = (
    ("laptop", (1.4, 0.7, 2.4), "Ryzen AI 5 340 and AI Max+ 395: 51 and 140 W at the wall of 28 and 55 W"),
    ("desktop", (1.1, 0.6, 2.5), "Core 2 Quad Q8400 and N150: 143 and 26 W at the wall of 95 and 6 W"),
    ("board", (1, 0.6, 1.5), "Raspberry Pi 5 and Cix P1: 13 and 34 W at the wall"),
    ("cpu-server", (0.9, 0.6, 1.1), "AmpereOne A192-32X: 477 W at the wall of 400 W"),
)
"""The power limit that is set over the thermal design power, by machine."""
MEMORY_GB = (
    ("laptop", (32, 8, 96)),
    ("desktop", (32, 8, 128)),
    ("board", (8, 4, 32)),
    ("cpu-server", (256, 64, 1024)),
)
"""Memory of a socket, by machine."""

ASSUMED = (
    *(
        Row("weight_bytes", precision, width, "B", "width of the number format; 4 bits with a scale per 32 weights")
        for precision, width in WEIGHT_BYTES.items()
    ),
    Row("cache_bytes", ANY, CACHE_BYTES, "B", "keys and values at 16 bits"),
    *(
        Row("cache_bytes", precision, width, "B", "width of the number format")
        for precision, width in CACHE_WIDTHS.items()
    ),
    Row(
        "attention_efficiency",
        ANY,
        ATTENTION_EFFICIENCY,
        "1",
        "section 4.1: 0.50 to 0.73 of an A100's peak forward at 2k to 16k tokens, kernels alone; prompts lie below it",
        0.35,
        0.72,
        source_id="flash-attention-2",
        quality="reported",
    ),
    Row(
        "index_share",
        ANY,
        INDEX_SHARE,
        "1",
        "config.json of DeepSeek-V3.2: 64 heads of 128 in the index over 128 heads of 192 + 128",
        source_id="model-configs",
        quality="reported",
    ),
    Row("precision_efficiency", "moe-8bit", 0.5, "1", NO_GAIN),
    Row("precision_efficiency", "int8", 0.5, "1", NO_GAIN),
    Row("precision_efficiency", "int4", 0.25, "1", NO_GAIN),
    _precise("fp8", (0.8, 0.5, 1.05)),
    _precise("fp4", (0.6, 0.35, 0.8)),
    Row(
        "power_limit_exponent",
        ANY,
        0.25,
        "1",
        "RTX PRO 6000 from 600 to 400 and 300 W, batches of 1 and 32: 0.02 to 0.42",
        0.05,
        0.45,
        source_id="mmbt-2026",
    ),
    Row(
        "low_bit_efficiency",
        "int4",
        0.75,
        "1",
        "weights of 4 bits on serving_readings of a batch of 1: 1.3 of the time that their bytes ask for, 1.0 to 2.0",
        0.5,
        1.0,
    ),
    _assumed("usable_memory_share", ANY, (0.9, 0.85, 0.95), "1", "vLLM's default of gpu_memory_utilization"),
    _assumed("default_batch", ANY, (64, 18.6, 256), "1", "batches of the measurements, 0.29 to 4 times"),
    *(
        _assumed("default_batch", segment, (1.5, 1, 8), "1", "one person's machine: a request at a time, or a few")
        for segment in ("laptop", "desktop", "board", "cpu")
    ),
    *(
        _assumed("default_batch", segment, (5, 1, 32), "1", "between one person's machine and a server")
        for segment in ("consumer", "workstation")
    ),
    _assumed("software_factor", "other", (2, 0.7, 10), "1", "from the fastest named engine to the slowest"),
    _assumed("unknown_load", ANY, (1, 0.6, 1.7), "1", "replicas below saturation are in none of the tables"),
    Row(
        "open_context_w",
        ANY,
        38,
        "W",
        "arXiv:2605.23918, +26 to +50 W on HBM chips, 66 W on GDDR6; middle of the range",
        26,
        66,
        source_id="gpu-context-power",
        quality="reported",
    ),
    *(
        Row("open_context_w", scope, watts, "W", why, low, high, source_id="gpu-loaded-readings", quality="reported")
        for scope, (watts, low, high), why in CONTEXTS
    ),
    *(
        Row(name, "processor", value, unit, SMALL_MACHINES, low, high, source_id="geerling-ai-benchmarks")
        for name, (value, low, high), unit in PROCESSOR
    ),
    Row("memory_efficiency", "processor", 1, "1", "is in memory_multiplier; experts are read like other weights"),
    Row("low_bit_efficiency", "processor", 1, "1", "is in memory_multiplier: most of its readings are of 4 bits"),
    Row(
        "processor_slowness",
        ANY,
        1,
        "1",
        "readings of llama.cpp and Ollama, whose range is in memory_multiplier; between versions",
        0.8,
        1.25,
        source_id="geerling-ai-benchmarks",
    ),
    *(
        Row("processor_power_ratio", host, value, "1", why, low, high, source_id="geerling-ai-benchmarks")
        for host, (value, low, high), why in POWER_RATIOS
    ),
    *(_assumed("processor_memory_gb", host, gb, "GB", "as such machines are sold") for host, gb in MEMORY_GB),
    _tokens("input", "text", (350, 120, 1000), CHAT),
    _tokens("input", ANY, (350, 120, 1000), CHAT),
    _tokens("output", "text", (400, 150, 1500), ANSWER),
    _tokens("output", "reasoning", (6000, 1500, 15000), "mean answers of the reasoning benchmark"),
    _tokens("output", ANY, (400, 150, 1500), ANSWER),
    _tokens("input", "classification", (128, 32, 512), "a paragraph, or the patches of a picture"),
    _tokens("input", "embedding", (256, 64, 1024), "a passage"),
    _tokens("input", "other", (256, 64, 1024), "a passage, or the patches of a picture"),
    Row("forward_efficiency", ANY, 0.35, "1", BATCHED, 0.15, 0.6, "mlcommons-power"),
    Row("forward_overhead_s", ANY, 0.015, "s", EAGER, 0.006, 0.035, "luccioni-2024"),
    *(
        _assumed("forward_residual", task, (1, 0.4, 2.5), "1", "two reference points only")
        for task in ("classification", "embedding", "other", ANY)
    ),
    _assumed("default_steps", ANY, (30, 20, 50), "1", "steps of the measured pipelines"),
    _assumed("default_width_px", ANY, (1024, 512, 1536), "px", "sizes of the measured pipelines"),
    _assumed("default_height_px", ANY, (1024, 512, 1536), "px", "sizes of the measured pipelines"),
    _assumed("default_width_px", "video", (832, 512, 1280), "px", "sizes of the measured pipelines"),
    _assumed("default_height_px", "video", (480, 320, 768), "px", "sizes of the measured pipelines"),
    _assumed("default_frames", ANY, (81, 16, 129), "1", "frames of the measured pipelines"),
)
