"""GET /tables: what is known, with its sources, and /scoreboard: how near the estimates come."""

from typing import Any

import marshmallow as ma
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from costsvc import limits
from costsvc.reference.hosted_scoreboard import HostedChecks
from costsvc.reference.listing import Listing
from costsvc.report import accuracy
from costsvc.web import query_params
from costsvc.web.api.tables import RESOURCES
from costsvc.web.columns import BY_NAME, VIEWS, TableView
from costsvc.web.compression import compressed
from costsvc.web.http import catalog, services
from costsvc.web.page import pictures
from costsvc.web.page.row_fields import fields_of, uses_of
from costsvc.web.page.table_rows import Rows, rows_of

pages = Blueprint("tables", __name__, template_folder="../templates")
pages.after_request(compressed)
MOVED = {"prices": "rent"}
"""Tables that are several now, and the first of them."""
CSV = "csv"


@pages.get("/tables/<name>")
def show(name: str) -> Any:
    """Show a page of a table, or save all rows that hold some words as CSV."""
    if name in MOVED:
        query = request.query_string.decode()
        return redirect(url_for("tables.show", name=MOVED[name]) + (query and f"?{query}"), code=308)
    rows = _rows(BY_NAME.get(name) or abort(404))
    if query_params.one_of(query_params.DOWNLOAD, (CSV,), ""):
        return _saved(rows)
    number = _page_number(rows.pages)
    return render_template(
        "page/table.html",
        view=rows.view,
        groups=_groups(),
        rows=rows,
        number=number,
        listing=url_for(f"reference.list_{rows.view.resource}", q=rows.q or None),
    )


def _rows(view: TableView) -> Rows:
    q = request.args.get("q", "").strip()[: limits.NAME_LENGTH]
    sort = query_params.one_of("sort", view.sorts, "")
    return rows_of(view, catalog(), _listing(view.resource), q, sort)


def _saved(rows: Rows) -> Response:
    response = Response(rows.csv(), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{rows.view.name}.csv")
    return response


def _page_number(pages_: int) -> int:
    """The page that is asked for.

    Raises:
        ValidationError: If the table has fewer pages.
    """
    given = request.args.get("page", "1")
    if not (given.isascii() and given.isdecimal() and 1 <= int(given) <= pages_):
        raise ma.ValidationError({"page": [f"must be between 1 and {pages_}, got {given[: limits.NAME_LENGTH]!r}"]})
    return int(given)


def _groups() -> dict[str, list[TableView]]:
    """The tables under the headings of their tabs."""
    grouped: dict[str, list[TableView]] = {}
    for view in VIEWS:
        grouped.setdefault(view.group, []).append(view)
    return grouped


@pages.get("/tables/<name>/<path:key>")
def row(name: str, key: str) -> str:
    """Show all that a row holds, by id or alias."""
    resource = next((one for one in RESOURCES if one.name == name), None) or abort(404)
    found = resource.find(catalog(), key)
    item = (found and _listing(name).items.get(found)) or abort(404)
    view = next(one for one in VIEWS if one.resource == name and one.of(item))
    return render_template(
        "page/row.html",
        view=view,
        key=found,
        item=item,
        title=view.columns[0].text(catalog(), item),
        fields=fields_of(view, catalog(), item),
        uses=uses_of(view, item),
        listing=url_for(f"reference.get_{resource.singular}", name=found),
    )


@pages.get("/scoreboard")
def scoreboard() -> str:
    """Show how near the estimates came to published figures."""
    board = services().scoreboard
    return render_template(
        "page/scoreboard.html",
        board=board,
        hosted=HostedChecks.of(board),
        unseen=accuracy.of_unseen(board),
        by_row=accuracy.of_rows(board),
        words=accuracy,
        figures=pictures.of_scoreboard(board),
    )


def _listing(name: str) -> Listing:
    return services().listings.get(name) or abort(404)
