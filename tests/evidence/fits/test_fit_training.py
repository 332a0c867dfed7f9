from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from costsvc.errors import TableError
from costsvc.evidence.fits import mfu as fit_mfu
from costsvc.evidence.fits import power as fit_power
from costsvc.evidence.fits import training as fit_training
from costsvc.evidence.fits.training_rows import ANY, FIT, Evidence, load_evidence
from costsvc.evidence.importers.rows import write
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
    (tmp_path / "mfu.csv").write_text(before.replace(",10,", ",11,"))
    assert [line.split(":")[0] for line in fit_training.fit(tmp_path)] == [
        "server power",
        "chip power",
        "accelerator-hours",
    ]
    assert (tmp_path / "mfu.csv").read_text() == before


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
    assert fit_power.cross_validate_hosts(replace(evidence, readings=logs(0.12, 200.0))) == pytest.approx([1.0, 1.0])


def made_up(rows: int = 60, **known: object) -> pd.DataFrame:
    """Rows of many laboratories whose utilisation follows the formula."""
    size = np.geomspace(0.1, 1000, rows)
    frame = pd.DataFrame(
        {
            "params_b": size,
            "accelerators": np.tile([8.0, 128.0, 2048.0], rows // 3),
            "family": "h100",
            "laboratory": [f"laboratory {number}" for number in range(rows)],
            "sparse": 0.0,
            "fp8": 0.0,
            "steady": np.tile([0.0, 0.0, 1.0, 0.0], rows // 4),
            "project": np.tile([0.0, 1.0, 0.0, 0.0], rows // 4),
            **known,
        }
    ).assign(size=np.log(size / fit_mfu.REFERENCE_PARAMS_B))
    crowd = 1 + frame["accelerators"] / (8000 * np.exp(frame["size"]))
    kind = 0.3 * frame["steady"] - 0.2 * frame["project"]
    narrow = frame["fp8"] * (np.log(0.65) + 0.04 * frame["size"])
    return frame.assign(log_mfu=np.log(0.4 / crowd) + 0.05 * frame["size"] + kind + narrow)


def test_utilisation_comes_out_of_runs_that_follow_the_formula():
    found = fit_mfu.utilization(made_up())
    assert (found.half_crowd, found.crowd_exponent) == (8000, 1.0)
    assert np.exp(found.terms["level"] + found.families["h100"]) == pytest.approx(0.4, rel=0.03)
    assert found.terms["size"] == pytest.approx(0.05, abs=0.01)
    assert found.terms["steady"] == pytest.approx(0.3, abs=0.03)
    assert found.terms["project"] == pytest.approx(-0.2, abs=0.03)
    assert np.abs(fit_mfu.cross_validate_laboratories(made_up(), found)).max() < 0.25


def test_8_bits_leave_what_pairs_that_differ_in_nothing_else_say():
    found = fit_mfu.utilization(made_up(fp8=np.repeat([0.0, 1.0], 30)[np.argsort(np.tile([0, 1], 30))]))
    assert np.exp(found.terms["fp8"]) == pytest.approx(0.65, rel=0.05)
    assert found.terms["fp8_size"] == pytest.approx(0.04, abs=0.02)


@pytest.mark.parametrize(
    ("source", "name", "laboratory"),
    [
        pytest.param("llama-2-2023", "llama-2-7b", "llama", id="papers of one family"),
        pytest.param("epoch-ai-models", "granite-3.0-8b", "granite", id="a compilation tells of others"),
        pytest.param("mosaicml-mpt", "mpt-7b", "mosaicml", id="runs and benchmarks of one house"),
    ],
)
def test_a_laboratory_is_who_ran_it(evidence, source, name, laboratory):
    runs = evidence.runs.iloc[[0]].assign(source_id=source, run_id=name)
    rows = fit_mfu.comparable(replace(evidence, runs=runs))
    assert rows["laboratory"].iloc[0] == laboratory


@pytest.mark.parametrize(
    ("family", "low", "high"),
    [
        pytest.param("h100", 0.27, 0.33, id="h100"),
        pytest.param("a100", 0.34, 0.42, id="a100"),
        pytest.param("v100", 0.17, 0.25, id="v100"),
    ],
)
def test_a_final_run_has_the_utilisation_of_final_runs(fitted, family, low, high):
    row = fitted["mfu"].set_index("mfu_family").loc[family]
    assert low <= row["mfu"] <= high
    assert row["tuned_mfu"] > row["mfu"] == row["first_mfu"]


def test_an_h100_does_more_of_a_run_than_two_a100s(fitted):
    rows = fitted["mfu"].set_index("mfu_family")["mfu"]
    # dense bf16 peaks of 989 and 312 TFLOP/s; MosaicML's own tables give 2.2 to 2.4
    assert 2.2 <= 989 * rows["h100"] / (312 * rows["a100"]) <= 2.8


def test_a_chip_that_nobody_measured_is_wider_than_one_that_many_did(fitted):
    rows = fitted["mfu"].set_index("mfu_family")
    width = rows["mfu_high"] / rows["mfu_low"]
    assert width[ANY] > 1.3 * width["h100"]


def test_few_sources_of_power_are_wider_than_many(fitted):
    rows = fitted["power_fractions"].query("workload == 'llm' and max_params_b.isna()").set_index("power_family")
    width = rows["fraction"] / rows["low"]
    # one source against three
    assert width["v100"] > width["h100"]


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
