"""Rows of CodeCarbon's emissions.csv become measured runs, with an estimate to compare them with."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest
from codecarbon import OfflineEmissionsTracker

from costsvc.batch.formats.codecarbon import CODECARBON

SAMPLE = Path(__file__).parents[3] / "docs" / "samples" / "codecarbon.csv"
ROW = {"run_id": "a", "energy_consumed": 3.0, "duration": 7200.0, "emissions": 0.9, "country_iso_code": "FRA"}
REPLACED = "skipped: replaced by a later row of the run"


def batch(*rows):
    return pa.RecordBatch.from_pylist([{**dict.fromkeys(ROW | rows[0]), **row} for row in rows])


def one(change):
    return batch(ROW | change)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        pytest.param({}, {"it_energy_kwh": 3, "region": "FRA"}, id="country"),
        pytest.param({"pue": 1.0}, {"it_energy_kwh": 3, "region": "FRA"}, id="pue-is-the-default"),
        pytest.param({"pue": 1.5}, {"it_energy_kwh": 2, "pue": 1.5, "region": "FRA"}, id="pue-is-in-the-energy"),
        pytest.param({"pue": 0.5}, {"it_energy_kwh": 3, "pue": 0.5, "region": "FRA"}, id="wrong-pue-is-for-the-schema"),
        pytest.param({"wue": 0.0}, {"it_energy_kwh": 3, "region": "FRA"}, id="wue-is-the-default"),
        pytest.param({"wue": 0.4}, {"it_energy_kwh": 3, "wue_l_per_kwh": 0.4, "region": "FRA"}, id="wue"),
        pytest.param(
            {"cloud_provider": "aws", "cloud_region": "eu-west-3"},
            {"it_energy_kwh": 3, "region": "aws:eu-west-3"},
            id="cloud-region-goes-before-country",
        ),
        pytest.param({"region": "bavaria"}, {"it_energy_kwh": 3, "region": "FRA"}, id="region-outside-america"),
        pytest.param(
            {"country_iso_code": "USA", "region": "California"},
            {"it_energy_kwh": 3, "region": "california, USA"},
            id="state",
        ),
        pytest.param(
            {"country_iso_code": "USA", "region": "washington"},
            {"it_energy_kwh": 3, "region": "US-WA"},
            id="washington",
        ),
        pytest.param(
            {"country_iso_code": "CAN", "region": "quebec"},
            {"it_energy_kwh": 3, "region": "quebec, CAN"},
            id="province",
        ),
        pytest.param({"country_iso_code": "USA"}, {"it_energy_kwh": 3, "region": "USA"}, id="no-state"),
        pytest.param(
            {"country_iso_code": "", "country_name": "Ireland"}, {"it_energy_kwh": 3, "region": "Ireland"}, id="name"
        ),
        pytest.param({"country_iso_code": None}, {"it_energy_kwh": 3}, id="no-place"),
        pytest.param(
            {"timestamp": "2026-11-03T14:02:11"},
            {"it_energy_kwh": 3, "region": "FRA", "date": "2026-11-03"},
            id="date-of-the-end",
        ),
        pytest.param({"run_id": None}, {"it_energy_kwh": 3, "region": "FRA"}, id="no-run-id"),
        pytest.param({"energy_consumed": "3.0"}, {"it_energy_kwh": 3, "region": "FRA"}, id="numbers-as-text"),
    ],
)
def test_a_run_is_measured_energy_in_a_place(outcomes, change, fields):
    assert outcomes(CODECARBON, one(change)) == [{"kind": "training"} | fields]


@pytest.mark.parametrize(
    ("energy", "outcome"),
    [
        (None, "energy_consumed: must be given"),
        (-0.1, "energy_consumed: must be at least 0 kWh, got -0.1"),
        ("?", 'energy_consumed: must be a number, got "?"'),
        (float("inf"), "energy_consumed: must be a number, got Infinity"),
        (0.0, "skipped: no energy was measured"),
    ],
)
def test_a_row_without_energy_is_no_run(outcomes, energy, outcome):
    assert outcomes(CODECARBON, one({"energy_consumed": energy})) == [outcome]


def test_of_the_rows_of_a_run_the_longest_counts(outcomes):
    rows = [
        ROW | {"energy_consumed": 1.0, "duration": 60},
        ROW | {"run_id": "b", "energy_consumed": 5.0, "duration": 50},
        ROW | {"energy_consumed": 4.0, "duration": 180},
        ROW | {"energy_consumed": 2.0, "duration": 120},
        ROW | {"run_id": None, "energy_consumed": 6.0, "duration": 1},
        ROW | {"run_id": None, "energy_consumed": 6.0, "duration": 2},
    ]
    found = outcomes(CODECARBON, batch(*rows))
    assert [one if isinstance(one, str) else one["it_energy_kwh"] for one in found] == [REPLACED, 5, 4, REPLACED, 6, 6]


def test_of_equally_long_rows_of_a_run_the_later_counts(outcomes):
    found = outcomes(CODECARBON, batch(ROW, ROW | {"energy_consumed": 3.5}))
    assert found == [REPLACED, {"kind": "training", "it_energy_kwh": 3.5, "region": "FRA"}]


def test_a_later_row_without_energy_replaces_none(outcomes):
    found = outcomes(CODECARBON, batch(ROW, ROW | {"energy_consumed": None, "duration": 9000}))
    assert found == [
        {"kind": "training", "it_energy_kwh": 3, "region": "FRA"},
        "energy_consumed: must be given",
    ]


def test_tasks_of_a_run_all_count(outcomes):
    rows = [ROW | {"task_name": "load", "duration": 10}, ROW | {"task_name": "fit", "duration": 20}]
    assert [one["kind"] for one in outcomes(CODECARBON, batch(*rows))] == ["training", "training"]


@pytest.mark.parametrize(
    ("change", "machine"),
    [
        (
            {"gpu_model": "8 x NVIDIA H100 80GB HBM3", "gpu_count": 8},
            {"accelerator": "NVIDIA H100 80GB HBM3", "accelerators": 8, "hours": 2},
        ),
        (
            {"gpu_model": "Apple M2 Ultra", "gpu_count": 1},
            {"accelerator": "Apple M2 Ultra", "accelerators": 1, "hours": 2},
        ),
        ({"gpu_model": "1 x NVIDIA A100-SXM4-40GB1 x Tesla T4", "gpu_count": 2}, None),
        ({"gpu_model": None, "gpu_count": 0}, None),
        ({"gpu_model": "1 x NVIDIA T4", "gpu_count": 1, "duration": 0}, None),
        ({"gpu_model": "1 x NVIDIA T4", "gpu_count": 1, "energy_consumed": None}, None),
    ],
    ids=["gpus", "without-count", "two-models", "no-gpu", "no-time", "not-measured"],
)
def test_an_estimate_from_gpus_and_hours_is_compared(compared, change, machine):
    found = compared(CODECARBON, one(change))
    assert found == ({} if machine is None else {0: {"kind": "training", "region": "FRA"} | machine})


def test_what_codecarbon_measured_is_added_without_what_was_replaced():
    added = CODECARBON.translate(batch(ROW | {"duration": 1, "emissions": 0.1}, ROW)).added
    assert {name: column.to_pylist() for name, column in added.items()} == {
        "measured_energy_kwh": [None, 3.0],
        "measured_emissions_kg": [None, 0.9],
    }


def test_the_sample_has_a_run_in_most_rows(outcomes):
    with SAMPLE.open("rb") as file:
        table = pyarrow.csv.read_csv(file)
    found = outcomes(CODECARBON, table.combine_chunks().to_batches()[0])
    assert sum(isinstance(one, dict) for one in found) == 12


def test_reads_what_codecarbon_writes(outcomes, tmp_path):
    tracker = OfflineEmissionsTracker(
        country_iso_code="FRA",
        output_dir=str(tmp_path),
        pue=1.5,
        wue=0.3,
        force_ram_power=20,
        measure_power_secs=60,
        allow_multiple_runs=True,
        log_level="critical",
    )
    tracker.start()
    tracker.flush()
    tracker.stop()
    with (tmp_path / "emissions.csv").open("rb") as file:
        table = pyarrow.csv.read_csv(file)
    last = table.to_pylist()[-1]
    assert last["ram_power"] == pytest.approx(20 * last["pue"])  # power and energy contain the PUE
    first, run = outcomes(CODECARBON, table.combine_chunks().to_batches()[0])
    assert first == REPLACED
    day = last["timestamp"].date().isoformat()
    assert run == {
        "kind": "training",
        "it_energy_kwh": pytest.approx(last["energy_consumed"] / 1.5),
        "pue": 1.5,
        "wue_l_per_kwh": 0.3,
        "region": "FRA",
        "date": day,
    }
