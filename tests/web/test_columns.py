"""The tables that people see: columns of the listings with their units, found, sorted, cut into pages and saved."""

import csv
import html
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from costsvc.reference.listing import Item, Listing
from costsvc.services import Services
from costsvc.web.api.tables import RESOURCES
from costsvc.web.columns import BY_NAME, VIEWS, Column, TableView
from costsvc.web.http import services_of
from costsvc.web.page.row_fields import unit_of

UNITS = {
    "_w": "W",
    "_gb": "GB",
    "_gb_s": "GB/s",
    "_tflops": "TFLOP/s",
    "_l_per_kwh": "L/kWh",
    "_params_b": "10⁹",
    "_tokens_b": "10⁹",
    "_flop": "FLOP",
    "_days": "days",
    "usd_per_kwh": "USD/kWh",
    "usd_per_accelerator": "USD per accelerator",
    "usd_per_accelerator_hour": "USD per accelerator and hour",
    "usd_per_instance_hour": "USD per instance and hour",
    "usd_per_million_tokens": "USD per 10⁶ tokens",
}
EVERY = [pytest.param(view, column, id=f"{view.name}-{column.name}") for view in VIEWS for column in view.columns]
EACH = [pytest.param(view, id=view.name) for view in VIEWS]


@pytest.fixture(scope="module")
def known(app: Flask) -> Services:
    return services_of(app)


def items_of(listings: Mapping[str, Listing], view: TableView) -> Sequence[Item]:
    return [item for item in listings[view.resource].items.values() if view.of(item)]


def cells(known: Services, view: TableView, column: Column) -> list[Any]:
    found = (column.cell(known.catalog, item) for item in items_of(known.listings, view))
    return [cell for cell in found if cell is not None]


def saved(client: FlaskClient, name: str, **query: str) -> list[dict[str, str]]:
    response = client.get(f"/tables/{name}", query_string={**query, "download": "csv"})
    assert response.headers["Content-Disposition"] == f"attachment; filename={name}.csv"
    assert response.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(response.text)))


def test_every_item_of_a_listing_is_in_one_table(known: Services) -> None:
    assert {view.resource for view in VIEWS} == {resource.name for resource in RESOURCES}
    for name, listing in known.listings.items():
        views = [view for view in VIEWS if view.resource == name]
        assert all(sum(view.of(item) for view in views) == 1 for item in listing.items.values()), name


def test_each_column_and_each_heading_is_there_once() -> None:
    for view in VIEWS:
        names, headings = ({getattr(column, what) for column in view.columns} for what in ("name", "heading"))
        assert len(names) == len(headings) == len(view.columns), view.name
        assert {name.removeprefix("-") for name in view.order} <= names


@pytest.mark.parametrize(("view", "column"), EVERY)
def test_every_column_holds_what_it_says(known: Services, view: TableView, column: Column) -> None:
    found = cells(known, view, column)
    assert found, "no row has it"
    assert {isinstance(cell, int | float) and not isinstance(cell, bool) for cell in found} == {column.is_number}


@pytest.mark.parametrize(("view", "column"), EVERY)
def test_every_link_leads_somewhere(known: Services, view: TableView, column: Column) -> None:
    if column.links_to == "url":
        assert all(cell.startswith("https://") for cell in cells(known, view, column))
    elif column.links_to:
        assert set(cells(known, view, column)) <= known.listings[column.links_to].items.keys()


@pytest.mark.parametrize(("view", "column"), EVERY)
def test_every_heading_says_the_unit_that_the_name_says(view: TableView, column: Column) -> None:
    units = [unit for suffix, unit in UNITS.items() if column.name.endswith(suffix)]
    assert not units or column.unit == units[-1]
    assert not (units and unit_of(column.name)) or unit_of(column.name).startswith(units[-1])


@pytest.mark.parametrize("view", EACH)
def test_the_first_cell_of_each_row_leads_to_the_row(client: FlaskClient, view: TableView) -> None:
    page = client.get(f"/tables/{view.name}").text
    first = re.findall(r'<th scope="row"><a href="([^"]+)">', page)
    assert len(first) == page.count('<th scope="row">') > 0
    assert client.get(first[0]).status_code == 200
    assert view.columns[-1].name == "source_id" or view.name in ("sources", "data")


@pytest.mark.parametrize("view", EACH)
def test_all_rows_are_saved_with_all_digits(client: FlaskClient, known: Services, view: TableView) -> None:
    rows = saved(client, view.name)
    assert len(rows) == len(items_of(known.listings, view))
    for column in view.columns:
        if column.kind == "number":
            numbers = [float(row[column.name]) for row in rows if row[column.name]]
            assert sorted(numbers) == sorted(cells(known, view, column))


@pytest.mark.parametrize(
    ("name", "first"),
    [
        pytest.param("accelerators", {"accelerator_id": "nvidia-h100-sxm5-80gb"}, id="rented-out-by-most"),
        pytest.param("models", {"model_id": "gpt-oss-120b"}, id="sold-by-most"),
        pytest.param("purchase", {"year": "2025"}, id="newest-year"),
    ],
)
def test_what_is_used_most_or_newest_comes_first(client: FlaskClient, name: str, first: dict[str, str]) -> None:
    assert saved(client, name)[0].items() >= first.items()


@pytest.mark.parametrize(
    ("name", "column"), [("accelerators", "memory_gb"), ("rent", "usd_per_accelerator_hour"), ("models", "released_on")]
)
def test_a_heading_sorts_the_whole_table_and_empty_cells_come_last(client: FlaskClient, name: str, column: str) -> None:
    read = float if BY_NAME[name].columns and column != "released_on" else str
    up, down = ([row[column] for row in saved(client, name, sort=f"{sign}{column}")] for sign in ("", "-"))
    for found, reverse in ((up, False), (down, True)):
        full = [read(cell) for cell in found if cell]
        assert full == sorted(full, reverse=reverse)
        assert not any(found[len(full) :])


def test_rows_hold_all_of_the_words_in_any_column(client: FlaskClient) -> None:
    rows = saved(client, "rent", q="h100 virginia spot")
    assert rows
    assert {row["kind"] for row in rows} == {"spot"}
    assert all("h100" in row["accelerator_id"] for row in rows)
    assert {row["region_name"] for row in rows} <= {"N. Virginia", "Virginia", "Northern Virginia", "Ashburn, Virginia"}


def test_pages_follow_each_other_and_keep_the_words_and_the_order(client: FlaskClient) -> None:
    first = client.get("/tables/hosted", query_string={"q": "gpt", "sort": "provider"}).text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    assert html.unescape(following[1]) == "/tables/hosted?q=gpt&sort=provider&page=2"
    second = client.get(html.unescape(following[1])).text
    assert 'rel="prev"' in second
    assert "Page 2 of" in second
    assert 'href="/tables/models?q=gpt"' in second


@pytest.mark.parametrize("query", ["page=0", "page=999", "page=x", "sort=nothing", "sort=--tdp_w", "download=json"])
def test_a_page_or_an_order_that_does_not_exist_is_refused(client: FlaskClient, query: str) -> None:
    response = client.get(f"/tables/accelerators?{query}")
    assert response.status_code == 422
    assert list(response.get_json()["errors"]) == [query.partition("=")[0]]


def test_the_prices_of_before_lead_to_the_first_of_their_tables(client: FlaskClient) -> None:
    response = client.get("/tables/prices?q=h100")
    assert (response.status_code, response.headers["Location"]) == (308, "/tables/rent?q=h100")


@pytest.mark.parametrize(
    ("path", "href"),
    [
        ("accelerators/h100", "/?accelerator=nvidia-h100-sxm5-80gb"),
        ("models/llama-3.1-8b", "/serving?model=llama-3.1-8b"),
        ("regions/aws:us-east-1", "/?region=aws%3Aus-east-1"),
        ("instances/p5.48xlarge", "/?instance=aws%3Ap5.48xlarge"),
        ("prices/api:openai:gpt-4o:standard", "/serving?provider=openai&amp;model=gpt-4o"),
    ],
)
def test_a_row_can_be_used_in_an_estimate(client: FlaskClient, path: str, href: str) -> None:
    assert f'href="{href}"' in client.get(f"/tables/{path}").text


def test_a_row_rounds_nothing(client: FlaskClient) -> None:
    page = client.get("/tables/models/llama-3.1-8b").text
    assert "128,256" in page
    assert "131,072 tokens" in page
