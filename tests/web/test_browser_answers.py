"""Answers in a real browser: starts, results that follow the form, what follows an answer, and what is printed."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from costsvc.web.page.starts import STARTS, Start
from costsvc.web.page.views import VIEWS
from tests.web.browsing import example, settle

pytestmark = pytest.mark.browser
RUN = "/?total_params_b=8B&accelerator_hours=1,000&accelerator=8xH100&region=N.+Virginia"
SCRIPTED = pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def headline(page: Page) -> str:
    return page.locator("h2.headline").inner_text()


@SCRIPTED
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("start", [pytest.param(one, id=one.title) for one in STARTS])
def test_each_start_leads_to_an_answer_by_one_press(visit, start: Start, size: dict[str, int], scripted: bool) -> None:
    with visit(viewport=size, java_script_enabled=scripted) as watched:
        page = watched.go("/")
        fold = page.locator("details.start", has_text=start.title)
        if start is not STARTS[0]:
            fold.locator("summary").click()
        blank = fold.locator(".sentence input").first
        blank.fill(blank.input_value())
        fold.get_by_role("button").click()
        expect(page).not_to_have_url(f"{watched.url}/")
        expect(page.locator(".example")).to_have_count(0)
        expect(page.locator("h2.headline")).to_be_in_viewport(ratio=1)


def test_the_result_follows_the_form_and_leaves_what_is_being_typed(visit) -> None:
    with visit(viewport=DESK) as watched:
        page = watched.go(RUN)
        before = headline(page)
        page.get_by_label("Accelerator-hours").fill("2k")
        page.keyboard.press("Tab")
        page.get_by_label("Training tokens").press_sequentially("1")
        expect(page.locator("h2.headline")).to_contain_text("2,000 accelerator-hours")
        expect(page.get_by_label("Training tokens")).to_be_focused()
        expect(page.get_by_label("Training tokens")).to_have_value("1")
        assert "accelerator_hours=2k" in page.url
        assert headline(page) != before


def test_an_error_keeps_the_last_answer_in_sight(visit) -> None:
    with visit(viewport=DESK) as watched:
        page = watched.go(RUN)
        before = headline(page)
        page.get_by_label("Region").fill("Atlantis")
        page.keyboard.press("Enter")
        expect(page.locator("[id='f-region-error']")).to_contain_text("is not known")
        assert headline(page) == before
        expect(page.locator(".notice")).to_be_visible()
        page.get_by_label("Region").fill("Stockholm")
        page.keyboard.press("Enter")
        expect(page.locator(".notice")).to_have_count(0)
        expect(page.locator("h2.headline")).to_contain_text("Stockholm")


@SCRIPTED
def test_an_empty_form_says_which_fields_it_needs(visit, scripted: bool) -> None:
    with visit(viewport=DESK, java_script_enabled=scripted) as watched:
        page = watched.go("/")
        page.locator(".inputs > summary").click()
        page.locator(".inputs").get_by_role("button", name="Estimate").click()
        expect(page.locator("[id='f-accelerator-error']")).to_be_visible()
        expect(page.locator("[id='f-accelerator_hours-error']")).to_contain_text("Training tokens")
        expect(page.locator("[aria-invalid]")).to_have_count(2)


def test_a_change_that_lowers_the_totals_is_an_answer(visit) -> None:
    with visit(viewport=DESK) as watched:
        page = watched.go(RUN)
        first = page.locator(".improvements a").first
        place = first.inner_text().removeprefix("Run it in ")
        first.click()
        expect(page.locator("h2.headline")).to_contain_text(place)
        page.go_back()
        expect(page.locator("h2.headline")).to_contain_text("N. Virginia")


@pytest.mark.parametrize(
    ("question", "field", "value"),
    [
        ("Where would it be cheaper", "training.accelerator", "8xH100"),
        ("What will it cost to serve it", "total_params_b", "8"),
    ],
)
def test_the_next_question_keeps_the_fields(visit, question: str, field: str, value: str) -> None:
    with visit(viewport=DESK) as watched:
        page = watched.go(RUN)
        page.get_by_role("link", name=question).click()
        expect(page.locator(f"[name='{field}']").first).to_have_value(value)


def test_the_form_of_an_answer_is_one_line_on_a_phone_and_open_on_a_desk(visit) -> None:
    with visit(viewport=PHONE) as watched:
        page = watched.go(RUN)
        expect(page.get_by_label("Accelerator-hours")).to_be_hidden()
        page.get_by_text("Change the inputs").click()
        page.get_by_label("Accelerator-hours").fill("3,000")
        page.keyboard.press("Enter")
        expect(page.locator("h2.headline")).to_contain_text("3,000 accelerator-hours")
        page.set_viewport_size(DESK)
        expect(page.get_by_label("Accelerator-hours")).to_be_visible()


def test_an_answer_is_the_same_when_its_address_is_shared_or_reloaded(visit) -> None:
    with visit() as watched:
        page = watched.go(RUN)
        words = page.locator("#result").inner_text()
        page.reload()
        assert page.locator("#result").inner_text() == words
    with visit(color_scheme="dark", java_script_enabled=False) as watched:
        assert headline(watched.go(RUN)) in words


@pytest.mark.parametrize("path", [RUN, example(VIEWS[0]), example(VIEWS[1])], ids=["run", "training", "serving"])
def test_a_printed_answer_has_its_inputs_date_and_address_and_no_broken_number(
    visit, needs, tmp_path: Path, path: str
) -> None:
    with visit() as watched:
        page = watched.go(path)
        settle(page)
        amounts = page.locator(".big, .total .interval").all_inner_texts()
        given = page.locator("dl.printed dd").evaluate_all("all => all.map((one) => one.textContent)")
        page.pdf(path=tmp_path / "answer.pdf", format="A4", prefer_css_page_size=True)
        printed = subprocess.run(  # noqa: S603 - the program is named here
            [needs("pdftotext"), tmp_path / "answer.pdf", "-"], check=True, capture_output=True, text=True
        ).stdout
    words = " ".join(printed.split())
    assert [one for one in (*amounts, *given) if " ".join(one.split()) not in words] == []
    assert datetime.now(UTC).date().isoformat() in words
    assert f"{watched.url}{path.split('?', maxsplit=1)[0]}?" in re.sub(r"\s", "", printed)
