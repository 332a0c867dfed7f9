"""GET {question}/{document}: an answer as a text to take away."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from costsvc.report.texts.formats import FORMATS, formats_of
from costsvc.schemas import query
from costsvc.web.http import services_of
from costsvc.web.registry import ENDPOINTS

RUN = {"accelerator": "h100", "accelerator_hours": "1000", "region": "aws:us-east-1"}
CITATION = "/v1/estimates/training/citation.md"
ALL = [pytest.param(kind, one.name, id=f"{kind}-{one.name}") for kind in ENDPOINTS for one in formats_of(kind)]
HOSTILE = "x'; touch /tmp/never; $(touch /tmp/never) `touch /tmp/never` \" \\ {a} [1-9] \n #%_$ \u202e"


@pytest.fixture(scope="module")
def port(app: Flask) -> Iterator[int]:
    """Where the application answers over HTTP."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()


def example_of(kind: str) -> list[tuple[str, str]]:
    return list(query.pairs(ENDPOINTS[kind].example))


def printed(script: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """What a shell script writes."""
    (folder / "request.sh").write_text(script)
    return subprocess.run(["/bin/sh", "request.sh"], cwd=folder, capture_output=True, check=False, timeout=60)


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_every_question_gives_each_of_its_documents(client: FlaskClient, kind: str, name: str) -> None:
    answer = client.get(f"{ENDPOINTS[kind].path}/{name}", query_string=example_of(kind))
    assert answer.status_code == 200
    assert answer.mimetype == FORMATS[name].media_type
    assert answer.mimetype == "application/json" or answer.mimetype_params == {"charset": "utf-8"}
    assert "Content-Disposition" not in answer.headers
    assert answer.text.strip()


@pytest.mark.parametrize("kind", ENDPOINTS)
def test_the_json_is_that_of_the_post(client: FlaskClient, kind: str) -> None:
    question = ENDPOINTS[kind]
    taken = client.get(f"{question.path}/answer.json", query_string=example_of(kind))
    assert taken.data == client.post(question.path, json=question.example).data


@pytest.mark.parametrize("kind", ENDPOINTS)
def test_the_command_gives_the_bytes_of_the_post(client: FlaskClient, port: int, kind: str, tmp_path: Path) -> None:
    question = ENDPOINTS[kind]
    there = f"http://127.0.0.1:{port}"
    script = client.get(f"{question.path}/request.sh", query_string=example_of(kind), base_url=there).text
    done = printed(script, tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == client.post(question.path, json=question.example).data


def test_a_command_with_hostile_names_posts_them_and_does_nothing_else(
    client: FlaskClient, port: int, tmp_path: Path
) -> None:
    question = ENDPOINTS["amortization"]
    example: dict[str, Any] = question.example
    first, second = example["strategies"]
    body = {**example, "strategies": [{**first, "name": HOSTILE.strip()}, second]}
    there = f"http://127.0.0.1:{port}"
    script = client.get(f"{question.path}/request.sh", query_string=list(query.pairs(body)), base_url=there).text
    assert printed(script, tmp_path).stdout == client.post(question.path, json=body).data
    assert not Path("/tmp/never").exists()  # noqa: S108 - what the name would have made


@pytest.mark.parametrize("name", [one.name for one in formats_of("amortization")])
def test_hostile_names_leave_every_document_whole(client: FlaskClient, name: str) -> None:
    pairs = [(field, HOSTILE if field == "strategies.0.name" else text) for field, text in example_of("amortization")]
    answer = client.get(f"/v1/comparisons/amortization/{name}", query_string=pairs)
    assert answer.status_code == 200
    if name == "citation.tex":
        assert answer.data.isascii()
        assert r"\{a\} [1-9] \#\%\_\$" in answer.text


def test_a_download_has_a_name_of_its_own(client: FlaskClient) -> None:
    answer = client.get(CITATION, query_string=RUN | {"download": "1"})
    assert answer.headers["Content-Disposition"] == "attachment; filename=training-citation.md"
    assert answer.data == client.get(CITATION, query_string=RUN).data


def test_a_document_is_not_sent_twice_to_who_has_it(client: FlaskClient) -> None:
    first = client.get(CITATION, query_string=RUN)
    again = client.get(CITATION, query_string=RUN, headers={"If-None-Match": first.headers["ETag"]})
    other = client.get(CITATION, query_string=RUN | {"pue": "1.5"}, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert other.status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        pytest.param({"accelerator": "h1000"}, "accelerator", "Nearest", id="unknown-name"),
        pytest.param({"accelerator_hours": "-1"}, "accelerator_hours", "must be 0 or between", id="out-of-range"),
        pytest.param({"accelerator_hours": "many"}, "accelerator_hours", "a number between", id="no-number"),
        pytest.param({"accelerator_hours": "nan"}, "accelerator_hours", "a number between", id="nan"),
        pytest.param({"gpus": "8"}, "gpus", "unknown field", id="misspelt"),
        pytest.param({"explain": "true"}, "explain", "unknown field", id="explain"),
        pytest.param({"download": "yes"}, "download", "must be 1", id="download"),
    ],
)
def test_a_query_that_is_not_right_is_refused_by_field(
    client: FlaskClient, change: dict[str, str], field: str, message: str
) -> None:
    answer = client.get(CITATION, query_string=RUN | change)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert message in answer.get_json()["errors"][field][0]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/estimates/training/citation.pdf",
        "/v1/estimates/inference/model-card.md",
        "/v1/comparisons/change/sci.md",
    ],
)
def test_a_document_that_there_is_not_is_not_found_and_those_that_there_are_are_named(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert "citation.md, citation.tex" in answer.get_json()["detail"]


def test_every_document_is_documented(app: Flask) -> None:
    paths = services_of(app).openapi()["paths"]
    for kind, question in ENDPOINTS.items():
        operation = paths[f"{question.path}/{{document}}"]
        (named,) = operation["parameters"]
        assert named["schema"]["enum"] == [one.name for one in formats_of(kind)]
        content = operation["get"]["responses"]["200"]["content"]
        assert set(content) == {one.media_type for one in formats_of(kind)}
        for one in formats_of(kind):
            assert re.search(rf"`{one.name}`: {one.description}", operation["get"]["description"])


def test_the_readme_shows_what_is_answered(client: FlaskClient) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Exports")[2].partition("\n## ")[0]
    address = re.search(r"localhost:8000(/\S+)'", section)[1]  # type: ignore[index] # it is there
    paragraph = " ".join(re.findall(r"^> (.*)$", section, re.MULTILINE)).removesuffix(" ...")
    assert client.get(address).text.startswith(paragraph)
    shown = yaml.safe_load(section.partition("```yaml\n")[2].partition("```")[0])["co2_eq_emissions"]
    card = client.get(address.replace("citation.md", "model-card.md")).text
    assert shown.items() <= yaml.safe_load(card.split("---\n")[1])["co2_eq_emissions"].items()


def test_the_documents_page_lists_every_document() -> None:
    page = (Path(__file__).parents[2] / "docs" / "takeaway.md").read_text(encoding="utf-8")
    for one in FORMATS.values():
        whose = "all" if one.kinds == set(ENDPOINTS) else ", ".join(kind for kind in ENDPOINTS if kind in one.kinds)
        assert re.search(rf"^\| `{one.name}` \| `{one.media_type}` \| .* \| {whose} \|$", page, re.MULTILINE)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        pytest.param({"training_tokens_b": "15T"}, {"training_tokens_b": 15_000}, id="tokens"),
        pytest.param({"training_tokens_b": "100 B"}, {"training_tokens_b": 100}, id="tokens-in-the-field's-unit"),
    ],
)
def test_an_export_and_a_page_answer_what_was_typed(
    client: FlaskClient, typed: dict[str, Any], plain: dict[str, Any]
) -> None:
    base = {"accelerator": "h100", "total_params_b": "8B"}
    exact = {"accelerator": "h100", "total_params_b": "8"}
    where = "/v1/estimates/training/answer.json"
    found, wanted = (client.get(where, query_string=one).get_json() for one in (base | typed, exact | plain))
    assert found == wanted
    assert client.get("/", query_string=base | typed).status_code == 200
