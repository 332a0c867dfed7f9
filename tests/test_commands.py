"""Commands that ask a question give the numbers of the API, and say what is wrong with a request."""

import json
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import orjson
import pytest
import yaml
from click.testing import CliRunner, Result

from costsvc.cli import main
from costsvc.commands import COMPARISONS, ESTIMATES
from costsvc.web.registry import ENDPOINTS

TYPED = ["--accelerator", "8xH100", "--accelerator-hours", "1,000", "--region", "N. Virginia", "--pricing.kind", "spot"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_an_estimate_is_a_sentence_and_four_totals_with_their_ranges() -> None:
    answer = run("estimate", "training", *TYPED)
    assert answer.exit_code == 0
    lines = answer.output.splitlines()
    assert lines[0].startswith("Training a model for 1,000 accelerator-hours on 8 H100 SXM5 80 GB in N. Virginia")
    assert [line.split()[0] for line in lines[2:6]] == ["Energy", "CO2e", "Water", "Cost"]
    assert all(" to " in line for line in lines[2:6])


def test_flags_give_the_answer_of_the_api(client) -> None:
    body = {"accelerator": "8xH100", "accelerator_hours": 1000, "region": "N. Virginia", "pricing": {"kind": "spot"}}
    answer = orjson.loads(run("estimate", "training", *TYPED, "--json").output)
    assert answer == client.post("/v1/estimates/training", json=body).get_json()


@pytest.mark.parametrize("write", [yaml.safe_dump, lambda body: orjson.dumps(body).decode()], ids=["yaml", "json"])
@pytest.mark.parametrize("kind", ESTIMATES)
def test_a_file_is_answered_and_a_flag_goes_before_it(client, tmp_path: Path, kind: str, write) -> None:
    endpoint = ENDPOINTS[kind]
    file = tmp_path / "request"
    file.write_text(write(dict(endpoint.example)), encoding="utf-8")
    answer = orjson.loads(run("estimate", kind, "--file", file, "--region", "SWE", "--json").output)
    assert answer == client.post(endpoint.path, json={**endpoint.example, "region": "SWE"}).get_json()


@pytest.mark.parametrize(("command", "kind"), COMPARISONS.items())
def test_a_comparison_is_answered_from_a_file(client, tmp_path: Path, command: str, kind: str) -> None:
    endpoint = ENDPOINTS[kind]
    file = tmp_path / "request.json"
    file.write_bytes(orjson.dumps(endpoint.example))
    answer = orjson.loads(run("compare", command, "--file", file, "--json").output)
    assert answer == client.post(endpoint.path, json=endpoint.example).get_json()
    assert run("compare", command, "--file", file).output[0].isupper()


def test_markdown_is_the_citation_of_the_api(client) -> None:
    written = run("estimate", "training", *TYPED, "--markdown").output
    query = {"accelerator": "8xH100", "accelerator_hours": "1,000", "region": "N. Virginia", "pricing.kind": "spot"}
    assert written.strip() == client.get("/v1/estimates/training/citation.md", query_string=query).text.strip()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["estimate", "training", "--acelerator", "h100"], "Did you mean one of: '--accelerator'"),
        (["estimate", "training", "--accelerator", "h100"], "accelerator-hours: exactly one of"),
        (["estimate", "training", "--accelerator", "h101", "--accelerator-hours", "1"], "'h101' is not known"),
        (["estimate", "training", "--file", "/no/such/file"], "does not exist"),
        (["compare", "placement"], "exactly one of training, inference"),
        (["compare", "plaecment"], "No such command"),
    ],
)
def test_what_is_wrong_is_told_with_the_exit_code_of_wrong_input(arguments: list[str], message: str) -> None:
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert message in answer.output


def test_all_that_is_wrong_is_told_at_once() -> None:
    answer = run("estimate", "training", "--accelerator", "h101", "--hours", "-1", "--region", "Pariss")
    assert {line.split(":")[1].strip() for line in answer.output.splitlines()} == {"accelerator", "hours", "region"}


@pytest.mark.parametrize("text", ["- a list", "{", "\x00"])
def test_a_file_that_is_no_request_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "request.yaml"
    file.write_text(text, encoding="utf-8")
    answer = run("estimate", "training", "--file", file)
    assert answer.exit_code == 2
    assert str(file) in answer.output


@pytest.mark.parametrize(("group", "command"), [*(("estimate", kind) for kind in ESTIMATES), ("compare", "change")])
def test_help_has_an_example(group: str, command: str) -> None:
    assert f"Example: costsvc {group} {command}" in " ".join(run(group, command, "--help").output.split())


@pytest.mark.processes
def test_serve_answers_on_its_port_until_it_is_stopped() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("costsvc"), "serve", "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - ours
        try:
            assert health(port, process) == "ok"
        finally:
            process.terminate()
        assert process.wait(timeout=60) == 0


def health(port: int, process: subprocess.Popen[bytes]) -> str:
    """What a service says of itself, as soon as it listens."""
    while process.poll() is None:
        with suppress(ConnectionError), closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", "/healthz")
            return str(json.loads(connection.getresponse().read())["status"])
        time.sleep(0.1)
    raise AssertionError("the service has ended")
