"""Measured image and video generation, from ML.ENERGY."""

from pathlib import Path

import pandas as pd

from costsvc.evidence.build.measured import ACCELERATORS, PRECISIONS, model_ids

V3 = "mlenergy-v3/diffusion.csv"
V2 = "mlenergy-v2/diffusion.csv"
SIZES_V2 = {
    "ali-vilab/i2vgen-xl": (1280, 704),
    "ali-vilab/text-to-video-ms-1.7b": (256, 256),
    "kandinsky-community/kandinsky-2-2-decoder": (512, 512),
    "kandinsky-community/kandinsky-3": (1024, 1024),
    "segmind/SSD-1B": (1024, 1024),
    "stabilityai/sdxl-turbo": (512, 512),
    "stabilityai/stable-diffusion-2-1": (768, 768),
    "stabilityai/stable-diffusion-xl-base-1.0": (1024, 1024),
    "stabilityai/stable-video-diffusion-img2vid": (1024, 576),
    "stabilityai/stable-video-diffusion-img2vid-xt": (1024, 576),
}
"""Width and height that a pipeline generates where none is given; the benchmark gave none."""


def pictures(upstream: Path) -> pd.DataFrame:
    """Energy per image or video by steps, size, frames, batch and devices.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Rows of table ``generation_measurements`` without their key.
    """
    measured = pd.concat([_v3(upstream / V3), _v2(upstream / V2)], ignore_index=True)
    measured["model_id"] = model_ids(upstream, measured["upstream_model"])
    return measured


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
            "width_px": [SIZES_V2[name][0] for name in raw["Model"]],
            "height_px": [SIZES_V2[name][1] for name in raw["Model"]],
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
