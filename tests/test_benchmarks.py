"""What watches over a refactoring: recorded answers, their comparison, and the count of files that a request enters."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from benchmarks import walk
from benchmarks.differences import differences
from benchmarks.random_requests import random_requests

ROOT = Path(__file__).parents[1]
FACTOR = {"name": "pue", "value": 1.1, "low": 1.05, "high": 1.2, "unit": "1", "origin": "table", "source_id": "a"}
OTHER = {**FACTOR, "name": "accelerator_tdp_w", "value": 700.0}
STEP = {"name": "energy_kwh", "formula": "hours * 2", "inputs": {"hours": 3.0}, "value": 6.0, "reference": None}


def answers(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.answers", "--processes", "1", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("answers") / "before.jsonl.gz"
    done = answers("record", str(file), "--count", "30", "--seed", "1")
    assert done.returncode == 0, done.stderr
    return file


def lines(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as text:
        return [json.loads(line) for line in text]


@pytest.mark.slow
def test_answers_are_recorded_with_their_requests(recorded: Path) -> None:
    found = lines(recorded)
    assert len(found) == 30
    assert {"address", "body", "status", "answer"} == set(found[0])
    assert sum(line["status"] == 200 for line in found) >= 24


@pytest.mark.slow
def test_answers_of_the_same_code_do_not_differ(recorded: Path) -> None:
    done = answers("compare", str(recorded))
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 of 30 answers differ" in done.stdout


@pytest.mark.slow
def test_a_changed_number_and_a_changed_status_are_found(recorded: Path, tmp_path: Path) -> None:
    first, second, *_ = (line for line in lines(recorded) if line["address"] == walk.TRAINING and line["status"] == 200)
    first["answer"]["energy_kwh"]["low"] *= 1 + 1e-6
    second["status"] = 500
    changed = tmp_path / "changed.jsonl.gz"
    with gzip.open(changed, "wt", encoding="utf-8") as text:
        text.writelines(json.dumps(line) + "\n" for line in (first, second))
    done = answers("compare", str(changed))
    assert done.returncode == 1
    assert "request 0, /v1/estimates/training: number, energy_kwh.low" in done.stdout
    assert "request 1, /v1/estimates/training: status, status: 500 -> 200" in done.stdout
    assert "2 of 2 answers differ, in 2 values" in done.stdout


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"value": 1.0}, {"value": 1.0 + 1e-12}),
        ({"value": 0.0}, {"value": 1e-13}),
        ({"value": 1}, {"value": 1.0}),
        ({"factors": [FACTOR, OTHER]}, {"factors": [OTHER, {**FACTOR, "locator": "page 2"}]}),
        ({"warnings": [{"code": "a", "message": "x"}]}, {"warnings": [{"code": "a", "message": "y"}]}),
        ({"unavailable": [{"field": "a"}, {"field": "b"}]}, {"unavailable": [{"field": "b"}, {"field": "a"}]}),
        ({"explanation": [STEP]}, {"explanation": [{**STEP, "formula": "2 * hours", "reference": "a book"}]}),
        ({"errors": {"pue": ["too low"]}}, {"errors": {"pue": ["too small"]}}),
        ({"id": "1", "version": "1", "data_version": "1"}, {"id": "2", "version": "2", "data_version": "2"}),
    ],
)
def test_texts_order_of_names_and_rounding_are_no_difference(before: Any, after: Any) -> None:
    assert differences(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "kind", "path"),
    [
        ({"value": 1.0}, {"value": 1.0 + 1e-8}, "number", "value"),
        ({"carbon": {"low": None}}, {"carbon": {"low": 0.0}}, "null", "carbon.low"),
        ({"carbon": None}, {"carbon": 1}, "null", "carbon"),
        ({"flag": True}, {"flag": 1}, "text", "flag"),
        ({"region": "world"}, {"region": "USA"}, "text", "region"),
        ({"a": 1, "b": 2}, {"a": 1}, "gone", "b"),
        ({"a": 1}, {"a": 1, "b": 2}, "new", "b"),
        ({"list": [1, 2]}, {"list": [2, 2]}, "number", "list[0]"),
        ({"list": []}, {"list": {}}, "new", "list"),
        ({"factors": [FACTOR]}, {"factors": [{**FACTOR, "value": 1.2}]}, "factors: number", "factors[pue].value"),
        ({"factors": [FACTOR]}, {"factors": [{**FACTOR, "source_id": "b"}]}, "factors: text", "factors[pue].source_id"),
        (
            {"explanation": [STEP]},
            {"explanation": [{**STEP, "value": 7}]},
            "explanation: number",
            "explanation[energy_kwh].value",
        ),
        (
            {"explanation": [STEP]},
            {"explanation": [{**STEP, "inputs": {"hours": 4}}]},
            "explanation: number",
            "explanation[energy_kwh].inputs.hours",
        ),
        ({"warnings": [{"code": "a"}]}, {"warnings": [{"code": "b"}]}, "warnings", "warnings"),
        (
            {"parts": [{"unavailable": [{"field": "a"}]}]},
            {"parts": [{"unavailable": []}]},
            "unavailable",
            "parts[0].unavailable",
        ),
        ({"errors": {"pue": []}}, {"errors": {"year": []}}, "errors", "errors"),
    ],
)
def test_a_difference_says_its_kind_and_path(before: Any, after: Any, kind: str, path: str) -> None:
    assert (kind, path) in [(found.kind, found.path) for found in differences(before, after)]


def test_a_factor_that_comes_twice_is_compared_twice() -> None:
    twice = [FACTOR, {**FACTOR, "value": 1.3}]
    changed = [{**FACTOR, "value": 1.4}, FACTOR]
    assert [found.path for found in differences({"factors": twice}, {"factors": changed})] == ["factors[pue#2].value"]


def test_random_requests_are_the_same_for_the_same_seed() -> None:
    assert list(random_requests(20, seed=3)) == list(random_requests(30, seed=3))[:20]
    assert list(random_requests(20, seed=3)) != list(random_requests(20, seed=4))


def test_the_walk_of_a_request_is_counted(client: FlaskClient) -> None:
    path, body = walk.KINDS["training, hours"]
    found = walk.walk(client, path, {**body, **walk.HERE})
    assert {Path(file).name for file in found.files} >= {"training.py", "footprint.py"}
    assert found.calls > len(found.functions) > len(found.files) > 10
    assert found.changes > 0


def test_a_training_request_stays_in_few_files_and_leaves_the_tables_alone(client: FlaskClient) -> None:
    path, body = walk.KINDS["training, hours"]
    request = {**body, **walk.HERE}
    for _ in range(2):
        found = walk.walk(client, path, request)
    assert found.into_reference == 0
    assert len(found.files) <= 20
    assert found.changes <= 154  # 4 of them to say in which tables names are looked up, and to take it back


def test_a_refused_request_has_no_walk(client: FlaskClient) -> None:
    with pytest.raises(ValueError, match="is required"):
        walk.walk(client, walk.TRAINING, {})
