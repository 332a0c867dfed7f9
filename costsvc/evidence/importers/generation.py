"""Measured image and video generation, from ML.ENERGY."""

from pathlib import Path

import pandas as pd

from costsvc.evidence.importers.measured import ACCELERATORS, PRECISIONS, model_ids
from costsvc.evidence.importers.models_open import FACTS

V3 = "mlenergy-v3/diffusion.csv"
V2 = "mlenergy-v2/diffusion.csv"


def pictures(upstream: Path) -> pd.DataFrame:
    """Energy per image or video by steps, size, frames, batch and devices.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Rows of table ``generation_measurements`` without their key.
    """
    measured = pd.concat([_v3(upstream / V3), _v2(upstream / V2)], ignore_index=True)
    measured["model_id"] = model_ids(upstream, measured["upstream_model"])
    native = pd.read_csv(FACTS).set_index("model_id").loc[measured["model_id"]].reset_index()
    # the benchmark of 2024 gave no size, so each pipeline made its own
    sizes = {name: measured[name].fillna(native[f"native_{name}"]) for name in ("width_px", "height_px")}
    return measured.assign(**sizes)


def _v3(path: Path) -> pd.DataFrame:
    raw = pd.read_csv(path)
    return pd.DataFrame(
        {
            "upstream_model": raw["model_id"],
            "task": raw["task"],
            "accelerator_id": raw["gpu_model"].map(ACCELERATORS),
            "accelerators": raw["num_gpus"],
            "precision": raw["weight_precision"].map(PRECISIONS),
            "batch_size": raw["batch_size"],
            "steps": raw["inference_steps"],
            "width_px": raw["image_width"].fillna(raw["video_width"]),
            "height_px": raw["image_height"].fillna(raw["video_height"]),
            "frames": raw["num_frames"].fillna(1),
            "j_per_item": raw["energy_per_image_joules"].fillna(raw["energy_per_video_joules"]),
            "accelerator_power_w": raw["avg_power_watts"] / raw["num_gpus"],
            "latency_s": raw["batch_latency_s"],
            "software_year": 2026,
            "source_id": "mlenergy-v3",
            "locator": "diffusion.csv: " + _keys(raw, ["task", "model_id", "gpu_model", "num_gpus", "batch_size"]),
            "quality": "measured",
        }
    )


def _v2(path: Path) -> pd.DataFrame:
    raw = pd.read_csv(path)
    joules = raw["Energy/image (J)"].fillna(raw["Energy/video (J)"])
    return pd.DataFrame(
        {
            "upstream_model": raw["Model"],
            "task": raw["task"],
            "accelerator_id": raw["GPU"].map(ACCELERATORS),
            "accelerators": 1,
            "precision": "fp16",
            "batch_size": raw["Batch size"],
            "steps": raw["Denoising steps"],
            "frames": raw["Frames"].fillna(1),
            "j_per_item": joules,
            "accelerator_power_w": joules * raw["Batch size"] / raw["Batch latency (s)"],
            "latency_s": raw["Batch latency (s)"],
            "software_year": 2024,
            "source_id": "mlenergy-v2",
            "locator": "diffusion.csv: " + _keys(raw, ["task", "Model", "GPU", "config"]) + "; the pipeline's size",
            "quality": "measured",
        }
    )


def _keys(raw: pd.DataFrame, columns: list[str]) -> pd.Series:
    return raw[columns].astype(str).agg(" ".join, axis=1)
