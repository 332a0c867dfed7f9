"""GET /tables: what is known, with its sources, and /scoreboard: how near the estimates come."""

from flask import Blueprint, abort, render_template, request, url_for

from costsvc import limits
from costsvc.reference.hosted_scoreboard import HostedChecks
from costsvc.reference.listing import Listing
from costsvc.web.api.tables import RESOURCES
from costsvc.web.columns import COLUMNS
from costsvc.web.compression import compressed
from costsvc.web.http import catalog, services
from costsvc.web.page import pictures

pages = Blueprint("tables", __name__, template_folder="../templates")
pages.after_request(compressed)
NAMES = [one.name for one in RESOURCES]
ROWS = 50


@pages.get("/tables/<name>")
def show(name: str) -> str:
    """Show a table, or the rows that hold a word."""
    q, cursor = (request.args.get(key, "").strip()[: limits.NAME_LENGTH] for key in ("q", "cursor"))
    page = _listing(name).page(q, ROWS, cursor)
    return render_template(
        "page/table.html",
        name=name,
        names=NAMES,
        q=q,
        page=page,
        columns=COLUMNS[name],
        listing=url_for(f"reference.list_{name}", q=q or None),
    )


@pages.get("/tables/<name>/<path:key>")
def row(name: str, key: str) -> str:
    """Show all that a row holds, by id or alias."""
    resource = next((one for one in RESOURCES if one.name == name), None) or abort(404)
    found = resource.find(catalog(), key)
    item = (found and _listing(name).items.get(found)) or abort(404)
    listing = url_for(f"reference.get_{resource.singular}", name=found)
    return render_template("page/row.html", name=name, key=found, item=item, listing=listing)


@pages.get("/scoreboard")
def scoreboard() -> str:
    """Show how near the estimates came to published figures."""
    board = services().scoreboard
    return render_template(
        "page/scoreboard.html", board=board, hosted=HostedChecks.of(board), figures=[pictures.scoreboard(board)]
    )


def _listing(name: str) -> Listing:
    return services().listings.get(name) or abort(404)
