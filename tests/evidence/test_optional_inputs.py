"""What optional inputs do to intervals, each row estimated with them and without."""

import csv
import json
from dataclasses import replace

import pytest

from costsvc.evidence.by_source import SourcesLeftOut
from costsvc.evidence.cases import Case
from costsvc.evidence.leave_out import LeaveOut
from costsvc.evidence.leave_out_engines import LeavePublisherOut
from costsvc.evidence.leave_out_serving import LeaveModelOut
from costsvc.evidence.optional_inputs import (
    INPUTS,
    Twice,
    by_input,
    fresh_pairs,
    reading_pairs,
    training_pairs,
    without_evidence,
)
from costsvc.settings import bundled_data
from costsvc.web.questions import asked

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


def of(*, inside: bool, width: float, source: str = "a") -> Case:
    return Case(
        kind="k", id="row", value=1.0, low=1.0, high=width, published=1.0 if inside else width * 2, source=source
    )


def pair(was: bool, is_now: bool, width: tuple[float, float], name: str = "engine", source: str = "a") -> Twice:
    silent, stated = (of(inside=one, width=wide, source=source) for one, wide in zip((was, is_now), width, strict=True))
    return Twice(input=name, silent=silent, stated=stated)


@pytest.fixture(scope="module")
def left_out(catalog) -> SourcesLeftOut:
    return SourcesLeftOut(
        training=replace(LeaveOut.of(bundled_data(), catalog), by_source=True),
        serving=LeaveModelOut(catalog=catalog, rows={}, best={}),
        engines=LeavePublisherOut(catalog=catalog),
    )


def compared(left_out, folder, *rows: dict[str, str]) -> list[Twice]:
    with (folder / "fresh.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ROW.keys())
        writer.writeheader()
        writer.writerows(ROW | row for row in rows)
    return list(fresh_pairs(folder, left_out, asked))


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


def test_readings_are_estimated_twice_without_their_publisher(catalog, left_out):
    pairs = list(reading_pairs(left_out))
    assert {one.input for one in pairs} == {"engine", "concurrency_share", "cache_precision"}
    assert all(one.silent.published == one.stated.published for one in pairs)
    (load,) = by_input(one for one in pairs if one.input == "concurrency_share")
    assert (load["narrows"], load["holds"]) == (True, True)


@pytest.mark.fits
def test_runs_and_utilisations_say_whether_they_are_tuned(left_out):
    pairs = {one.stated.id: one for one in training_pairs(left_out.training, {"megatron-lm", "tinyllama-2024"})}
    assert len(pairs) == 4
    assert {one.input for one in pairs.values()} == {"tuned"}
    steady = [one for one in pairs.values() if one.stated.source == "megatron-lm"]
    # a benchmark's steady state takes fewer hours than a usual run
    assert all(one.stated.value < one.silent.value and one.stated.width < one.silent.width for one in steady)
    assert all(one.silent.inside and one.stated.inside for one in pairs.values())


def test_a_request_is_asked_without_each_optional_input_that_it_says(left_out, tmp_path):
    body = {**REPLICA, "batch_size": 16, "engine": "vllm", "cache_precision": "fp8"}
    found = compared(left_out, tmp_path, {**SERVED, "body_json": json.dumps(body)})
    assert [one.input for one in found] == ["engine", "cache_precision"]
    assert all(one.stated == found[0].stated for one in found)


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
def test_a_table_of_a_benchmark_says_that_its_runs_are_tuned(left_out, tmp_path, row, count):
    assert len(compared(left_out, tmp_path, row)) == count
