"""The scoreboard, as the service shows it."""

import csv
import html
import io
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from costsvc.reference import scoreboard
from costsvc.report import accuracy
from costsvc.report.figures.accuracy import FIGURES
from costsvc.report.figures.theme import PAPER, Theme
from costsvc.settings import Settings, bundled_data
from costsvc.web.api.validation import EXAMPLE, NAMES
from costsvc.web.app import create_app
from costsvc.web.http import services_of

PATH = "/v1/validation"
PANELS = ("unseen", "hosted", "row")
"""Groups of figures of published against estimated figures."""


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


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("theme", "size"), [("light", "large"), ("dark", "small")])
def test_every_figure_is_drawn_in_the_colours_of_the_page(
    client: FlaskClient, name: str, theme: Theme, size: str
) -> None:
    drawn = client.get(f"{PATH}/figure.svg", query_string={"figure": name, "theme": theme, "size": size})
    assert (drawn.status_code, drawn.mimetype) == (200, "image/svg+xml")
    assert PAPER[theme] in drawn.text
    assert FIGURES[name].describe(scoreboard.read()) in html.unescape(drawn.text)


def test_the_figure_of_before_has_all_panels(client: FlaskClient) -> None:
    assert client.get(f"{PATH}/figure.svg").data == client.get(f"{PATH}/figure.svg?figure=all").data


@pytest.mark.parametrize("query", ["figure=nothing", "theme=blue", "size=huge", "download=2"])
def test_a_variant_that_does_not_exist_is_refused(client: FlaskClient, query: str) -> None:
    response = client.get(f"{PATH}/figure.svg?{query}")
    assert response.status_code == 422
    assert list(response.get_json()["errors"]) == [query.partition("=")[0]]


def test_the_data_of_the_figures_are_the_points_of_the_scoreboard(client: FlaskClient) -> None:
    board = scoreboard.read()
    rows = [row for name, figure in FIGURES.items() if figure.group in PANELS for row in data_of(client, name)]
    assert len(rows) == len(scoreboard.points_of(board))
    hours = data_of(client, "another-source-accelerator-hours")
    (kind,) = (one for one in board["by_source"] if one["kind"] == "another source: hours from parameters and tokens")
    assert sum(row["inside"] == "True" for row in hours) == pytest.approx(kind["inside"], abs=1)


def test_the_page_begins_with_numbers_of_the_scoreboard(client: FlaskClient) -> None:
    page = html.unescape(client.get("/scoreboard").text).replace("\xa0", " ")
    near = accuracy.of_unseen(scoreboard.read())
    assert f"Half of the estimates are within {near.within_percent} % of what was published" in page
    assert f"{near.inside} of {near.ranges} ranges hold the published figure" in page
    assert "theme=dark" in page


def data_of(client: FlaskClient, name: str) -> list[dict[str, str]]:
    """The rows of a figure that have a kind: not those of its lines."""
    rows = csv.DictReader(io.StringIO(client.get(f"{PATH}/figure.csv?figure={name}").text))
    return [row for row in rows if row["kind"]]
