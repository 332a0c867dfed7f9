from pathlib import Path

import pandas as pd
import pytest

from costsvc.evidence.importers import power_measurements, training_runs
from costsvc.reference.table import Table, describe, read
from costsvc.settings import bundled_data

EPOCH_ALL = """Model,Organization,Publication date,Domain,Parameters,Training compute (FLOP),\
Training dataset size (datapoints),Training hardware,Hardware quantity,Training chip-hours,Confidence,\
Training compute estimation method,Base model
Plain 10B,Someone,2023-01-01,Language,1e10,6e22,1e12,NVIDIA A100,256,90000,Confident,"Operation counting,Hardware",
Two epochs 10B,Someone,2023-01-01,Language,1e10,1.2e23,1e12,NVIDIA A100,256,180000,Confident,Operation counting,
Circular 10B,Someone,2023-01-01,Language,1e10,6e22,1e12,NVIDIA A100,256,90000,Confident,Hardware,
Unsure 10B,Someone,2023-01-01,Language,1e10,6e22,1e12,NVIDIA A100,256,90000,Likely,Operation counting,
Mixed 10B,Someone,2023-01-01,Language,1e10,6e22,1e12,"NVIDIA A100,NVIDIA V100",256,90000,Confident,Operation counting,
Tuned 10B,Someone,2023-01-01,Language,1e10,6e22,1e12,NVIDIA A100,256,90000,Confident,Operation counting,Plain 10B
Small 10M,Someone,2023-01-01,Language,1e7,6e17,1e10,NVIDIA A100,8,10,Confident,Operation counting,
Sparse 100B,Someone,2023-01-01,Language,1e11,6e22,1e12,NVIDIA A100,256,90000,Confident,Operation counting,
Pythia 12B,Someone,2023-01-01,Language,1.2e10,2.16e22,3e11,NVIDIA A100,256,1,Confident,Operation counting,
"""
EPOCH_NOTABLE = """Model,Organization,Publication date,Domain,Parameters,Training compute (FLOP),\
Training dataset size (total),Epochs,Training time (hours),Training hardware,Hardware quantity,Base model,Confidence
Two epochs 10B,Someone,2023-01-01,Language,1e10,1.2e23,1e12,2,,NVIDIA A100,256,,Confident
"""
MLPERF = """round,submitter,system,benchmark,runs,nodes,mean_run_minutes,mean_node_power_w,gpus_per_node,gpu_model
v4.0,smc-ac-power,1xSMC-H100-SXM-80GB,bert,10,1,5.3,6800,8,H100 SXM 80GB
v4.0,smc-dc-power,1xSMC-H100-SXM-80GB,bert,10,1,5.3,6600,8,H100 SXM 80GB
v4.0,smc-ac-power,8xSMC-H100-SXM-80GB,resnet,5,8,2.5,5792,8,H100 SXM 80GB
"""
ZEUS = """dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power
imagenet,resnet50,64,adam,250,12,190
imagenet,resnet50,128,adam,250,10,210
imagenet,resnet50,128,sgd,250,10,220
imagenet,resnet50,256,adam,150,9,150
"""


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    files = {
        training_runs_file("all_ml_systems_2025-06_trimmed.csv"): EPOCH_ALL,
        training_runs_file("notable_ai_models_2026-07_trimmed.csv"): EPOCH_NOTABLE,
        power_measurements.MLPERF: MLPERF,
        "codecarbon/cpu_power.csv": "Name,TDP\nXeon 1,100\n",
        **{power_measurements.ZEUS.format(card): ZEUS for card in power_measurements.ZEUS_CHIPS},
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def training_runs_file(name: str) -> str:
    return f"epoch-ai-models/{name}"


@pytest.fixture
def runs(upstream: Path) -> pd.DataFrame:
    return training_runs.build(upstream)["training_runs"].set_index("run_id")


@pytest.fixture
def readings(upstream: Path) -> pd.DataFrame:
    return power_measurements.build(upstream)["power_measurements"].set_index("measurement_id")


@pytest.mark.parametrize(
    ("run", "taken"),
    [
        pytest.param("plain-10b", True, id="tokens-agree-with-flop"),
        pytest.param("two-epochs-10b", True, id="epochs-counted"),
        pytest.param("circular-10b", False, id="flop-derived-from-hours"),
        pytest.param("unsure-10b", False, id="not-confident"),
        pytest.param("mixed-10b", False, id="two-kinds-of-hardware"),
        pytest.param("tuned-10b", False, id="continues-another-model"),
        pytest.param("small-10m", False, id="too-small"),
        pytest.param("sparse-100b", False, id="tokens-that-do-not-give-the-flop"),
    ],
)
def test_takes_runs_whose_tokens_and_hours_can_be_trusted(runs, run, taken):
    assert (run in runs.index) is taken


def test_counts_every_epoch(runs):
    assert runs.loc["two-epochs-10b", "tokens_b"] == 2000


def test_a_fact_kept_by_hand_goes_before_the_record_upstream(runs):
    assert runs.loc["pythia-12b", "accelerator_hours"] == 72300
    assert runs.index.is_unique


def test_wall_power_is_per_accelerator(readings):
    # 6800 W over 8 accelerators
    assert readings.loc["mlperf-v4.0-1xsmc-h100-sxm-80gb-bert", "power_w"] == 850


def test_leaves_out_what_was_read_behind_the_power_supply(readings):
    assert not readings["locator"].str.contains("smc-dc").any()


def test_a_sweep_gives_the_fastest_batch_at_the_full_limit(readings):
    # mean of 210 and 220 W at batch 128; the faster run of batch 256 was capped
    assert readings.loc["zeus-nvidia-v100-pcie-16gb-imagenet-resnet50", "power_w"] == 215


@pytest.mark.parametrize(
    ("builder", "table"), [(training_runs, "training_runs"), (power_measurements, "power_measurements")]
)
def test_built_tables_are_as_described(upstream, builder, table):
    described = describe(bundled_data())
    sources = set(read(bundled_data() / "sources.csv", described["sources"])["source_id"])
    frame = builder.build(upstream)[table]
    columns = [field["name"] for field in described[table]["schema"]["fields"]]
    assert len(Table.of_frame(described[table], frame[columns], sources)) == len(frame)
