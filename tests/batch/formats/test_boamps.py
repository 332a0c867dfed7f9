"""BoAmps reports become measured runs, with an estimate of their machine to compare them with."""

from pathlib import Path

import pyarrow as pa
import pytest

from costsvc.batch.formats.boamps import BOAMPS
from costsvc.batch.formats.documents import as_batch, read_documents

SAMPLES = Path(__file__).parents[3] / "docs" / "samples" / "boamps"
MEASURE = {
    "measurementMethod": "codecarbon",
    "powerConsumption": 4.0,
    "measurementDuration": 7200,
    "measurementDateTime": "2026-11-05 10:00:00",
}
GPU = {"componentName": "8 x NVIDIA H100 80GB HBM3", "componentType": "gpu", "nbComponent": 8}
CPU = {"componentName": "AMD EPYC 9654", "componentType": "cpu", "nbComponent": 96}
REPORT = {
    "header": {"reportId": "one", "reportDatetime": "2026-11-12 08:00:00"},
    "task": {"taskStage": "training", "taskFamily": "classification"},
    "measures": [MEASURE],
    "infrastructure": {"infraType": "onPremise", "components": [GPU, CPU]},
    "environment": {"country": "france"},
}
RUN = {"kind": "training", "it_energy_kwh": 4.0, "region": "france", "date": "2026-11-05"}
NO_ENERGY = "must have a powerConsumption of at least 0 kWh in each measure"


def batch(*reports):
    return as_batch([row for report in reports for row in BOAMPS.unfold(report)])


def measures(*changes):
    return {"measures": [MEASURE | change for change in changes]}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        pytest.param({}, {}, id="training"),
        pytest.param({"task": {"taskStage": "inference", "nbRequest": 4}}, {}, id="inference-is-measured-too"),
        pytest.param({"header": {}, **measures({"measurementDateTime": None})}, {"date": None}, id="no-date"),
        pytest.param(measures({"measurementDateTime": None}), {"date": "2026-11-12"}, id="date-of-the-report"),
        pytest.param(measures({"powerConsumption": "4.0"}), {}, id="number-as-text"),
        pytest.param(
            {"environment": {"country": "france", "powerSourceCarbonIntensity": 41.5}},
            {"grid_g_per_kwh": 41.5},
            id="intensity",
        ),
        pytest.param(
            {
                "infrastructure": {"infraType": "publicCloud", "cloudProvider": "aws", "components": [GPU]},
                "environment": {"country": "france", "location": "eu-west-3"},
            },
            {"region": "aws:eu-west-3"},
            id="cloud-region",
        ),
        pytest.param(
            {
                "infrastructure": {"infraType": "publicCloud", "cloudProvider": "ovh", "components": [GPU]},
                "environment": {"country": "france", "location": "ile-de-france"},
            },
            {},
            id="location-is-no-cloud-region",
        ),
        pytest.param({"environment": None}, {"region": None}, id="no-environment"),
    ],
)
def test_a_report_is_measured_energy_in_a_place(outcomes, change, fields):
    expected = {name: value for name, value in (RUN | fields).items() if value is not None}
    assert outcomes(BOAMPS, batch(REPORT | change)) == [expected]


@pytest.mark.parametrize(
    ("changes", "energy", "method"),
    [
        pytest.param([{}], 4.0, "codecarbon", id="one"),
        pytest.param([{}, {"powerConsumption": 1.5}], 5.5, "codecarbon", id="parts-of-a-task-are-added-up"),
        pytest.param(
            [{}, {"powerConsumption": 1.5}, {"measurementMethod": "wattmeter", "powerConsumption": 7.0}],
            7.0,
            "wattmeter",
            id="the-wider-boundary-counts",
        ),
        pytest.param(
            [{}, {"powerConsumption": 3.5}, {"measurementMethod": "nvml", "powerConsumption": 7.0}],
            7.5,
            "codecarbon",
            id="a-narrow-boundary-is-no-further-energy",
        ),
        pytest.param([{}, {"measurementMethod": "CodeCarbon"}], 8.0, "codecarbon", id="case-of-the-method"),
    ],
)
def test_methods_that_measure_the_same_energy_are_not_added_up(outcomes, changes, energy, method):
    report = batch(REPORT | measures(*changes))
    assert outcomes(BOAMPS, report) == [RUN | {"it_energy_kwh": energy}]
    assert BOAMPS.translate(report).added["measurement_method"].to_pylist() == [method]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"measures": []}, "measures: must have at least one measure"),
        ({"measures": "none"}, 'measures: must be JSON, got "none"'),
        (measures({"powerConsumption": None}), NO_ENERGY),
        (measures({"powerConsumption": -1}), NO_ENERGY),
        (measures({"powerConsumption": True}), NO_ENERGY),
        (measures({"powerConsumption": "much"}), NO_ENERGY),
        (measures({"powerConsumption": 0}), "measures: must have a powerConsumption above 0 kWh"),
    ],
)
def test_a_report_without_energy_is_rejected(outcomes, change, reason):
    (outcome,) = outcomes(BOAMPS, batch(REPORT | change))
    assert reason in outcome


def test_a_later_report_replaces_one_with_the_same_id(outcomes):
    corrected = REPORT | measures({"powerConsumption": 5.0})
    found = outcomes(BOAMPS, batch(REPORT, REPORT | {"header": {"reportId": "two"}}, corrected))
    assert found == ["skipped: replaced by a later report with the same reportId", RUN, RUN | {"it_energy_kwh": 5.0}]


@pytest.mark.parametrize(
    ("infrastructure", "machine"),
    [
        pytest.param([GPU, CPU], {"accelerator": "NVIDIA H100 80GB HBM3", "accelerators": 8}, id="gpus"),
        pytest.param(
            [
                {
                    "componentType": "GPU",
                    "nbComponent": 2,
                    "manufacturer": "nvidia",
                    "family": "Tesla",
                    "series": "V100S",
                }
            ],
            {"accelerator": "nvidia Tesla V100S", "accelerators": 2},
            id="name-in-parts",
        ),
        pytest.param(
            [GPU | {"share": 0.5}], {"accelerator": "NVIDIA H100 80GB HBM3", "accelerators": 4}, id="half-of-the-time"
        ),
        pytest.param([GPU, GPU], {"accelerator": "NVIDIA H100 80GB HBM3", "accelerators": 16}, id="two-servers"),
        pytest.param([GPU, GPU | {"componentName": "NVIDIA T4"}], None, id="two-models"),
        pytest.param([CPU], None, id="no-gpu"),
        pytest.param([GPU | {"nbComponent": None}], None, id="no-count"),
    ],
)
def test_an_estimate_from_the_machine_is_compared(compared, infrastructure, machine):
    report = REPORT | {"infrastructure": {"infraType": "onPremise", "components": infrastructure}}
    place = {"kind": "training", "region": "france", "date": "2026-11-05", "hours": 2}
    assert compared(BOAMPS, batch(report)) == ({} if machine is None else {0: place | machine})


def test_an_instance_is_a_machine_too(compared):
    infrastructure = {"infraType": "publicCloud", "cloudInstance": "g5.xlarge", "components": [CPU]}
    (found,) = compared(BOAMPS, batch(REPORT | {"infrastructure": infrastructure})).values()
    assert found["instance"] == "g5.xlarge"


def test_nested_columns_are_read_as_json_text_is(outcomes):
    nested = pa.RecordBatch.from_pylist([REPORT])
    assert outcomes(BOAMPS, nested) == outcomes(BOAMPS, batch(REPORT))


def test_stage_and_requests_are_added():
    report = REPORT | {"task": {"taskStage": "inference", "nbRequest": 4}}
    added = BOAMPS.translate(batch(report, REPORT | {"measures": []})).added
    assert {name: column.to_pylist() for name, column in added.items()} == {
        "stage": ["inference", None],
        "requests": [4.0, None],
        "measurement_method": ["codecarbon", None],
        "measured_energy_kwh": [4.0, None],
    }


def test_the_samples_are_two_runs_and_a_report_without_energy(outcomes):
    texts = {path.stem: path.read_text() for path in SAMPLES.iterdir()}
    reports = [report for name in sorted(texts) for report in read_documents(texts[name].splitlines())]
    inference, without, training = outcomes(BOAMPS, batch(*reports))
    assert inference["region"] == "aws:eu-west-3"
    assert NO_ENERGY in without
    assert training["it_energy_kwh"] == 38.6
