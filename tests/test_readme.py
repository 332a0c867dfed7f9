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


def posted():
    """Address and body of every curl call that posts."""
    calls = re.findall(r"curl -s localhost:8000(/\S+) [^\n]*\\\n\s+-d '(\{.*?\})'", README, re.DOTALL)
    return [pytest.param(path, json.loads(body), id=path.rpartition("/")[2]) for path, body in calls]


@pytest.mark.parametrize(("path", "body"), posted())
def test_every_curl_call_is_answered(client, path, body):
    response = client.post(path, json=body)
    assert response.status_code == 200, response.json


def test_the_price_of_the_calls_is_the_one_that_is_named(client):
    body = next(one.values[1] for one in posted() if one.values[0] == "/v1/estimates/inference")
    cost = client.post("/v1/estimates/inference", json=body).json["cost"]["api_usd"]["value"]
    assert f"{cost:.2f} USD" in README


@pytest.mark.parametrize("path", re.findall(r"curl -s 'localhost:8000(/[^']+)'", README))
def test_every_address_is_answered(client, path):
    assert client.get(path).status_code == 200
