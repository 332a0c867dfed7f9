"""Figures have the numbers of the answer, titles with units, descriptions, and nothing from elsewhere."""

import csv
import html
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from costsvc.reference.catalog import Catalog
from costsvc.report.figures.csv_table import to_csv
from costsvc.report.figures.registry import FIGURES
from costsvc.report.figures.theme import INK, PAPER, Size, Theme, with_theme
from costsvc.report.rendering import FigureRenderer
from costsvc.web.page.views import VIEWS
from costsvc.web.registry import ENDPOINTS

EXAMPLES = {view.kind: view.example for view in VIEWS if view.workload == "training"}
EXAMPLES["training"] = ENDPOINTS["training"].example  # parts too small for their labels, as in most answers
EACH = [
    pytest.param(kind, name, id=f"{kind}-{name}")
    for kind, figures in FIGURES.items()
    for name in figures
    if name != "phases"  # the example has only the final run
    if not name.startswith("water-")  # the upfront water of the example is not known
]
AXES = ("x", "y")
UNIT = re.compile(r"\[.+\]|Month|^$")
OWNED = {"accelerator": "h100", "accelerator_hours": 100, "pricing": {"kind": "owned"}, "region": "USA"}
GIVEN = {"accelerator": "h100", "accelerator_hours": 100, "region": "world"}
MOST_BYTES = {"surface": 150_000, "profile": 90_000, "map": 70_000}

Ask = Callable[..., Any]
Draw = Callable[..., str]
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def ask(catalog: Catalog) -> Ask:
    """Answers the example of a kind of question."""
    return cache(lambda kind: ENDPOINTS[kind].answer(EXAMPLES[kind], catalog))


@pytest.fixture(scope="module")
def draw(ask: Ask) -> Draw:
    """Renders a figure of an example as SVG."""
    renderer = FigureRenderer()

    def render(kind: str, name: str, theme: Theme = "light", size: Size = "large", answer: Any = None) -> str:
        spec = FIGURES[kind][name].of(answer or ask(kind))
        assert spec is not None
        return renderer.render(with_theme(spec, theme, size), "svg").decode()

    return render


def rows_of(kind: str, name: str, answer: Any) -> Rows:
    """The data of a figure, as its CSV has them."""
    spec = FIGURES[kind][name].of(answer)
    assert spec is not None
    return list(csv.DictReader(io.StringIO(to_csv(spec))))


def encodings(spec: Any) -> Iterator[tuple[str, Any]]:
    yield from spec.get("encoding", {}).items()
    for name in ("layer", "vconcat"):
        for inner in spec.get(name, ()):
            yield from encodings(inner)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("kind", "name"), EACH)
def test_a_figure_of_every_example_is_a_light_and_self_contained_svg(
    draw: Draw, kind: str, name: str, theme: Theme
) -> None:
    svg = draw(kind, name, theme)
    assert len(svg) < next((size for part, size in MOST_BYTES.items() if part in name), 62_000)
    assert PAPER[theme] in svg
    assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314 - our own figure
    assert not re.search(r"<style|\sstyle=|<script|\son\w+=|<foreignObject|<image", svg)
    assert not re.search(r"""(href|url\()\s*=?\s*["']?(https?:|//|data:)""", svg)


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_every_axis_has_a_title_with_its_unit(ask: Ask, kind: str, name: str) -> None:
    spec = FIGURES[kind][name].of(ask(kind))
    numeric = [one for channel, one in encodings(spec) if channel in AXES and one.get("type") == "quantitative"]
    titled = [one.get("title") or one.get("axis", {}).get("title") for one in numeric]
    assert any(titled) or not numeric
    assert all(UNIT.search(title) for title in titled if title)


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_a_figure_has_a_description_of_a_sentence_or_two(ask: Ask, kind: str, name: str) -> None:
    description = FIGURES[kind][name].describe(ask(kind))
    assert 20 < len(description) < 700
    assert "None" not in description


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_the_svg_has_the_description(ask: Ask, draw: Draw, kind: str, name: str) -> None:
    assert FIGURES[kind][name].describe(ask(kind)) in html.unescape(draw(kind, name))


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_every_mark_has_a_description(ask: Ask, draw: Draw, kind: str, name: str) -> None:
    assert any(channel == "description" for channel, _ in encodings(FIGURES[kind][name].of(ask(kind))))
    assert len(re.findall(r'aria-label="([^"]+)"', draw(kind, name))) > 3


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_the_data_have_their_unit(ask: Ask, kind: str, name: str) -> None:
    rows = rows_of(kind, name, ask(kind))
    assert len(rows) > 2
    assert any(re.search("unit|per_kwh|percent", column) for column in rows[0])


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_a_small_figure_is_narrow_with_letters_of_the_same_size(draw: Draw, kind: str, name: str) -> None:
    large, small = (ET.fromstring(draw(kind, name, size=size)) for size in ("large", "small"))  # noqa: S314 - our own
    assert float(small.attrib["width"]) < 0.75 * float(large.attrib["width"])
    assert float(small.attrib["width"]) < 480


def test_a_curve_has_the_numbers_of_the_answer(ask: Ask) -> None:
    answer = ask("amortization")
    curve = next(one for one in answer["curves"] if one["metric"] == "energy_kwh")
    drawn = {
        (row["strategy"], round(float(row["tasks"]), 3)): float(row["value"])
        for row in rows_of("amortization", "energy-curve", answer)
        if row.get("strategy")
    }
    ratios = set()
    for line in curve["strategies"]:
        for tasks, value in zip(curve["tasks"], line["value"], strict=True):
            near = drawn[line["name"], round(float(f"{tasks:.5g}"), 3)]
            if value:
                ratios.add(round(near / value * 1e6, 3))
    assert len(curve["strategies"]) * len(curve["tasks"]) == len(drawn)
    assert max(ratios) / min(ratios) == pytest.approx(1, rel=1e-3)


def test_a_rule_marks_each_break_even(ask: Ask) -> None:
    answer = ask("amortization")
    at = next(one["tasks"]["value"] for one in answer["break_even"] if one["metric"] == "cost_usd")
    marked = [row for row in rows_of("amortization", "cost-curve", answer) if row["text"]]
    assert [float(row["at"]) for row in marked] == pytest.approx([answer["tasks"], at])
    assert marked[1]["text"].startswith("break-even of shared")


def test_a_break_even_beyond_the_plot_has_its_label_at_the_edge(draw: Draw, catalog: Catalog) -> None:
    answer = ENDPOINTS["amortization"].answer({**EXAMPLES["amortization"], "tasks": 10}, catalog)
    last = rows_of("amortization", "cost-curve", answer)[-1]
    assert float(last["at"]) > 20
    assert last["text"].endswith("→")
    assert last["text"] in draw("amortization", "cost-curve", answer=answer)


def test_the_profile_of_a_schedule_has_every_month_and_hour(ask: Ask) -> None:
    profile = ask("schedule")["profile"]["g_per_kwh"]
    rows = rows_of("schedule", "profile", ask("schedule"))
    cells = [float(row["g_per_kwh"]) for row in rows if row["g_per_kwh"]]
    assert cells == [round(g, 1) for hours in profile for g in hours]
    best = [(row["month"], int(row["hour"])) for row in rows if row["mark"]]
    assert best == [("Apr", hour) for hour in range(17, 23)]


def test_the_cells_of_a_surface_are_those_of_the_answer(ask: Ask) -> None:
    answer = ask("amortization")
    costs = next(one for one in answer["surface"]["metrics"] if one["metric"] == "cost_usd")
    rows = rows_of("amortization", "cost-surface", answer)
    cells = {(float(row["tasks"]), float(row["requests_per_task"])): row for row in rows if row["cheapest"]}
    assert len(cells) <= 600
    for i, tasks in enumerate(answer["surface"]["tasks"]):
        for j, requests in enumerate(answer["surface"]["requests_per_task"]):
            cell = cells[tasks, requests]
            assert cell["cheapest"] == costs["strategies"][costs["cheapest"][i][j]]["name"]
            assert float(cell["probability_percent"]) == pytest.approx(100 * costs["probability"][i][j])


def test_the_largest_surface_stays_small(draw: Draw, catalog: Catalog) -> None:
    axes = {name: {"low": 1, "high": 1e6, "points": 40} for name in ("tasks", "requests_per_task")}
    answer = ENDPOINTS["amortization"].answer({**EXAMPLES["amortization"], "surface": axes}, catalog)
    assert len(draw("amortization", "cost-surface", answer=answer).encode()) < 150_000


def test_many_strategies_with_long_names_have_different_lines(draw: Draw, catalog: Catalog) -> None:
    strategies = [
        {"name": f"{place} {'long ' * 15}", "per_task": [{"known": {"energy_kwh": 10 + place}}]} for place in range(10)
    ]
    answer = ENDPOINTS["amortization"].answer({"tasks": 10, "strategies": strategies}, catalog)
    svg = draw("amortization", "energy-curve", answer=answer)
    lines = re.findall(r'stroke="(#\w+)" stroke-width="2.5"(?: stroke-dasharray="([^"]+)")?', svg)
    assert len(svg) < 100_000
    assert int(re.search(r'width="(\d+)"', svg)[1]) < 800  # type: ignore[index] # every SVG has a width
    assert len(set(lines)) == len(lines) == 10


def test_options_are_at_their_cost_and_carbon(ask: Ask) -> None:
    answer = ask("placement")
    sizes = {"USD": 1, "million USD": 1e6, "kg": 1, "t": 1e3}
    now = next(row for row in rows_of("placement", "scatter", answer) if row["kind"] == "now")
    for name, metric in (("cost", "cost_usd"), ("carbon", "carbon_kg")):
        drawn = float(now[name]) * sizes[now[f"{name}_unit"]]
        assert drawn == pytest.approx(answer["baseline"][metric]["value"])


@pytest.mark.parametrize("size", ["large", "small"])
def test_each_part_of_a_total_has_its_name_beside_its_bar_or_inside(ask: Ask, draw: Draw, size: Size) -> None:
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", draw("training", "breakdown", size=size))
    rows = rows_of("training", "breakdown", ask("training"))
    assert all(any(one.startswith(row["part"]) for one in texts) for row in rows)


def test_the_parts_are_those_of_the_answer_and_add_up(ask: Ask) -> None:
    answer = ask("training")
    rows = rows_of("training", "breakdown", answer)
    energy = {row["part"]: float(row["value"]) for row in rows if row["metric"] == "Energy"}
    unit = next(row["unit"] for row in rows if row["metric"] == "Energy")
    size = {"kWh": 1, "MWh": 1000}[unit]
    assert energy["chips"] * size == pytest.approx(answer["accelerator_energy_kwh"]["value"])
    assert sum(energy.values()) * size == pytest.approx(answer["energy_kwh"]["value"])
    for metric in {row["metric"] for row in rows}:
        assert sum(float(row["share_percent"]) for row in rows if row["metric"] == metric) == pytest.approx(100)


def test_phases_are_drawn_if_there_are_others_than_the_final_run(catalog: Catalog) -> None:
    training = ENDPOINTS["training"]
    assert FIGURES["training"]["phases"].of(training.answer(GIVEN, catalog)) is None
    body = {**GIVEN, "overheads": {"development_share": 0.3, "failed_share": 0.1, "retrainings": 2}}
    rows = rows_of("training", "phases", training.answer(body, catalog))
    shares = {row["part"]: float(row["share_percent"]) for row in rows if row["metric"] == "Energy"}
    assert shares["development"] / shares["final"] == pytest.approx(0.3)
    assert list(shares) == ["final", "development", "failed", "retraining"]


def test_totals_are_those_of_the_answer_in_the_unit_of_their_axis(ask: Ask) -> None:
    answer = ask("amortization")
    rows = [row for row in rows_of("amortization", "totals", answer) if row["panel"] == "Cost"]
    costs = {row["name"]: float(row["value"]) for row in rows}
    size = {"USD": 1, "million USD": 1e6}[rows[0]["unit"]]
    for one in answer["strategies"]:
        assert costs[one["name"]] * size == pytest.approx(one["total"]["cost_usd"]["value"])


def test_windows_have_their_start_in_their_name(ask: Ask) -> None:
    names = [row["name"] for row in rows_of("schedule", "windows", ask("schedule"))]
    assert names[0] == "6 Apr 17:00 and 3 more"
    assert names[-3:] == ["at once, 6 Apr 01:00", "average start", "Oregon (AWS us-west-2)"]


def test_the_cost_of_owned_hardware_has_parts(catalog: Catalog) -> None:
    rows = rows_of("training", "breakdown", ENDPOINTS["training"].answer(OWNED, catalog))
    assert {"hardware", "electricity"} <= {row["part"] for row in rows}


@pytest.mark.parametrize("name", ["water-curve", "water-surface"])
def test_a_metric_that_is_not_known_of_all_strategies_is_not_drawn(ask: Ask, name: str) -> None:
    assert FIGURES["amortization"][name].of(ask("amortization")) is None


def test_ink_is_readable_on_its_paper() -> None:
    for theme in ("light", "dark"):
        assert contrast(INK[theme], PAPER[theme]) >= 7
        params = {one["name"]: one["value"] for one in with_theme({}, theme)["params"]}
        ramp = with_theme({}, theme)["config"]["range"]["ordinal"]
        assert all(contrast(label, colour) >= 4.5 for label, colour in zip(params["labels"], ramp, strict=True))
        for colour in with_theme({}, theme)["config"]["range"]["category"]:
            assert contrast(colour, PAPER[theme]) >= 2


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
