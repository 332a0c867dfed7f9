"""Figures typed from datasheets agree with an independent table, but where the facts say that it has others."""

import pandas as pd
import pytest

from costsvc.evidence.importers.rows import facts

TOLERANCE = 0.02
UPSTREAM = {
    "tdp_w": ("TDP (W)", 1),
    "memory_gb": ("Memory (bytes)", 1e9),
    "memory_bandwidth_gb_s": ("Memory bandwidth (byte/s)", 1e9),
    "peak_fp32_tflops": ("FP32 (single precision) performance (FLOP/s)", 1e12),
    "peak_tf32_tflops": ("TF32 (TensorFloat-32) performance (FLOP/s)", 1e12),
    "peak_bf16_tflops": ("Tensor-FP16/BF16 performance (FLOP/s)", 1e12),
    "peak_fp16_tflops": ("Tensor-FP16/BF16 performance (FLOP/s)", 1e12),
    "peak_fp8_tflops": ("FP8 performance (FLOP/s)", 1e12),
    "peak_fp4_tflops": ("FP4 performance (FLOP/s)", 1e12),
    "peak_int8_tops": ("INT8 performance (OP/s)", 1e12),
}


@pytest.fixture(scope="module")
def both(sample):
    """Datasheet over upstream, for every figure that both have."""
    upstream = pd.read_csv(sample / "epoch-ml-hardware/ml_hardware.csv").set_index("Hardware name")
    typed = facts("accelerator_facts.csv").dropna(subset=["epoch_name"]).set_index("accelerator_id")
    theirs = upstream.loc[typed["epoch_name"]].set_index(typed.index)
    ratios = {ours: typed[ours] / (theirs[name] / unit) for ours, (name, unit) in UPSTREAM.items()}
    return pd.concat(ratios).dropna()


def test_datasheets_and_upstream_differ_where_upstream_is_known_to_be_wrong_and_nowhere_else(both):
    off = both[(both - 1).abs() > TOLERANCE]
    found = {id_: set(rows.index.get_level_values(0)) for id_, rows in off.groupby(level=1)}
    said = facts("accelerator_facts.csv").dropna(subset=["epoch_apart"]).set_index("accelerator_id")["epoch_apart"]
    assert found == {id_: set(columns.split(";")) for id_, columns in said.items()}


def test_no_row_is_cited_to_upstream_whose_figures_differ_from_it(both, table):
    off = set(both[(both - 1).abs() > TOLERANCE].index.get_level_values(1))
    rows = table("accelerators").set_index("accelerator_id")
    assert not set(rows.index[rows["source_id"] == "epoch-ml-hardware"]) & off
    assert rows.loc["nvidia-a10g", "locator"].endswith("differs in tdp_w")


def test_most_figures_have_a_second_opinion(both):
    assert len(both) > 500
