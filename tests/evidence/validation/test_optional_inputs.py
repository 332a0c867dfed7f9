"""What optional inputs do to intervals, each row estimated with them and without."""

import csv
import json
from dataclasses import replace

import pytest

from costsvc.evidence.validation.by_source import SourceCrossValidation
from costsvc.evidence.validation.comparisons import Comparison
from costsvc.evidence.validation.cross_validation.engines import EngineCrossValidation
from costsvc.evidence.validation.cross_validation.serving import ServingCrossValidation
from costsvc.evidence.validation.cross_validation.training import TrainingCrossValidation
from costsvc.evidence.validation.optional_inputs import (
    INPUTS,
    InputPair,
    by_input,
    reading_pairs,
    request_pairs,
    training_pairs,
    without_evidence,
)
from costsvc.settings import bundled_data
from costsvc.web.registry import answer_request

ROW = {
    "id": "row",
    "kind": "hours",
    "file": "run",
    "path": "/v1/estimates/training",
    "body_json": json.dumps({"accelerator": "h100-sxm5-80gb", "total_params_b": 7, "training_tokens_b": 2000}),
    "answer_pointer": "/accelerator_hours",
    "truth": "59400",
    "caveat": "",
    "source": "Somebody, a report: table 3",
}
SERVED = {
    "kind": "throughput",
    "path": "/v1/estimates/inference",
    "answer_pointer": "/throughput_tokens_per_s",
    "truth": "4000",
}
REPLICA = {"accelerator": "h100-sxm5-80gb", "accelerators": 1, "model": "llama-3.1-8b", "input_tokens": 500}


def of(*, inside: bool, width: float, source: str = "a") -> Comparison:
    return Comparison(
        kind="k", id="row", value=1.0, low=1.0, high=width, published=1.0 if inside else width * 2, source=source
    )


def pair(was: bool, is_now: bool, width: tuple[float, float], name: str = "engine", source: str = "a") -> InputPair:
    without_input, with_input = (
        of(inside=one, width=wide, source=source) for one, wide in zip((was, is_now), width, strict=True)
    )
    return InputPair(input=name, without_input=without_input, with_input=with_input)


@pytest.fixture(scope="module")
def cross_validation(catalog) -> SourceCrossValidation:
    return SourceCrossValidation(
        training=replace(TrainingCrossValidation.of(bundled_data(), catalog), by_source=True),
        serving=ServingCrossValidation(catalog=catalog, rows={}, best={}),
        engines=EngineCrossValidation(catalog=catalog),
    )


def compare_rows(cross_validation, folder, *rows: dict[str, str]) -> list[InputPair]:
    with (folder / "fresh.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ROW.keys())
        writer.writeheader()
        writer.writerows(ROW | row for row in rows)
    return list(request_pairs(folder, cross_validation, answer_request))


def test_an_input_is_one_line_with_the_medians_and_the_rows_that_left():
    pairs = [
        *[pair(True, True, (4.0, 3.0))] * 8,
        pair(False, True, (8.0, 5.0), source="b"),
        pair(True, False, (9.0, 2.0), source="b"),
    ]
    (line,) = by_input(pairs)
    counts = ("rows", "sources", "inside_without", "inside_with", "width_without", "width_with", "left")
    assert [line[name] for name in counts] == [10, 2, 9, 9, 4.0, 3.0, 1]
    # one of ten is what a 90 % interval may leave out
    assert (line["narrows"], line["holds"], line["note"]) == (True, True, None)


def test_more_than_a_tenth_that_left_is_told():
    (line,) = by_input([*[pair(True, True, (4.0, 3.0))] * 8, pair(True, False, (4.0, 3.0))])
    assert (line["left"], line["holds"]) == (1, False)


@pytest.mark.parametrize("wide", [pytest.param(4.0, id="as-wide"), pytest.param(5.0, id="wider")])
def test_an_input_that_does_not_narrow_says_why(wide):
    (line,) = by_input([pair(True, True, (4.0, wide), name="cache_precision")])
    assert line["narrows"] is False
    assert line["note"]


def test_inputs_that_no_row_states_have_no_evidence():
    pairs = [pair(True, True, (4.0, 3.0), name=name) for name in ("engine", "tuned")]
    assert [one["input"] for one in by_input(pairs)] == ["engine", "tuned"]
    assert {one["input"] for one in without_evidence(pairs)} == set(INPUTS) - {"engine", "tuned"}


def test_readings_are_estimated_twice_without_their_publisher(catalog, cross_validation):
    pairs = list(reading_pairs(cross_validation))
    assert {one.input for one in pairs} == {"engine", "concurrency_share", "cache_precision"}
    assert all(one.without_input.published == one.with_input.published for one in pairs)
    (load,) = by_input(one for one in pairs if one.input == "concurrency_share")
    assert (load["narrows"], load["holds"]) == (True, True)


@pytest.mark.fits
def test_runs_and_utilisations_say_whether_they_are_tuned(cross_validation):
    pairs = {
        one.with_input.id: one for one in training_pairs(cross_validation.training, {"megatron-lm", "tinyllama-2024"})
    }
    assert len(pairs) == 4
    assert {one.input for one in pairs.values()} == {"tuned"}
    steady = [one for one in pairs.values() if one.with_input.source == "megatron-lm"]
    # a benchmark's steady state takes fewer hours than a usual run
    assert all(
        one.with_input.value < one.without_input.value and one.with_input.width < one.without_input.width
        for one in steady
    )
    assert all(one.without_input.inside and one.with_input.inside for one in pairs.values())


def test_a_request_is_asked_without_each_optional_input_that_it_says(cross_validation, tmp_path):
    body = {**REPLICA, "batch_size": 16, "engine": "vllm", "cache_precision": "fp8"}
    result = compare_rows(cross_validation, tmp_path, {**SERVED, "body_json": json.dumps(body)})
    assert [one.input for one in result] == ["engine", "cache_precision"]
    assert all(one.with_input == result[0].with_input for one in result)


@pytest.mark.parametrize(
    ("row", "count"),
    [
        pytest.param({}, 0, id="says-no-optional-input"),
        pytest.param({"file": "steady-state"}, 1, id="a-benchmark-is-tuned"),
        pytest.param({"file": "steady-state", "truth": "many"}, 0, id="no-figure"),
        pytest.param({"file": "steady-state", "source": "MLPerf Training power logs"}, 0, id="not-left-out"),
        pytest.param({"file": "steady-state", "body_json": "{"}, 0, id="no-request"),
    ],
)
def test_a_table_of_a_benchmark_says_that_its_runs_are_tuned(cross_validation, tmp_path, row, count):
    assert len(compare_rows(cross_validation, tmp_path, row)) == count
