"""Requests with a published answer, of sources that no fit has seen."""

import csv
import json
from pathlib import Path

import pytest

from costsvc.errors import TableError
from costsvc.evidence.validation.comparisons import Comparison, Indispensable, Unanswered, with_tables
from costsvc.evidence.validation.unseen_sources import TRACKED, at_pointer, unseen_comparisons
from costsvc.reference.scoreboard import ANOTHER
from costsvc.web.registry import answer_request

RUN = {"accelerator": "h100-sxm5-80gb", "accelerators": 8, "region": "USA", "total_params_b": 7}
HOURS = {"kind": "hours", "body_json": json.dumps({**RUN, "training_tokens_b": 2000}), "truth": "59400"}
ROW = {
    "id": "row",
    "kind": "hours",
    "file": "run",
    "path": "/v1/estimates/training",
    "body_json": "",
    "answer_pointer": "/accelerator_hours",
    "truth": "1",
    "unit": "",
    "caveat": "",
    "source": "Somebody, a report: table 3",
}
ABACUS = {"accelerator": "abacus 9", "accelerator_hours": 1, "region": "USA"}
ENERGY = json.dumps({**RUN, "accelerator_hours": 100})
SERVED = {"accelerator": "h100-sxm5-80gb", "accelerators": 1, "model": "llama-3.1-8b", "batch_size": 8, "region": "USA"}
PICTURE = {"accelerator": "l4", "model": "stable-diffusion-xl", "task": "image", "steps": 20, "batch_size": 4}
SERVING = "/v1/estimates/inference"


def compared(
    catalog, folder: Path, *rows: dict[str, str], without=None
) -> list[Comparison | Unanswered | Indispensable]:
    with (folder / "fresh.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ROW.keys())
        writer.writeheader()
        writer.writerows(ROW | row for row in rows)
    return list(unseen_comparisons(folder, answer_request, without or (lambda _row, _body: catalog)))


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        pytest.param(HOURS, "hours from parameters and tokens", id="hours"),
        pytest.param(
            {"kind": "chip", "body_json": ENERGY, "answer_pointer": "/accelerator_energy_kwh"},
            "chip energy, hours given",
            id="chips",
        ),
        pytest.param(
            {"kind": "wall", "body_json": ENERGY, "answer_pointer": "/it_energy_kwh"},
            "energy at the wall, hours given",
            id="wall",
        ),
        pytest.param(
            {"kind": "facility", "body_json": HOURS["body_json"], "answer_pointer": "/energy_kwh"},
            "energy at the meter from parameters and tokens",
            id="meter",
        ),
        pytest.param(
            {"kind": "cost", "body_json": ENERGY, "answer_pointer": "/cost/total_usd"},
            "dollars, hours given",
            id="cost",
        ),
        pytest.param(
            {
                "kind": "tokens_j",
                "path": SERVING,
                "body_json": json.dumps(SERVED),
                "answer_pointer": "/per_output_token/accelerator_energy_j",
            },
            "joules per token",
            id="tokens",
        ),
        pytest.param(
            {
                "kind": "throughput",
                "path": SERVING,
                "body_json": json.dumps(SERVED),
                "answer_pointer": "/throughput_tokens_per_s",
            },
            "tokens per second",
            id="throughput",
        ),
        pytest.param(
            {"kind": "throughput", "path": SERVING, "body_json": json.dumps(PICTURE | {"region": "USA"})},
            "hours of an image or video",
            id="image",
        ),
        pytest.param({"kind": "new", "body_json": ENERGY}, "new at /accelerator_hours", id="a-kind-that-nobody-named"),
    ],
)
def test_each_kind_of_row_is_put_to_the_service_as_a_request(catalog, tmp_path, row, kind):
    (one,) = compared(catalog, tmp_path, row)
    assert isinstance(one, Comparison), one
    assert one.kind == ANOTHER + kind
    assert one.low <= one.value <= one.high
    assert one.source == "Somebody"


def test_a_trackers_model_of_the_server_is_a_kind_of_its_own(catalog, tmp_path):
    tracked = {"kind": "wall", "body_json": ENERGY, "answer_pointer": "/it_energy_kwh"}
    caveat = "4 minutes; CodeCarbon total: GPU measured, CPU and RAM modelled"
    (one,) = compared(catalog, tmp_path, {**tracked, "caveat": caveat})
    assert one.kind == TRACKED


@pytest.mark.parametrize(
    ("row", "why"),
    [
        pytest.param({"body_json": "{"}, "the request must be valid JSON", id="no-json"),
        pytest.param({"body_json": "[1]"}, "the request must be a JSON object", id="no-object"),
        pytest.param({"body_json": json.dumps({**RUN, "hourz": 1})}, "hourz: unknown field", id="misspelt"),
        pytest.param({"body_json": json.dumps(ABACUS)}, "'abacus 9' is not known", id="unknown-name"),
        pytest.param({"body_json": json.dumps({"region": "USA"})}, "accelerator", id="too-little-said"),
        pytest.param({"path": "/v1/estimates/speech"}, "no endpoint at /v1/estimates/speech", id="unknown-path"),
        pytest.param({"answer_pointer": "/hours_of_sleep"}, "nothing at /hours_of_sleep", id="no-such-quantity"),
        pytest.param({"truth": "many"}, "'many' is no figure", id="no-figure"),
    ],
)
def test_a_row_that_cannot_be_asked_is_told_with_the_reason(catalog, tmp_path, row, why):
    (one,) = compared(catalog, tmp_path, HOURS | row)
    assert isinstance(one, Unanswered)
    assert (one.id, one.source) == ("row", "Somebody")
    assert why in one.why


def test_a_source_that_cannot_be_left_out_of_the_fits_is_told(catalog, tmp_path):
    row = {**HOURS, "source": "MLPerf Training v4.0 power logs (somewhere)"}
    found = compared(catalog, tmp_path, row, without=lambda *_: None)
    assert found == [Indispensable(source="mlcommons-power")]


def test_the_source_of_a_row_is_left_out_of_the_tables_that_answer_it(catalog, tmp_path):
    other = with_tables(catalog, {"defaults": catalog.tables["defaults"]})
    answers = []

    def answer(path, body, tables):
        answers.append(tables)
        return answer_request(path, body, tables)

    compared(catalog, tmp_path, HOURS)
    list(
        unseen_comparisons(
            tmp_path, answer, lambda row, body: other if row["id"] and body["total_params_b"] == 7 else catalog
        )
    )
    assert answers == [other]


def test_a_file_without_a_column_is_refused(catalog, tmp_path):
    (tmp_path / "fresh.csv").write_text("id,kind\n", encoding="utf-8")
    with pytest.raises(TableError, match="columns are missing: path"):
        list(unseen_comparisons(tmp_path, answer_request, lambda _row, _body: catalog))


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        pytest.param("/a/b", 1, id="nested"),
        pytest.param("/list/1", 3, id="array"),
        pytest.param("/list/9", None, id="beyond-the-array"),
        pytest.param("/list/last", None, id="no-index"),
        pytest.param("/x~1y", 4, id="escaped"),
        pytest.param("/a/b/c", None, id="into-a-number"),
        pytest.param("/nothing", None, id="absent"),
    ],
)
def test_a_pointer_finds_what_stands_there(pointer, expected):
    assert at_pointer({"a": {"b": 1}, "list": [2, 3], "x/y": 4}, pointer) == expected
