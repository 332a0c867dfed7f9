from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from costsvc.errors import TableError
from costsvc.evidence import fit_mfu, fit_power, fit_training
from costsvc.evidence.build.rows import write
from costsvc.evidence.training_rows import ANY, FIT, Evidence, load_evidence
from costsvc.reference.table import describe
from costsvc.settings import bundled_data

pytestmark = pytest.mark.fits


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load_evidence(bundled_data())


@pytest.fixture(scope="module")
def fitted(evidence) -> dict[str, pd.DataFrame]:
    return fit_training.fitted(evidence)[0]


@pytest.mark.parametrize("name", ["hosts", "power_fractions", "mfu"])
def test_the_tables_are_what_the_measurements_say(fitted, name, tmp_path):
    resource = describe(bundled_data())[name]
    write(fitted[name], tmp_path, resource)
    assert (tmp_path / resource["path"]).read_text() == (bundled_data() / resource["path"]).read_text()


def test_a_fit_writes_its_tables_and_reports_what_it_missed(tmp_path):
    for file in bundled_data().iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = (tmp_path / "mfu.csv").read_text()
    (tmp_path / "mfu.csv").write_text(before.replace("256", "128"))
    assert [line.split(":")[0] for line in fit_training.fit(tmp_path)] == [
        "server power",
        "chip power",
        "accelerator-hours",
    ]
    assert (tmp_path / "mfu.csv").read_text().count(",256,") > before.count(",256,") / 2


@pytest.mark.parametrize(
    ("family", "workload", "limit", "low", "high"),
    [
        pytest.param("h100", "llm", None, 0.78, 0.89, id="h100-large"),
        pytest.param("h100", "llm", 1.0, 0.7, 0.82, id="h100-small"),
        pytest.param("a100", "llm", None, 0.65, 0.75, id="a100"),
        pytest.param("v100", "llm", None, 0.75, 0.9, id="v100-large"),
        pytest.param("v100", "vision", 0.03, 0.3, 0.45, id="v100-small-vision"),
        pytest.param("tpu", "llm", None, 0.95, 1.05, id="tpu-mean"),
    ],
)
def test_power_fractions_land_where_measurements_do(fitted, family, workload, limit, low, high):
    table = fitted["power_fractions"]
    same = table["max_params_b"].isna() if limit is None else table["max_params_b"].eq(limit)
    row = table[table["power_family"].eq(family) & table["workload"].eq(workload) & same].iloc[0]
    assert low <= row["fraction"] <= high


def test_an_8_accelerator_host_draws_what_the_wall_logs_say(fitted):
    host = fitted["hosts"].set_index("host_family").loc["hgx-h100"]

    def node_w(chip_w: float) -> float:
        return 8 * (chip_w * (1 + host["overhead_share"]) + host["base_w"])

    assert 2300 <= node_w(108) <= 2900
    assert 1.13 <= node_w(605) / 5600 <= 1.31


def logs(share: float, base: float) -> pd.DataFrame:
    rows = [
        {"host": host, "kind": kind, "chip": chip}
        for host in ("one", "other")
        for kind, chip in (("idle", 60.0 + fit_power.OPEN_CONTEXT_W), ("benchmark", 600.0))
    ]
    frame = pd.DataFrame(rows).assign(boundary="server", workload="llm", params_b=7.0, source_id=fit_power.LOGS)
    frame["power_w"] = frame["chip"] * (1 + share) + base
    read = {"host": "lab", "kind": "run", "chip": 600.0, "boundary": "chip", "workload": "llm", "params_b": 7.0}
    frame = pd.concat([frame, pd.DataFrame([{**read, "source_id": "paper", "power_w": 600.0}])], ignore_index=True)
    return frame.assign(
        power_family="h100", host_family="hgx-h100", tdp_w=700.0, idle_w=60.0, accelerators=8.0, accelerator_id="chip"
    )


def test_hosts_come_out_of_logs_that_follow_the_formula(evidence):
    hosts = fit_power.fit_hosts(replace(evidence, readings=logs(0.12, 200.0)))
    row = hosts.set_index("host_family").loc["hgx-h100"]
    assert row["overhead_share"] == pytest.approx(0.12)
    assert row["base_w"] == pytest.approx(200.0)
    assert fit_power.hosts_left_out(replace(evidence, readings=logs(0.12, 200.0))) == pytest.approx([1.0, 1.0])


def made_up_runs(level: float, exponent: float) -> pd.DataFrame:
    size = np.geomspace(0.1, 1000, 60)
    mfu = level * (size / fit_mfu.REFERENCE_PARAMS_B) ** exponent
    hours = 6 * size * 1000 * 1e18 / (mfu * 1e15 * 3600)
    return pd.DataFrame(
        {
            "active_params_b": size,
            "tokens_b": 1000.0,
            "accelerator_hours": hours,
            "accelerators": fit_mfu.REFERENCE_ACCELERATORS,
            "peak_tflops": 1000.0,
            "mfu_family": "h100",
        }
    )


def test_utilisation_comes_out_of_runs_that_follow_the_formula(evidence):
    table, missed = fit_mfu.fit_mfu(replace(evidence, runs=made_up_runs(0.4, 0.05)))
    row = table.set_index("mfu_family").loc["h100"]
    assert row["mfu"] == pytest.approx(0.4, rel=0.01)
    assert row["params_exponent"] == pytest.approx(0.05, rel=0.1)
    assert missed.max() < 1.05


def test_scaling_and_fp8_come_from_runs_that_differ_in_nothing_else():
    rows = [("bf16", 16, 0.50), ("bf16", 64, 0.45), ("fp8", 16, 0.30), ("bf16", 8, 0.9)]
    measured = pd.DataFrame(rows, columns=["precision", "accelerators", "mfu"]).assign(
        accelerator="h100", params_b=7.0, sequence_length=2048
    )
    # ln(0.45 / 0.50) / ln 4 = -0.076
    assert fit_mfu.accelerators_exponent(measured) == pytest.approx(-0.076, abs=0.001)
    assert fit_mfu.fp8_factor(measured) == pytest.approx(0.6)


def test_rows_without_measurements_stay(evidence, fitted):
    kept = evidence.fractions[evidence.fractions["source_id"].ne(FIT)]
    both = kept.merge(fitted["power_fractions"], how="inner")
    assert len(both) == len(kept)


def test_every_family_of_the_accelerators_has_its_rows(fitted):
    chips = pd.read_csv(bundled_data() / "accelerators.csv")
    assert set(chips["host_family"]) <= set(fitted["hosts"]["host_family"])
    assert set(chips["mfu_family"]) <= set(fitted["mfu"]["mfu_family"])
    everywhere = fitted["power_fractions"].query(
        "power_family == @ANY and max_params_b.isna()", local_dict={"ANY": ANY}
    )
    assert len(everywhere) == 6


def test_refuses_a_measurement_on_an_accelerator_that_nobody_knows(tmp_path):
    for file in bundled_data().iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    runs = tmp_path / "training_runs.csv"
    runs.write_text(runs.read_text().replace("nvidia-a100-sxm4-80gb", "nvidia-a101"))
    with pytest.raises(TableError, match="nvidia-a101"):
        load_evidence(tmp_path)
