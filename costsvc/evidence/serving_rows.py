"""Measured serving and generation as the formulas take them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

from costsvc.model.architecture import ServedModel
from costsvc.model.serving import ServingChip
from costsvc.resolve.text import DIMENSIONS
from costsvc.units import Array

ANY = "*"
CACHE_BYTES = 2.0
FOUR_BITS = 4.25 / 8
"""Four bits and, for each group of 32 weights, a scale of eight."""
WEIGHT_BYTES = {
    "fp32": 4.0,
    "tf32": 4.0,
    "bf16": 2.0,
    "fp16": 2.0,
    "fp8": 1.0,
    "int8": 1.0,
    "fp4": FOUR_BITS,
    "int4": FOUR_BITS,
}
SIZES = ("total_params_b", "active_params_b")
CHIP = ("tdp_w", "memory_bandwidth_gb_s", "peak_tflops")


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """Measurements with the model and chip of each; without slots, to keep its arrays.

    Attributes:
        frame: The rows, joined with models and accelerators. The columns ``task``, ``family``,
            ``kind`` and ``year`` are the scopes in which constants are sought.
    """

    frame: pd.DataFrame

    def where(self, chosen: "pd.Series[bool]") -> Self:
        """The rows for which a condition holds."""
        return type(self)(frame=self.frame[chosen])

    @cached_property
    def _columns(self) -> dict[str, Array]:
        numeric = self.frame.select_dtypes("number")
        return {str(name): numeric[name].to_numpy(float) for name in numeric.columns}

    def column(self, name: str) -> Array:
        """A column as numbers."""
        return self._columns[name]

    def numbers(self, names: Sequence[str]) -> dict[str, Array]:
        """Columns as numbers, by name."""
        return {name: self.column(name) for name in names}

    @cached_property
    def model(self) -> ServedModel:
        """Shapes of the models."""
        return ServedModel(**self.numbers((*SIZES, *DIMENSIONS)))

    @cached_property
    def chip(self) -> ServingChip:
        """Figures of the chips, arithmetic at 16 bits."""
        return ServingChip(**self.numbers(CHIP), attention_tflops=self.column("peak_tflops"))


def text_rows(folder: Path) -> Measured:
    """Measured text generation.

    Args:
        folder: The data package.

    Returns:
        The rows.
    """
    frame = _joined(folder, "inference_measurements")
    dense = frame["active_params_b"] >= frame["total_params_b"]
    width = frame["precision"].map(WEIGHT_BYTES)
    kind = np.select([dense, width == 1], ["dense", "moe-8bit"], "moe-16bit")
    # a window or an index that does not exist is empty in the table
    missing = {name: frame[name].fillna(0) for name in ("window_tokens", "picked_tokens")}
    return Measured(frame=frame.assign(kind=kind, weight_bytes=width, **missing))


def picture_rows(folder: Path) -> Measured:
    """Measured image and video generation; ``task`` is ``image`` or ``video``.

    Args:
        folder: The data package.

    Returns:
        The rows.
    """
    frame = _joined(folder, "generation_measurements")
    return Measured(frame=frame.assign(kind="picture", task=frame["task"].str.rsplit("-", n=1).str[-1]))


def _joined(folder: Path, measurements: str) -> pd.DataFrame:
    rows = pd.read_csv(folder / f"{measurements}.csv")
    models = pd.read_csv(folder / "models.csv").drop(columns=["source_id", "locator", "quality", "name"])
    chips = pd.read_csv(folder / "accelerators.csv").set_index("accelerator_id")
    chips["peak_tflops"] = chips["peak_bf16_tflops"].fillna(chips["peak_fp16_tflops"])
    wanted = chips[["family", *CHIP]]
    frame = rows.merge(models, on="model_id").merge(wanted, left_on="accelerator_id", right_index=True)
    return frame.assign(year=frame["software_year"].astype(str)).reset_index(drop=True)
