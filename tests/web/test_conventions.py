"""What holds for the whole service: its errors, settings and documents."""

import dataclasses
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from costsvc.errors import CostsvcError, SettingsError, TableError
from costsvc.settings import PREFIX, Settings
from costsvc.web import problems

README = Path(__file__).parents[2] / "README.md"
ENDS_THE_START = {SettingsError, TableError}
"""Errors that no request can raise, for the service does not run."""
RAISED_BY_REQUESTS = set(CostsvcError.__subclasses__()) - ENDS_THE_START


def headings(client: FlaskClient) -> set[str]:
    return set(re.findall(r'<h2 id="([^"]+)">', client.get("/docs/problems").text))


@pytest.mark.parametrize("error", sorted(RAISED_BY_REQUESTS, key=lambda kind: kind.code))
def test_an_error_of_the_domain_has_a_status_and_a_heading(client: FlaskClient, error: type[CostsvcError]) -> None:
    assert 400 <= problems.STATUS[error] < 500 or problems.STATUS[error] == 503
    assert error.code in headings(client)


def test_every_status_is_explained_under_the_type_that_its_problem_names(client: FlaskClient) -> None:
    assert {code for code, _ in problems.CODES.values()} <= headings(client)
    for path in ("/nope", "/v1/models?limit=0", "/v1/estimates/training", "/v1/models/no-such-model"):
        address, _, anchor = client.get(path).get_json()["type"].partition("#")
        assert (address, anchor in headings(client)) == ("/docs/problems", True)


def test_codes_are_not_shared() -> None:
    codes = [error.code for error in CostsvcError.__subclasses__()] + [code for code, _ in problems.CODES.values()]
    assert len(set(codes)) == len(codes)


def test_every_setting_is_in_the_readme() -> None:
    said = README.read_text()
    names = [PREFIX + field.name.upper() for field in dataclasses.fields(Settings)]
    assert [name for name in [*names, "PORT", "WEB_CONCURRENCY"] if name not in said] == []


@pytest.mark.parametrize("path", ["/docs", "/docs/problems"])
def test_a_page_of_the_documents_needs_no_other_host(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert not re.search(r"(https?:)?//", page.text)
    assert "default-src '" in page.headers["Content-Security-Policy"]


def test_everything_that_the_documents_load_is_served(client: FlaskClient) -> None:
    page = client.get("/docs").text
    addresses = re.findall(r'(?:href|src|data-document)="([^"]+)"', page)
    assert len(addresses) >= 4
    for address in addresses:
        with client.get(address) as answer:
            assert (answer.status_code, bool(answer.data)) == (200, True), address


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/v1/models?limit=1", "/nope"])
def test_an_answer_is_taken_for_nothing_else_than_it_says(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("path", "more"), [("/healthz", {}), ("/readyz", {"rejected": None})])
def test_health_names_what_runs(client: FlaskClient, path: str, more: dict[str, None]) -> None:
    found = client.get(path).get_json()
    estimate = client.post("/v1/estimates/training", json={"accelerator": "h100", "accelerator_hours": 1}).get_json()
    assert found == {"status": "ok", "version": estimate["version"], "data_version": estimate["data_version"], **more}


def test_metrics_count_by_route_and_status_and_by_nothing_else(client: FlaskClient) -> None:
    client.get("/v1/models/no-such-model")
    client.get("/no/such/address")
    shown = client.get("/metrics")
    assert shown.mimetype == "text/plain"
    assert re.search(r'costsvc_requests_total\{route="/v1/models/<path:name>",status="404"\} [1-9]', shown.text)
    assert 'costsvc_request_seconds_bucket{le="+Inf",route="unknown",status="404"}' in shown.text
    assert "no-such-model" not in shown.text
    assert "/no/such" not in shown.text
