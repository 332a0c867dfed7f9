"""Tables ``inference_measurements`` and ``generation_measurements``, from ML.ENERGY."""

from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.importers.generation import pictures
from costsvc.evidence.importers.measured import ACCELERATORS, PRECISIONS, identified, model_ids

V3 = "mlenergy-v3/llm.csv"
V2 = {"llm": "mlenergy-v2/llm_text_generation.csv", "mllm": "mlenergy-v2/mllm_text_generation.csv"}
V1 = "mlenergy-v2/legacy_2023_A40_A100_V100.csv"
TASKS_V3 = {
    "gpqa": "reasoning",
    "image-chat": "image-chat",
    "lm-arena-chat": "chat",
    "sourcegraph-fim": "code-completion",
    "video-chat": "video-chat",
}
TASKS_V2 = {("llm", "chat"): "chat", ("llm", "code"): "code-generation", ("mllm", "chat"): "image-chat"}


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build both tables.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    text = [_v3(upstream / V3), *(_v2(upstream / path, kind) for kind, path in V2.items()), _v1(upstream / V1)]
    measured = pd.concat(text, ignore_index=True)
    measured["model_id"] = model_ids(upstream, measured["upstream_model"])
    return {"inference_measurements": identified(measured), "generation_measurements": identified(pictures(upstream))}


def _v3(path: Path) -> pd.DataFrame:
    raw = pd.read_csv(path)
    return pd.DataFrame(
        {
            "upstream_model": raw["model_id"],
            "task": raw["task"].map(TASKS_V3),
            "accelerator_id": raw["gpu_model"].map(ACCELERATORS),
            "accelerators": raw["num_gpus"],
            "tensor_parallel": raw["tensor_parallel"],
            "data_parallel": raw["data_parallel"],
            "expert_parallel": raw["expert_parallel"],
            "precision": raw["weight_precision"].map(PRECISIONS),
            "batch_size": raw["avg_batch_size"],
            "mean_output_tokens": raw["avg_output_len"],
            "j_per_output_token": raw["energy_per_token_joules"],
            "accelerator_power_w": raw["avg_power_watts"] / raw["num_gpus"],
            "tokens_per_s": raw["output_throughput_tokens_per_sec"],
            "itl_ms": raw["median_itl_ms"],
            "software_year": 2026,
            "source_id": "mlenergy-v3",
            "locator": _locator(V3, raw, ["task", "model_id", "gpu_model", "num_gpus", "max_num_seqs"]),
            "quality": "measured",
        }
    )


def _v2(path: Path, kind: str) -> pd.DataFrame:
    raw = pd.read_csv(path)
    devices = raw["TP"] * raw["PP"]
    j_per_token = raw["Energy/req (J)"] / raw["Avg Output Tokens"]
    return pd.DataFrame(
        {
            "upstream_model": raw["Model"],
            "task": [TASKS_V2[kind, task] for task in raw["task"]],
            "accelerator_id": raw["GPU"].map(ACCELERATORS),
            "accelerators": devices,
            "tensor_parallel": raw["TP"],
            "data_parallel": 1,
            "expert_parallel": 1,
            # 405 B parameters at 16 bits would not fit into eight H100
            "precision": np.where(raw["Model"].str.contains("405B"), "fp8", "bf16"),
            "batch_size": raw["Avg BS (reqs)"],
            "mean_output_tokens": raw["Avg Output Tokens"],
            "j_per_output_token": j_per_token,
            "accelerator_power_w": j_per_token * raw["Token tput (tok/s)"] / devices,
            "tokens_per_s": raw["Token tput (tok/s)"],
            "itl_ms": raw["Avg TPOT (s)"] * 1e3,
            "software_year": 2024,
            "source_id": "mlenergy-v2",
            "locator": _locator(f"{kind}_text_generation", raw, ["task", "Model", "GPU", "config"]),
            "quality": "measured",
        }
    )


def _v1(path: Path) -> pd.DataFrame:
    """The leaderboard of 2023: one request at a time, eager PyTorch."""
    raw = pd.read_csv(path)
    return pd.DataFrame(
        {
            "upstream_model": raw["model"],
            "task": "chat",
            "accelerator_id": raw["gpu"].map(ACCELERATORS),
            "accelerators": 1,
            "tensor_parallel": 1,
            "data_parallel": 1,
            "expert_parallel": 1,
            "precision": "fp16",
            "batch_size": 1.0,
            "mean_output_tokens": raw["response_length"],
            "j_per_output_token": raw["energy"] / raw["response_length"],
            "accelerator_power_w": raw["energy"] / raw["latency"],
            "tokens_per_s": raw["throughput"],
            "itl_ms": raw["latency"] / raw["response_length"] * 1e3,
            "software_year": 2023,
            "source_id": "mlenergy-v2",
            "locator": _locator("legacy 2023", raw, ["gpu", "task", "model"]),
            "quality": "measured",
        }
    )


def _locator(file: str, raw: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Where a row stands upstream: the file and the columns that single it out."""
    keys = raw[columns].astype(str).agg(" ".join, axis=1)
    return file.rsplit("/", maxsplit=1)[-1] + ": " + keys
