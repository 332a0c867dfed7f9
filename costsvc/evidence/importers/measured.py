"""What the builders of measurement tables share: names, ids."""

from pathlib import Path

import pandas as pd

from costsvc.errors import TableError
from costsvc.evidence.importers.models_open import open_models

ACCELERATORS = {
    "A40": "nvidia-a40",
    "A100": "nvidia-a100-sxm4-40gb",
    "B200": "nvidia-b200",
    "H100": "nvidia-h100-sxm5-80gb",
    "NVIDIA A100-SXM4-40GB": "nvidia-a100-sxm4-40gb",
    "NVIDIA H100 80GB HBM3": "nvidia-h100-sxm5-80gb",
    "V100": "nvidia-v100-sxm2-16gb",
}
PRECISIONS = {"bfloat16": "bf16", "fp8": "fp8", "mxfp4": "fp4"}


def model_ids(upstream: Path, names: pd.Series) -> pd.Series:
    """The ids of models as a benchmark names them.

    Args:
        upstream: Folder with the upstream files.
        names: Names with the organisation before a slash.

    Raises:
        TableError: If a measured model has no row in table ``models``.
    """
    models = open_models(upstream)
    known = {
        name.lower(): model_id
        for model_id, listed in zip(models["model_id"], models["names"], strict=True)
        for name in listed.split(";")
    }
    if missing := sorted(set(names.str.lower()) - set(known)):
        raise TableError(f"models has no row for measured {missing}")
    return names.str.lower().map(known)


def identified(measured: pd.DataFrame) -> pd.DataFrame:
    """Rows with a key made of what was measured; equal configurations are numbered."""
    parts = measured[["source_id", "task", "model_id", "accelerator_id", "accelerators", "precision"]].astype(str)
    batch = "b" + measured["batch_size"].round().astype(int).astype(str)
    key = parts.agg(":".join, axis=1) + ":" + batch
    repeat = measured.groupby(key).cumcount()
    return measured.assign(measurement_id=key + repeat.map(lambda nth: f":{nth + 1}" if nth else ""))
