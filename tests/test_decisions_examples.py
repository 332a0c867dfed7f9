"""The worked examples of decisions say what the service answers."""

import json
import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).parent.parent / "docs" / "decisions-examples.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"`POST (\S+)`\n\n```json\n(.*?)```\n\n((?:\|[^\n]*\n)+)", re.DOTALL)
ENDS = ("value", "low", "high")
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


def test_there_are_five_requests():
    assert len(EXAMPLES) == TEXT.count("```json") == 5


@pytest.mark.parametrize(("path", "body", "table"), EXAMPLES)
def test_an_example_is_answered_as_it_is_told(client, path, body, table):
    response = client.post(path, json=body)
    assert response.status_code == 200, response.json
    for field, cells in rows(table):
        found = at(response.json, field)
        if isinstance(found, str):
            assert cells == [found], field
        else:
            shown = [found[end] for end in ENDS] if isinstance(found, dict) else [found]
            assert [float(cell) for cell in cells] == pytest.approx(shown, rel=0.01), field
