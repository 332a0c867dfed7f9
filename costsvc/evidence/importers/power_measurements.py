"""Measured power of chips and of whole servers in training, per accelerator."""

from pathlib import Path

import pandas as pd

FACTS = Path(__file__).with_name("power_facts.csv")
"""Readings that stand in publications; the file is kept by hand."""

MLPERF = "mlperf-power/training_v4.0_v4.1_v5.0_power.csv"
MLPERF_WORKLOADS = {
    "bert": ("encoder", 0.34),
    "llama2_70b_lora": ("llm", 70.0),
    "resnet": ("vision", 0.0256),
    "ssd": ("vision", 0.038),
    "retinanet": ("vision", 0.038),
    "unet3d": ("vision", 0.019),
    "dlrm_dcnv2": ("recommender", 3.5),
}
MLPERF_CHIPS = {"H100 SXM 80GB": "nvidia-h100-sxm5-80gb", "B200 180GB": "nvidia-b200"}
MLPERF_HOSTS = {
    "1xSMC-H100-SXM-80GB": "smc-h100",
    "8xSMC-H100-SXM-80GB": "smc-h100-8-nodes",
    "9xSMC-H100-SXM-80GB": "smc-h100-9-nodes",
    "8xXE9680x8H100-SXM-80GB-POWER": "dell-h100",
    "SR780aV3-8xB200_SXM_180GB": "lenovo-sr780a",
}
BEHIND_SUPPLY = "smc-dc-power"
"""This submitter's readings are direct current, behind the power supply."""

ZEUS = "zeus-nsdi23/summary_power_{}.csv"
ZEUS_CHIPS = {
    "a40": "nvidia-a40",
    "p100": "nvidia-p100-pcie-16gb",
    "rtx6000": "nvidia-quadro-rtx-6000",
    "v100": "nvidia-v100-pcie-16gb",
}
ZEUS_NETWORKS = {
    "bert_base_uncased": ("encoder", 0.11),
    "deepspeech2": ("other", None),
    "ncf": ("recommender", 0.001),
    "resnet50": ("vision", 0.0256),
    "shufflenetv2": ("vision", 0.0023),
}


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Gather the readings.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Table ``power_measurements``.
    """
    facts = pd.read_csv(FACTS)
    frame = pd.concat([facts, _mlperf(upstream / MLPERF), *_zeus(upstream)], ignore_index=True)
    return {"power_measurements": frame.assign(quality="measured")}


def _mlperf(path: Path) -> pd.DataFrame:
    """Mean wall power of whole servers while the benchmarks ran."""
    logs = pd.read_csv(path)
    logs = logs[logs["submitter"].ne(BEHIND_SUPPLY)]
    run = logs["round"] + ": " + logs["submitter"] + " " + logs["system"] + " " + logs["benchmark"]
    return pd.DataFrame(
        {
            "measurement_id": "mlperf-" + logs["round"] + "-" + logs["system"].str.lower() + "-" + logs["benchmark"],
            "boundary": "server",
            "kind": "benchmark",
            "workload": [MLPERF_WORKLOADS[name][0] for name in logs["benchmark"]],
            "model": logs["benchmark"],
            "params_b": [MLPERF_WORKLOADS[name][1] for name in logs["benchmark"]],
            "accelerator": logs["gpu_model"].map(MLPERF_CHIPS),
            "accelerators": logs["nodes"] * logs["gpus_per_node"],
            "power_w": logs["mean_node_power_w"] / logs["gpus_per_node"],
            "host": logs["system"].map(MLPERF_HOSTS),
            "source_id": "mlcommons-power",
            "locator": "training " + run,
        }
    )


def _zeus(upstream: Path) -> list[pd.DataFrame]:
    """Mean power of one card at its full power limit, at the batch that trains fastest."""
    frames = []
    for card, accelerator in ZEUS_CHIPS.items():
        path = upstream / ZEUS.format(card)
        sweep = pd.read_csv(path)
        full = sweep[sweep["power_limit"] == sweep["power_limit"].max()]
        runs = full.groupby(["dataset", "network", "batch_size"], as_index=False)[
            ["time_per_epoch", "average_power"]
        ].mean()
        best = runs.loc[runs.groupby(["dataset", "network"])["time_per_epoch"].idxmin()]
        frames.append(_of_sweep(best, accelerator, path.name))
    return frames


def _of_sweep(best: pd.DataFrame, accelerator: str, file: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "measurement_id": "zeus-" + accelerator + "-" + best["dataset"] + "-" + best["network"],
            "boundary": "chip",
            "kind": "benchmark",
            "workload": [ZEUS_NETWORKS[name][0] for name in best["network"]],
            "model": best["network"],
            "params_b": [ZEUS_NETWORKS[name][1] for name in best["network"]],
            "accelerator": accelerator,
            "accelerators": 1,
            "power_w": best["average_power"],
            "host": "zeus",
            "source_id": "zeus-nsdi23",
            "locator": file + ": " + best["dataset"] + " " + best["network"] + " " + best["batch_size"].astype(str),
        }
    )
