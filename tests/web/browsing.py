"""A real browser on the service: it complains of nothing and asks nobody else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from costsvc.schemas import query
from costsvc.web.page.views import View

PATIENCE_S = 60
expect.set_options(timeout=PATIENCE_S * 1000)
SHOWN = """() => [...document.querySelectorAll("figure img")].every((one) => {
    const sources = one.parentElement.querySelectorAll("source");
    const fitting = [...sources].find((source) => matchMedia(source.media).matches);
    const wanted = new URL(fitting ? fitting.srcset : one.getAttribute("src"), document.baseURI).href;
    return one.currentSrc === wanted && one.complete && one.naturalWidth > 0;
})"""
"""Whether each figure is the one for the width and the colours of the page, and there."""


def example(view: View) -> str:
    return f"{view.path}?{urlencode(list(query.pairs(view.example)))}"


@pytest.fixture(scope="session")
def browser(needs) -> Iterator[Browser]:
    chromium = needs("chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield found
        found.close()


class Watched:
    """A page, what it complained of, what it asked for, and what of it has not come yet."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.awaited: set[Request] = set()
        page.on("console", lambda said: self.errors.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self.ask)
        page.on("requestfinished", self.end)
        page.on("requestfailed", self.end)
        page.set_default_timeout(PATIENCE_S * 1000)

    def ask(self, request: Request) -> None:
        self.asked.append(request.url)
        self.awaited.add(request)

    def end(self, request: Request) -> None:
        self.awaited.discard(request)

    def rest(self) -> None:
        """Wait until everything that was asked for has come."""
        deadline = time.monotonic() + PATIENCE_S
        while self.awaited:
            assert time.monotonic() < deadline, self.awaited
            self.page.wait_for_timeout(20)

    def go(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def foreign(self) -> list[str]:
        return [one for one in self.asked if not one.startswith((self.url, "data:", "blob:"))]


@pytest.fixture(scope="session")
def visit(browser: Browser, service) -> Any:
    """Opens a page of the service, and holds it to complain of nothing and to ask nobody else."""

    @contextmanager
    def opened(url: str = service.url, **options: Any) -> Iterator[Watched]:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        watched = Watched(context.new_page(), url)
        yield watched
        watched.rest()
        context.close()
        assert watched.errors == []
        assert watched.foreign() == []

    return opened


def settle(page: Page) -> None:
    """Have every figure loaded, those behind a fold as well."""
    page.evaluate("document.querySelectorAll('img[loading=lazy]').forEach((one) => { one.loading = 'eager'; })")
    page.wait_for_function(SHOWN)
