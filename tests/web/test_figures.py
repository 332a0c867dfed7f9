"""Figures of answers: what they show is what the answer says, and they need nothing but themselves."""

import csv
import html
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from costsvc.web import query
from costsvc.web.figures.registry import FIGURES
from costsvc.web.figures.theme import INK, PAPER, themed
from costsvc.web.page.views import VIEWS
from costsvc.web.registry import ENDPOINTS

EXAMPLES = {view.kind: view.example for view in VIEWS if view.workload == "training"}
EACH = [
    pytest.param(kind, name, id=f"{kind}-{name}")
    for kind, figures in FIGURES.items()
    for name in figures
    if name != "phases"  # the example has but the final run
    if not name.startswith("water-")  # the example does not know the water of what is paid once
]
AXES = ("x", "y")
UNIT = re.compile(r"\[.+\]|Month|^$")
OWNED = {"accelerator": "h100", "accelerator_hours": 100, "pricing": {"kind": "owned"}, "region": "USA"}
GIVEN = {"accelerator": "h100", "accelerator_hours": 100, "region": "world"}
ROOM = {"surface": 150_000, "profile": 90_000}


def answer_to(client: FlaskClient, kind: str) -> Any:
    return client.post(ENDPOINTS[kind].path, json=EXAMPLES[kind]).get_json()


def address(kind: str, figure: str, **others: str) -> str:
    said = [*query.pairs(EXAMPLES[kind]), *others.items()]
    return f"{ENDPOINTS[kind].path}/figures/{figure}?{urlencode(said)}"


def encodings(spec: Any) -> Iterator[tuple[str, Any]]:
    yield from spec.get("encoding", {}).items()
    for name in ("layer", "vconcat"):
        for inner in spec.get(name, ()):
            yield from encodings(inner)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("kind", "name"), EACH)
def test_a_figure_of_every_example_is_drawn_on_light_and_on_dark(
    client: FlaskClient, kind: str, name: str, theme: Any
) -> None:
    found = client.get(address(kind, f"{name}.svg", theme=theme))
    assert (found.status_code, found.mimetype) == (200, "image/svg+xml")
    assert len(found.data) < next((size for part, size in ROOM.items() if part in name), 62_000)
    assert PAPER[theme] in found.text
    assert ET.fromstring(found.text).tag.endswith("svg")  # noqa: S314 - our own drawing
    assert not re.search(r"<style|\sstyle=|<script|\son\w+=|<foreignObject|<image", found.text)
    assert not re.search(r"""(href|url\()\s*=?\s*["']?(https?:|//|data:)""", found.text)
    assert "default-src 'none'" in found.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_every_axis_says_what_it_shows_and_in_which_unit(client: FlaskClient, kind: str, name: str) -> None:
    spec = client.get(address(kind, f"{name}.vl.json")).get_json(force=True)
    numeric = [one for channel, one in encodings(spec) if channel in AXES and one.get("type") == "quantitative"]
    titled = [one.get("title") or one.get("axis", {}).get("title") for one in numeric]
    assert any(titled) or not numeric
    assert all(UNIT.search(title) for title in titled if title)


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_a_figure_is_told_in_words_for_those_who_do_not_see_it(client: FlaskClient, kind: str, name: str) -> None:
    told = FIGURES[kind][name].describe(answer_to(client, kind))
    assert 20 < len(told) < 700
    assert "None" not in told


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_every_mark_tells_what_it_shows(client: FlaskClient, kind: str, name: str) -> None:
    spec = client.get(address(kind, f"{name}.vl.json")).get_json(force=True)
    assert any(channel == "description" for channel, _ in encodings(spec))
    labels = re.findall(r'aria-label="([^"]+)"', client.get(address(kind, f"{name}.svg")).text)
    assert len(labels) > 3


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_a_figure_can_be_had_as_a_picture_and_as_its_data(client: FlaskClient, kind: str, name: str) -> None:
    picture = client.get(address(kind, f"{name}.png", download="1"))
    assert picture.data.startswith(b"\x89PNG")
    assert picture.headers["Content-Disposition"] == f"attachment; filename={kind}-{name}.png"
    rows = list(csv.DictReader(io.StringIO(client.get(address(kind, f"{name}.csv")).text)))
    assert len(rows) > 2


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_data_say_their_unit(client: FlaskClient, kind: str, name: str) -> None:
    head = client.get(address(kind, f"{name}.csv")).text.splitlines()[0].split(",")
    assert any(re.search("unit|per_kwh|percent", column) for column in head)


def test_a_curve_shows_the_numbers_of_the_answer(client: FlaskClient) -> None:
    answer = answer_to(client, "amortization")
    curve = next(one for one in answer["curves"] if one["metric"] == "energy_kwh")
    rows = list(csv.DictReader(io.StringIO(client.get(address("amortization", "energy-curve.csv")).text)))
    shown = {
        (row["strategy"], round(float(row["tasks"]), 3)): float(row["value"]) for row in rows if row.get("strategy")
    }
    ratios = set()
    for line in curve["strategies"]:
        for tasks, value in zip(curve["tasks"], line["value"], strict=True):
            near = shown[line["name"], round(float(f"{tasks:.5g}"), 3)]
            if value:
                ratios.add(round(near / value * 1e6, 3))
    assert len(curve["strategies"]) * len(curve["tasks"]) == len(shown)
    assert max(ratios) / min(ratios) == pytest.approx(1, rel=1e-3)


def test_break_even_is_marked_where_the_answer_has_it(client: FlaskClient) -> None:
    answer = answer_to(client, "amortization")
    at = next(one["tasks"]["value"] for one in answer["break_even"] if one["metric"] == "cost_usd")
    rows = csv.DictReader(io.StringIO(client.get(address("amortization", "cost-curve.csv")).text))
    marked = [row for row in rows if row["text"]]
    assert [float(row["at"]) for row in marked] == pytest.approx([answer["tasks"], at])
    assert marked[1]["text"].startswith("break-even of shared")


def test_a_break_even_beyond_the_plot_is_told_at_its_edge(client: FlaskClient) -> None:
    said = {**EXAMPLES["amortization"], "tasks": 10}
    where = f"{ENDPOINTS['amortization'].path}/figures/cost-curve"
    asked = urlencode(list(query.pairs(said)))
    rows = list(csv.DictReader(io.StringIO(client.get(f"{where}.csv?{asked}").text)))
    assert float(rows[-1]["at"]) > 20
    assert rows[-1]["text"].endswith("→")
    assert rows[-1]["text"] in client.get(f"{where}.svg?{asked}").text


def test_a_heat_map_of_the_schedule_has_every_month_and_hour(client: FlaskClient) -> None:
    profile = answer_to(client, "schedule")["profile"]["g_per_kwh"]
    rows = list(csv.DictReader(io.StringIO(client.get(address("schedule", "profile.csv")).text)))
    cells = [float(row["g_per_kwh"]) for row in rows if row["g_per_kwh"]]
    assert cells == [round(g, 1) for hours in profile for g in hours]
    best = [(row["month"], int(row["hour"])) for row in rows if row["mark"]]
    assert best == [("Apr", hour) for hour in range(17, 23)]


def test_cells_of_a_map_are_those_of_the_answer(client: FlaskClient) -> None:
    answer = answer_to(client, "amortization")
    sheet = next(one for one in answer["surface"]["metrics"] if one["metric"] == "cost_usd")
    rows = list(csv.DictReader(io.StringIO(client.get(address("amortization", "cost-surface.csv")).text)))
    cells = {(float(row["tasks"]), float(row["requests_per_task"])): row for row in rows if row["cheapest"]}
    assert len(cells) <= 600
    for i, tasks in enumerate(answer["surface"]["tasks"]):
        for j, requests in enumerate(answer["surface"]["requests_per_task"]):
            cell = cells[tasks, requests]
            assert cell["cheapest"] == sheet["strategies"][sheet["cheapest"][i][j]]["name"]
            assert float(cell["probability_percent"]) == pytest.approx(100 * sheet["probability"][i][j])


def test_the_largest_map_stays_light(client: FlaskClient) -> None:
    axes = {name: {"low": 1, "high": 1e6, "points": 40} for name in ("tasks", "requests_per_task")}
    said = {**EXAMPLES["amortization"], "surface": axes}
    where = f"{ENDPOINTS['amortization'].path}/figures/cost-surface.svg?{urlencode(list(query.pairs(said)))}"
    assert len(client.get(where).data) < 150_000


def test_many_strategies_with_long_names_are_told_apart(client: FlaskClient) -> None:
    strategies = [
        {"name": f"{place} {'long ' * 15}", "per_task": [{"known": {"energy_kwh": 10 + place}}]} for place in range(10)
    ]
    said = list(query.pairs({"tasks": 10, "strategies": strategies}))
    text = client.get(f"{ENDPOINTS['amortization'].path}/figures/energy-curve.svg?{urlencode(said)}").text
    lines = re.findall(r'stroke="(#\w+)" stroke-width="2.5"(?: stroke-dasharray="([^"]+)")?', text)
    assert len(text) < 100_000
    assert int(re.search(r'width="(\d+)"', text)[1]) < 800  # type: ignore[index] # a drawing has a width
    assert len(set(lines)) == len(lines) == 10


def test_options_are_where_the_answer_has_them(client: FlaskClient) -> None:
    answer = answer_to(client, "placement")
    rows = list(csv.DictReader(io.StringIO(client.get(address("placement", "scatter.csv")).text)))
    sizes = {"USD": 1, "million USD": 1e6, "kg": 1, "t": 1e3}
    now = next(row for row in rows if row["kind"] == "now")
    for name, metric in (("cost", "cost_usd"), ("carbon", "carbon_kg")):
        shown = float(now[name]) * sizes[now[f"{name}_unit"]]
        assert shown == pytest.approx(answer["baseline"][metric]["value"])


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_a_figure_says_its_main_finding_itself(client: FlaskClient, kind: str, name: str) -> None:
    told = FIGURES[kind][name].describe(answer_to(client, kind))
    assert told in html.unescape(client.get(address(kind, f"{name}.svg")).text)


def test_each_part_of_a_total_is_named_beside_its_bar_or_inside(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(address("training", "breakdown.csv")).text)))
    for size in ("large", "small"):
        text = client.get(address("training", "breakdown.svg", size=size)).text
        shown = re.findall(r"<text[^>]*>([^<]+)</text>", text)
        assert all(any(one.startswith(row["part"]) for one in shown) for row in rows)


def test_parts_are_those_of_the_answer_and_make_a_whole(client: FlaskClient) -> None:
    answer = answer_to(client, "training")
    rows = list(csv.DictReader(io.StringIO(client.get(address("training", "breakdown.csv")).text)))
    energy = {row["part"]: float(row["value"]) for row in rows if row["metric"] == "Energy"}
    unit = next(row["unit"] for row in rows if row["metric"] == "Energy")
    size = {"kWh": 1, "MWh": 1000}[unit]
    assert energy["chips"] * size == pytest.approx(answer["accelerator_energy_kwh"]["value"])
    assert sum(energy.values()) * size == pytest.approx(answer["energy_kwh"]["value"])
    for metric in {row["metric"] for row in rows}:
        assert sum(float(row["share_percent"]) for row in rows if row["metric"] == metric) == pytest.approx(100)


def test_phases_are_drawn_where_there_is_more_than_the_final_run(client: FlaskClient) -> None:
    where = f"{ENDPOINTS['training'].path}/figures/phases.csv"
    assert client.get(f"{where}?{urlencode(list(query.pairs(GIVEN)))}").status_code == 404
    said = {**GIVEN, "overheads": {"development_share": 0.3, "failed_share": 0.1, "retrainings": 2}}
    rows = list(csv.DictReader(io.StringIO(client.get(f"{where}?{urlencode(list(query.pairs(said)))}").text)))
    shares = {row["part"]: float(row["share_percent"]) for row in rows if row["metric"] == "Energy"}
    assert shares["development"] / shares["final"] == pytest.approx(0.3)
    assert list(shares) == ["final", "development", "failed", "retraining"]


def test_totals_are_those_of_the_answer_in_the_unit_that_they_say(client: FlaskClient) -> None:
    answer = answer_to(client, "amortization")
    rows = list(csv.DictReader(io.StringIO(client.get(address("amortization", "totals.csv")).text)))
    money = {row["name"]: float(row["value"]) for row in rows if row["panel"] == "Money"}
    size = {"USD": 1, "million USD": 1e6}[next(row["unit"] for row in rows if row["panel"] == "Money")]
    for one in answer["strategies"]:
        assert money[one["name"]] * size == pytest.approx(one["total"]["cost_usd"]["value"])


def test_windows_say_when_they_begin(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(address("schedule", "windows.csv")).text)))
    assert rows[0]["name"] == "1. 6 Apr 17:00"
    assert [row["name"] for row in rows[-3:]] == ["now, 6 Apr 01:00", "average", "aws:us-west-2"]


def test_owned_hardware_is_broken_down_into_what_is_paid(client: FlaskClient) -> None:
    rows = client.get(f"/v1/estimates/training/figures/breakdown.csv?{urlencode(list(query.pairs(OWNED)))}").text
    assert {"hardware", "electricity"} <= {row["part"] for row in csv.DictReader(io.StringIO(rows))}


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        pytest.param("training/figures/nothing.svg?accelerator=h100", 404, "has no figure", id="unknown-figure"),
        pytest.param("training/figures/drivers.gif?accelerator=h100", 404, "has no figure", id="unknown-form"),
        pytest.param("training/figures/drivers?accelerator=h100", 404, "has no figure", id="no-form"),
        pytest.param("training/figures/drivers.svg?accelerator=h100", 422, "see errors", id="half-a-request"),
        pytest.param("training/figures/drivers.svg?accelerator=x&accelerator_hours=1", 422, "not known", id="name"),
    ],
)
def test_what_cannot_be_drawn_is_a_problem(client: FlaskClient, path: str, status: int, told: str) -> None:
    found = client.get(f"/v1/estimates/{path}")
    assert (found.status_code, found.mimetype) == (status, "application/problem+json")
    assert told in found.get_json()["detail"]


def test_a_theme_that_is_not_known_is_refused(client: FlaskClient) -> None:
    found = client.get(address("training", "drivers.svg", theme="sepia"))
    assert found.get_json()["errors"] == {"theme": ["must be light or dark, got 'sepia'"]}


def test_an_answer_without_what_a_figure_needs_says_so(client: FlaskClient) -> None:
    asked = {name: value for name, value in EXAMPLES["amortization"].items() if name != "surface"}
    found = client.get(f"/v1/comparisons/amortization/figures/cost-surface.svg?{urlencode(list(query.pairs(asked)))}")
    assert found.status_code == 404
    assert "has no data for the figure" in found.get_json()["detail"]


def test_a_figure_that_the_client_has_is_not_made_again(client: FlaskClient) -> None:
    where = address("training", "drivers.svg")
    etag = client.get(where).headers["ETag"]
    again = client.get(where, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(address("training", "drivers.svg", theme="dark")).headers["ETag"] != etag


@pytest.mark.parametrize("name", ["water-curve", "water-surface"])
def test_a_metric_that_a_strategy_does_not_know_is_not_drawn(client: FlaskClient, name: str) -> None:
    assert client.get(address("amortization", f"{name}.svg")).status_code == 404


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_a_small_figure_is_narrow_with_letters_of_the_same_size(client: FlaskClient, kind: str, name: str) -> None:
    large, small = (
        ET.fromstring(client.get(address(kind, f"{name}.svg", size=size)).text)  # noqa: S314 - our own drawing
        for size in ("large", "small")
    )
    assert float(small.attrib["width"]) < 0.75 * float(large.attrib["width"])
    assert float(small.attrib["width"]) < 480


def test_a_figure_travels_packed(client: FlaskClient) -> None:
    found = client.get(address("schedule", "profile.svg"), headers={"Accept-Encoding": "gzip"})
    assert found.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in found.headers["Vary"]
    assert found.headers["ETag"].startswith("W/")
    again = client.get(address("schedule", "profile.svg"), headers={"If-None-Match": found.headers["ETag"]})
    assert again.status_code == 304


def test_ink_can_be_read_on_its_paper() -> None:
    for theme in ("light", "dark"):
        assert contrast(INK[theme], PAPER[theme]) >= 7
        params = {one["name"]: one["value"] for one in themed({}, theme)["params"]}
        ramp = themed({}, theme)["config"]["range"]["ordinal"]
        assert all(contrast(label, colour) >= 4.5 for label, colour in zip(params["labels"], ramp, strict=True))
        for colour in themed({}, theme)["config"]["range"]["category"]:
            assert contrast(colour, PAPER[theme]) >= 2


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
