"""The columns that people see are columns of the tables, and say their units."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from costsvc.reference.listing import Listing
from costsvc.web.api.tables import RESOURCES
from costsvc.web.columns import COLUMNS, Column
from costsvc.web.http import services_of

UNITS = {
    "_w": "[W]",
    "_gb": "[GB]",
    "_gb_s": "[GB/s]",
    "_tflops": "[TFLOP/s]",
    "_l_per_kwh": "[L/kWh]",
    "_params_b": "[10⁹]",
    "_tokens_b": "[10⁹]",
    "_flop": "[FLOP]",
    "usd_per_kwh": "[USD/kWh]",
    "usd_per_accelerator_hour": "[USD per accelerator and hour]",
    "usd_per_instance_hour": "[USD per instance and hour]",
    "usd_per_million_tokens": "[USD per 10⁶ tokens]",
}
EVERY = [pytest.param(name, column, id=f"{name}-{column.name}") for name, row in COLUMNS.items() for column in row]


@pytest.fixture(scope="module")
def listings(app: Flask) -> Mapping[str, Listing]:
    found: Mapping[str, Listing] = services_of(app).listings
    return found


def cells(listing: Listing, column: Column) -> list[Any]:
    found = (item.get(column.name) for item in listing.items.values())
    return [cell for cell in found if cell is not None]


def test_every_resource_has_columns_and_each_of_them_once() -> None:
    assert COLUMNS.keys() == {resource.name for resource in RESOURCES}
    for name, row in COLUMNS.items():
        assert len({column.name for column in row}) == len({column.heading for column in row}) == len(row), name


@pytest.mark.parametrize(("resource", "column"), EVERY)
def test_every_column_is_one_of_the_tables_and_holds_what_it_says(
    listings: Mapping[str, Listing], resource: str, column: Column
) -> None:
    found = cells(listings[resource], column)
    assert found, "no row has it"
    assert {isinstance(cell, int | float) for cell in found} == {column.numeric}


@pytest.mark.parametrize(("resource", "column"), EVERY)
def test_every_link_leads_somewhere(listings: Mapping[str, Listing], resource: str, column: Column) -> None:
    found = cells(listings[resource], column)
    if column.links_to == "url":
        assert all(cell.startswith("https://") for cell in found)
    elif column.links_to:
        assert set(found) <= listings[column.links_to].items.keys()


@pytest.mark.parametrize(("resource", "column"), EVERY)
def test_every_heading_says_the_unit_that_the_name_says(resource: str, column: Column) -> None:
    units = [unit for suffix, unit in UNITS.items() if column.name.endswith(suffix)]
    assert not units or column.heading.endswith(units[-1])


def test_the_first_column_names_the_item_and_the_last_of_a_figure_its_source(client: FlaskClient) -> None:
    for resource, row in COLUMNS.items():
        item = client.get(f"/v1/{resource}", query_string={"limit": 1}).get_json()["items"][0]
        assert client.get(f"/v1/{resource}/{item[row[0].name]}").get_json() == item
        assert row[0].links_to == resource
        assert row[-1].name == "source_id" or "source_id" not in item or resource == "sources"
