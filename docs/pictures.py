"""Screenshots of every view of a running service, for ``docs/img``: ``make pictures`` beside ``make run``."""

import shutil
import sys
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

from costsvc.schemas import query
from costsvc.web.page.views import VIEWS

WIDTH_PX, HEIGHT_PX = 1100, 720
FOLDER = Path(__file__).parent / "img"
OTHERS = {"first": "/", "tables": "/tables/accelerators", "accuracy": "/scoreboard"}
LOADED = "[...document.images].filter((one) => one.loading !== 'lazy').every((one) => one.complete && one.naturalWidth)"


def main(address: str) -> None:
    """Save a picture of the first window of each view with its example.

    Args:
        address: The address of the service.
    """
    paths = {
        view.name: f"{view.path}?{urlencode(list(query.pairs(view.example)))}"
        for view in VIEWS
        if view.workload == "training"
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": WIDTH_PX, "height": HEIGHT_PX})
        for name, path in (paths | OTHERS).items():
            page.goto(f"{address}{path}")
            page.wait_for_function(LOADED)
            page.screenshot(path=FOLDER / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
