"""Other origins read what a setting lets them read, and nothing without it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from costsvc.settings import Settings
from costsvc.web import cors
from costsvc.web.api import training
from costsvc.web.app import create_app

OURS, ANOTHER = "https://dashboard.example", "http://localhost:5173"
STRANGER = "https://stranger.example"
ALLOWED = "Access-Control-Allow-Origin"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}

Ask = Callable[..., TestResponse]


@pytest.fixture(scope="module")
def listed() -> FlaskClient:
    return create_app(Settings.from_env({"COSTSVC_CORS_ORIGINS": f"{OURS},{ANOTHER}"})).test_client()


@pytest.fixture(scope="module")
def everyone() -> FlaskClient:
    return create_app(Settings.from_env({"COSTSVC_CORS_ORIGINS": "*"})).test_client()


@pytest.mark.parametrize("path", ["/v1/models?limit=1", "/v1/models/no-such-model", "/openapi.json", "/healthz"])
def test_an_origin_that_is_named_may_read_answers_and_problems(listed: FlaskClient, path: str) -> None:
    for origin in (OURS, ANOTHER):
        answer = listed.get(path, headers={"Origin": origin})
        assert (answer.headers[ALLOWED], "Origin" in answer.vary) == (origin, True)
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


def test_an_origin_that_is_named_may_ask(listed: FlaskClient) -> None:
    preflight = listed.options(training.ENDPOINT.path, headers={"Origin": OURS, **PREFLIGHT})
    assert (preflight.status_code, preflight.headers[ALLOWED], "Origin" in preflight.vary) == (200, OURS, True)
    assert set(preflight.headers["Access-Control-Allow-Methods"].split(", ")) == {"OPTIONS", "POST"}
    assert preflight.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert int(preflight.headers["Access-Control-Max-Age"]) > 0
    answer = listed.post(training.ENDPOINT.path, json=training.EXAMPLE, headers={"Origin": OURS})
    assert (answer.status_code, answer.headers[ALLOWED]) == (200, OURS)


@pytest.mark.parametrize("headers", [{"Origin": STRANGER}, {"Origin": "null"}, {"Origin": "*"}, {}])
def test_any_other_gets_an_answer_that_no_cache_gives_to_those_named(listed: FlaskClient, headers: dict) -> None:
    for answer in (
        listed.get("/healthz", headers=headers),
        listed.options(training.ENDPOINT.path, headers=headers | PREFLIGHT),
    ):
        assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118 - a list
        assert "Origin" in answer.vary


@pytest.mark.parametrize("path", ["/", "/docs", "/metrics", "/v1"])
def test_pages_and_metrics_stay_with_their_own_origin(listed: FlaskClient, path: str) -> None:
    assert ALLOWED not in listed.get(path, headers={"Origin": OURS}).headers


def test_all_origins_may_be_let_in(everyone: FlaskClient) -> None:
    for headers in ({"Origin": STRANGER}, {}):
        assert everyone.get("/healthz", headers=headers).headers[ALLOWED] == "*"
    preflight = everyone.options(training.ENDPOINT.path, headers={"Origin": STRANGER, **PREFLIGHT})
    assert (preflight.headers[ALLOWED], preflight.headers["Access-Control-Allow-Headers"]) == ("*", "Content-Type")


def test_without_the_setting_no_answer_speaks_of_origins(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"Origin": OURS})
    assert (ALLOWED in answer.headers, "Origin" in answer.vary) == (False, False)


def test_without_the_setting_no_request_is_looked_at(app) -> None:
    functions = [getattr(function, "func", function) for function in app.after_request_funcs[None]]
    assert [function for function in functions if function.__module__ == cors.__name__] == []
