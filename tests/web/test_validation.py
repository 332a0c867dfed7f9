"""The scoreboard, as the service shows it."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from costsvc.reference import scoreboard
from costsvc.settings import Settings, bundled_data
from costsvc.web.api.validation import EXAMPLE
from costsvc.web.app import create_app
from costsvc.web.http import services_of

PATH = "/v1/validation"


def test_the_scoreboard_is_shown_as_it_was_stored(client: FlaskClient) -> None:
    shown = client.get(PATH).get_json()
    current = shown.pop("current")
    assert shown == scoreboard.read()
    assert current == (shown["data_version"] == client.get("/healthz").get_json()["data_version"])


def test_other_tables_are_not_those_that_were_measured(tmp_path: Path) -> None:
    shutil.copy(bundled_data() / "sources.csv", tmp_path)
    with (tmp_path / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("mine,me,Mine,2026,2026-11,,facts only,me\n")
    shown = create_app(Settings(data_overlay=tmp_path)).test_client().get(PATH).get_json()
    assert shown["current"] is False
    assert shown["data_version"] == scoreboard.read()["data_version"]


def test_an_etag_saves_sending_the_scoreboard_again(client: FlaskClient) -> None:
    first = client.get(PATH)
    again = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "no-cache"
    assert client.get(PATH, headers={"If-None-Match": '"other"'}).status_code == 200


def test_every_kind_that_is_drawn_has_its_points_inside_or_not(client: FlaskClient) -> None:
    drawn = [kind for kind in client.get(PATH).get_json()["kinds"] if kind["unit"]]
    assert drawn
    for kind in drawn:
        assert len(kind["points"]) == kind["rows"]
        inside = sum(point["low"] <= point["published"] <= point["high"] for point in kind["points"])
        assert inside == pytest.approx(kind["inside"], abs=1)  # an edge may round to the other side


def test_the_example_is_as_documented(app: Flask) -> None:
    document = services_of(app).openapi()
    schema = document["paths"][PATH]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert not list(Draft202012Validator({**document, **schema}).iter_errors(EXAMPLE))
