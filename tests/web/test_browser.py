"""The page in a real browser: every journey with JavaScript and without it, and what a browser holds against it."""

import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from costsvc.report import numbers
from costsvc.report.figures.theme import PAPER, Theme
from costsvc.web.page.views import VIEWS, View
from tests.web.browsing import example, settle

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = {"type": "rule", "values": ["color-contrast"]}
"""What differs on dark."""
WIDTHS = (390, 1024, 1600)
LOADED = """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
    .map((one) => [one.name, one.transferSize])"""
FIGURE = "figure > picture > img:visible, figure > svg:visible"
"""An image, or where it was pointed at the drawing itself."""
SCRIPT = "<img src=x onerror=window.ran=1>"
LIGHT_BYTES = 250_000
FOLDED_PX = 960
"""Narrower pages fold the form of an answer."""
A4_PX = 680
"""Width of what is printed on A4 with margins of 15 mm, at 96 px to the inch."""
EACH = [pytest.param(view, id=view.name) for view in VIEWS]
KNOWN = [
    "/tables/accelerators",
    "/tables/rent?q=h100+virginia&sort=-usd_per_accelerator_hour",
    "/tables/models/llama-3.1-8b",
    "/scoreboard",
    "/batch",
]
WRONG = "/?accelerator=h101&accelerator_hours=-1&pue=x&gpus=8"


SEEN = ["/", WRONG, *(example(view) for view in VIEWS), *KNOWN]
TOTALS = {
    "energy_kwh": lambda answer: answer["energy_kwh"],
    "carbon_kg": lambda answer: answer["carbon"]["total_kg"],
    "water_l": lambda answer: answer["water"]["total_l"],
    "cost_usd": lambda answer: answer["cost"]["total_usd"],
}


# journeys


@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
@pytest.mark.parametrize("view", EACH)
def test_a_view_leads_from_its_example_to_an_answer(visit, view: View, scripted: bool) -> None:
    with visit(java_script_enabled=scripted) as watched:
        page = watched.go(view.path)
        page.get_by_role("link", name="Open this example").click()
        expect(page).to_have_url(watched.url + example(view))
        expect(page.locator("h2.headline")).to_be_visible()
        figures = page.locator(FIGURE)
        expect(figures.first).to_be_visible()
        told = figures.evaluate_all(
            "all => all.map((one) => one.getAttribute('alt') || one.getAttribute('aria-label'))"
        )
        assert all(told)
        assert len(told) == len(set(told))


@pytest.mark.parametrize(
    ("view", "width"),
    [*(pytest.param(view, 1440, id=view.name) for view in VIEWS), pytest.param(VIEWS[0], 390, id="phone")],
)
def test_the_headline_is_in_view_after_each_answer(visit, view: View, width: int) -> None:
    with visit(viewport={"width": width, "height": 850}) as watched:
        page = watched.go(view.path)
        headline = page.locator("h2.headline")
        page.get_by_role("link", name="Open this example").click()
        expect(page).to_have_url(watched.url + example(view))
        expect(headline).to_be_in_viewport(ratio=1)
        if width < FOLDED_PX:
            page.get_by_text("Change the inputs").click()
        page.get_by_role("button", name="Estimate").last.click()  # at the foot of the form
        watched.rest()
        expect(headline).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
def test_a_form_is_filled_in_by_keyboard_and_answered_with_the_numbers_of_the_api(
    visit, service, scripted: bool
) -> None:
    with visit(java_script_enabled=scripted) as watched:
        page = watched.go("/")
        page.locator(".inputs > summary").click()
        form = page.locator(".inputs form")
        form.get_by_label("Model", exact=True).fill("llama-3.1-8b")
        form.get_by_label("Accelerator-hours").fill("5000")
        form.get_by_label("Accelerator", exact=True).fill("h100-sxm5-80gb")
        form.get_by_label("Region").fill("aws:eu-north-1")
        page.keyboard.press("Enter")
        expect(page.locator("h2.headline")).to_contain_text("Llama 3.1 8B for 5,000 accelerator-hours")
        said = {"model": "llama-3.1-8b", "accelerator_hours": 5000, "accelerator": "h100-sxm5-80gb"}
        answer = json.loads(service.post("/v1/estimates/training", said | {"region": "aws:eu-north-1"})[1])
        for metric, value in TOTALS.items():
            q = numbers.format_quantity(value(answer), metric)
            card = page.locator(f".total[data-metric={metric}]")
            assert card.locator(".big").inner_text().split() == f"{q.value} {q.unit}".split()
            assert card.locator(".interval").inner_text().split() == f"{q.low} to {q.high} {q.unit}".split()


def test_an_answer_comes_without_a_reload_and_back_leads_back(visit) -> None:
    with visit() as watched:
        page = watched.go("/")
        page.evaluate("window.stayed = true")
        page.get_by_role("link", name="Open this example").click()
        expect(page).to_have_url(watched.url + example(VIEWS[0]))
        page.get_by_label("Accelerator-hours").fill("2000")
        page.get_by_role("button", name="Estimate").click()
        expect(page.locator("h2.headline")).to_contain_text("2,000 accelerator-hours")
        assert "accelerator_hours=2000" in page.url
        page.go_back()
        expect(page.locator("h2.headline")).to_contain_text("1,082,990 accelerator-hours")
        assert page.evaluate("window.stayed") is True


@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
def test_what_is_wrong_stands_beside_its_field(visit, scripted: bool) -> None:
    with visit(java_script_enabled=scripted) as watched:
        page = watched.go(WRONG)
        field = page.get_by_label("Accelerator-hours")
        expect(field).to_have_attribute("aria-invalid", "true")
        told = page.locator(f"[id='{(field.get_attribute('aria-describedby') or '').split()[0]}']")
        expect(told).to_contain_text("must be")
        expect(page.get_by_label("PUE")).to_be_visible()
        expect(page.locator("[name=gpus]")).to_have_value("8")
        field.fill("10")
        page.get_by_label("PUE").fill("1.2")
        page.locator("[name=gpus]").fill("")
        page.get_by_role("button", name="Estimate").click()
        expect(page.locator("[id='f-accelerator-error']")).to_contain_text("Nearest known")


def test_a_factor_leads_to_the_field_that_overrides_it(visit) -> None:
    with visit() as watched:
        page = watched.go(example(VIEWS[0]))
        page.get_by_text("inputs by subject").click()
        page.get_by_role("link", name="change PUE").first.click()
        expect(page.get_by_label("PUE")).to_be_focused()
        page.get_by_label("PUE").fill("1.5")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("pue=1.5"))
        page.get_by_text("inputs by subject").click()
        expect(page.get_by_role("row", name=re.compile(r"^PUE .*1\.5"))).to_contain_text("yours")


@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
def test_the_steps_are_shown_on_demand(visit, scripted: bool) -> None:
    with visit(java_script_enabled=scripted) as watched:
        page = watched.go(example(VIEWS[0]))
        page.get_by_role("link", name="Show every step").click()
        expect(page.get_by_role("region", name="Calculation").get_by_role("row")).not_to_have_count(0)
        assert page.url.endswith("explain=true#explanation")


def test_texts_are_copied(visit, service) -> None:
    with visit(permissions=["clipboard-read", "clipboard-write"]) as watched:
        page = watched.go(example(VIEWS[0]))
        link = page.locator("[data-copy*='citation.md']")
        page.get_by_role("button", name=re.compile("Copy A paragraph")).click()
        expect(page.get_by_role("status").first).to_contain_text("is copied")
        text = page.evaluate("navigator.clipboard.readText()")
        assert text.encode() == service.get(link.get_attribute("href"), Host=f"127.0.0.1:{service.port}")


def test_a_table_is_sorted_by_its_headings(visit) -> None:
    with visit() as watched:
        page = watched.go(example(next(view for view in VIEWS if view.name == "placement")))
        table = page.get_by_role("region", name="The best options")
        heading = table.get_by_role("columnheader", name="CO2e", exact=True)
        heading.get_by_role("button").click()
        heading = table.locator("th[aria-sort]")
        expect(heading).to_have_attribute("aria-sort", "ascending")
        values = table.locator("tbody td:nth-child(3)").evaluate_all("all => all.map(one => +one.dataset.value)")
        assert values == sorted(values)
        heading.get_by_role("button").click()
        values = table.locator("tbody td:nth-child(3)").evaluate_all("all => all.map(one => +one.dataset.value)")
        assert values == sorted(values, reverse=True)


def test_marks_of_a_figure_tell_what_they_show(visit) -> None:
    with visit() as watched:
        page = watched.go(example(next(view for view in VIEWS if view.kind == "schedule")))
        settle(page)
        page.locator("figure").first.hover()
        mark = page.locator("figure svg [data-tip*='g/kWh']").nth(40)
        mark.hover()
        expect(page.locator(".tip")).to_be_visible()
        expect(page.locator(".tip")).to_have_text(re.compile(r"^\w{3}, \d\d:00 UTC: \d+ g/kWh$"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_under_the_pointer_has_the_theme_of_its_page(visit, theme: Theme) -> None:
    with visit(color_scheme=theme) as watched:
        page = watched.go("/placement")
        page.get_by_role("link", name="Open this example").click()
        page.locator("figure").first.hover()
        drawn = page.locator("figure svg").first
        expect(drawn).to_be_visible()
        assert PAPER[theme] in drawn.inner_html()


def test_something_is_shown_while_an_answer_takes_its_time(visit) -> None:
    with visit() as watched:
        page = watched.go("/")
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page.route("**/?model=*", hold)
        page.get_by_role("link", name="Open this example").click()
        expect(page.locator("body")).to_have_class("busy")
        expect(page.get_by_role("status").first).to_have_text("Working")
        held.pop().continue_()
        expect(page.locator("h2.headline")).to_be_visible()
        expect(page.locator("body")).not_to_have_class("busy")


@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
def test_what_is_known_is_found_and_leads_to_its_source(visit, scripted: bool) -> None:
    with visit(java_script_enabled=scripted) as watched:
        page = watched.go("/tables/accelerators")
        page.get_by_label("Find in accelerators").fill("h100 sxm")
        page.get_by_role("button", name="Find").click()
        expect(page.locator("#result q")).to_have_text("h100 sxm")
        page.get_by_role("link", name="Memory [GB]").click()
        expect(page.locator("th[aria-sort=descending]")).to_contain_text("Memory")
        page.get_by_role("link", name="H100 SXM5 80 GB").click()
        page.get_by_role("link", name="Machine Learning Hardware").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Machine Learning Hardware")


def test_everything_works_under_a_prefix(visit, prefixed) -> None:
    with visit(url=f"{prefixed.url}/costs") as watched:
        page = watched.go("/")
        page.get_by_role("link", name="Open this example").click()
        expect(page).to_have_url(f"{watched.url}{example(VIEWS[0])}")
        settle(page)
        page.get_by_role("button", name="Estimate").click()
        page.get_by_role("link", name="Tables").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Accelerators")
        page.get_by_role("link", name="Accuracy").click()
        settle(page)


# what a browser holds against it


@pytest.fixture(scope="module", params=SEEN)
def seen(request: pytest.FixtureRequest, visit) -> Iterator[Page]:
    """A page with all of its figures, opened once for all that is held against it."""
    with visit(reduced_motion="reduce") as watched:
        yield watched.go(request.param)


def as_opened(page: Page, width: int = 1280, details: bool = False) -> Page:
    """The page on a light screen of some width, whatever was tried on it before."""
    page.emulate_media(media="screen", color_scheme="light")
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("open => document.querySelectorAll('details').forEach((one) => { one.open = open; })", details)
    settle(page)
    return page


def test_there_is_no_barrier_of_wcag_2_2_aa_on_light_and_on_dark(seen: Page) -> None:
    page = as_opened(seen, details=True)
    for scheme, only in (("light", {"type": "tag", "values": RULES}), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)
        settle(page)
        found = Axe().run(page, options={"runOnly": only, "resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()


def test_nothing_sticks_out_at_any_width(seen: Page) -> None:
    for width in WIDTHS:
        page = as_opened(seen, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_is_printed_fits_on_a4(seen: Page) -> None:
    page = as_opened(seen, A4_PX)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= A4_PX
    assert page.locator("form").first.is_hidden() or not page.locator("form").count()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_nothing_inline_runs(visit) -> None:
    with visit() as watched:
        page = watched.go("/")
        page.evaluate("""() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<p id=styled style='color: rgb(1, 2, 3)'>x</p>");
        }""")
        assert page.evaluate("window.ran") is None
        assert page.locator("#styled").evaluate("one => getComputedStyle(one).color") != "rgb(1, 2, 3)"
        assert len(watched.errors) >= 2
        assert all("Content Security Policy" in error for error in watched.errors)
        watched.errors.clear()


@pytest.mark.parametrize("view", EACH)
def test_a_page_with_its_first_figure_is_light(visit, view: View) -> None:
    with visit() as watched:
        page = watched.go(example(view))
        watched.rest()
        sizes = page.evaluate(LOADED)
        first = [size for name, size in sizes if "/figures/" in name][:1]
        rest = [size for name, size in sizes if "/figures/" not in name]
        assert len(first) == 1
        assert sum(rest) + sum(first) < LIGHT_BYTES


def test_a_script_in_a_request_stays_text(visit) -> None:
    with visit() as watched:
        page = watched.go(
            "/?" + urlencode({"accelerator": "<img src=x onerror=window.ran=1>", "accelerator_hours": "1"})
        )
        assert page.evaluate("window.ran") is None
        expect(page.get_by_label("Accelerator", exact=True)).to_have_value("<img src=x onerror=window.ran=1>")
