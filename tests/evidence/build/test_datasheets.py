"""Figures typed from datasheets agree with an independent table, but where that table is known to be wrong."""

import pandas as pd
import pytest

from costsvc.evidence.build.rows import facts

TOLERANCE = 0.055
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
APART = {
    "amd-mi300a": {"tdp_w"},  # 550 W by default, 760 W at most
    "amd-mi308x": {"memory_bandwidth_gb_s"},
    "amd-mi355x": {"peak_fp8_tflops", "peak_fp4_tflops"},  # upstream has those of MI350X
    "amd-rx-7900-xtx": {"tdp_w"},
    "aws-trainium1": {"peak_int8_tops"},
    "google-tpu-v2": {"memory_bandwidth_gb_s"},
    "habana-gaudi1": {"tdp_w"},  # HL-205 against HL-200
    "huawei-ascend-910a": {"memory_bandwidth_gb_s"},
    "huawei-ascend-910b": {"memory_gb", "memory_bandwidth_gb_s"},  # 910B1 to B3 against 910B4
    "meta-mtia-v2": {"memory_gb", "memory_bandwidth_gb_s"},  # memory on the card against that on the chip
    "nvidia-a100-pcie-40gb": {"tdp_w", "memory_bandwidth_gb_s"},  # upstream has those of the 80 GB card
    "nvidia-a10g": {"tdp_w"},
    "nvidia-a800-pcie-80gb": {"tdp_w"},
    "nvidia-b200": {"peak_fp32_tflops"},
    "nvidia-gb200": {"peak_fp32_tflops"},
    "nvidia-gh200": {"tdp_w", "memory_bandwidth_gb_s"},  # with its processor; 96 GB against 144 GB
    "nvidia-k80": {"memory_bandwidth_gb_s", "peak_fp32_tflops"},  # the board against one of its two GPUs
    "nvidia-p40": {"memory_bandwidth_gb_s"},
    "nvidia-rtx-2080-ti": {"peak_fp16_tflops"},  # accumulation in fp32
    "nvidia-rtx-3090-ti": {"peak_bf16_tflops", "peak_fp16_tflops"},  # accumulation in fp32
    "nvidia-rtx-4070": {"tdp_w"},
    "nvidia-rtx-4090": {"peak_bf16_tflops", "peak_fp16_tflops"},  # accumulation in fp32
    "nvidia-v100-sxm3-32gb": {"tdp_w"},
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
    assert found == APART


def test_most_figures_have_a_second_opinion(both):
    assert len(both) > 500
