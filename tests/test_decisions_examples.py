"""The worked examples of decisions say what the service answers."""

import json
import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).parent.parent / "docs" / "decisions-examples.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"`POST (\S+)`\n\n```json\n(.*?)```\n\n((?:\|[^\n]*\n)+)", re.DOTALL)
ENDS = ("value", "low", "high")
NUMBER = re.compile(r"(?<![\w-])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)")
WORDS = {"None": "none", "True": "true", "False": "false"}
EXAMPLES = [
    pytest.param(path, json.loads(body), table, id=f"{number}-{path.rpartition('/')[2]}")
    for number, (path, body, table) in enumerate(EXAMPLE.findall(TEXT), start=1)
]


def rows(table):
    """Field and cells of each row below the head."""
    for line in table.splitlines()[2:]:
        field, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        yield field.strip("`"), [cell for cell in cells if cell]


def at(answer, field):
    for name in field.split("."):
        answer = answer[int(name)] if isinstance(answer, list) else answer[name]
    return answer


def split(cell):
    """The words of a cell, and the numbers between them."""
    return NUMBER.sub("#", cell), [float(found) for found in NUMBER.findall(cell)]


def written(found):
    """A field of the answer as cells show it, its numbers unrounded."""
    if isinstance(found, dict):
        return [written(found[end])[0] for end in ENDS]
    return [found if isinstance(found, str) else WORDS.get(str(found), repr(found))]


def test_there_are_six_requests():
    assert len(EXAMPLES) == TEXT.count("```json") == 6


@pytest.mark.parametrize(("path", "body", "table"), EXAMPLES)
def test_an_example_is_answered_as_it_is_told(client, path, body, table):
    response = client.post(path, json=body)
    assert response.status_code == 200, response.json
    for field, cells in rows(table):
        for cell, found in zip(cells, written(at(response.json, field)), strict=True):
            (words, numbers), (true_words, true_numbers) = split(cell), split(found)
            assert words == true_words, field
            assert numbers == pytest.approx(true_numbers, rel=0.01), field


@pytest.mark.parametrize(
    ("strategy", "teams", "hours"), [pytest.param(0, 10, 60_300, id="7b"), pytest.param(2, 1, 318, id="bert")]
)
def test_the_busy_hours_behind_the_waiting_ones(client, strategy, teams, hours):
    assert f"{hours:,}" in TEXT
    asked = EXAMPLES[1].values[1]
    load = asked["strategies"][strategy]["per_request"]["inference"] | {"requests": teams * asked["requests_per_task"]}
    answer = client.post("/v1/estimates/inference", json=load).json
    assert answer["accelerator_hours"]["value"] == pytest.approx(hours, rel=0.01)
