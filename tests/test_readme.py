"""What the README shows is what the service answers."""

import json
import re
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def found(pattern: str):
    return json.loads(re.search(pattern, README, re.DOTALL).group(1))


def leaves(shown, path=()):
    if not isinstance(shown, dict):
        yield path, shown
        return
    for name, inner in shown.items():
        yield from leaves(inner, (*path, name))


def at(answer, path):
    for name in path:
        answer = answer[name]
    return answer


def test_the_curl_call_gets_the_answer_that_is_shown(client):
    answer = client.post("/v1/estimates/training", json=found(r"-d '(\{.*?\})'")).json
    for path, shown in leaves(found(r"```json\n(.*?)```")):
        wanted = None if shown is None else pytest.approx(shown, rel=1e-3)
        assert at(answer, path) == wanted, path


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_names_the_two_commands(command):
    assert re.search(rf"^{command}\b", README, re.MULTILINE)
