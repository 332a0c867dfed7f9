"""Names as people and tools write them, row by row: understood as what they mean, or refused with a name that helps."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from costsvc.errors import UnknownNameError
from costsvc.reference.catalog import Catalog
from costsvc.reference.hosted_names import squash
from costsvc.reference.places import Place

Row = dict[str, str]
Understood = tuple[str, str]
"""Id and what the name says besides, as the columns of a row have them."""
NAMES = Path(__file__).with_name("names")
HOSTED = "hosted:"
CITY = "city:"


def without_route(key: str) -> str:
    """A key of a price list without provider and route."""
    return key.rpartition("/")[2]


def read_model(catalog: Catalog, row: Row) -> Understood:
    if not row["id"].startswith(HOSTED):
        reading = catalog.read_model(row["spelling"])
        return reading.id, str(reading.says.get("precision", ""))
    provider, _, model = row["id"].removeprefix(HOSTED).partition("/")
    if provider != "*":
        return f"{HOSTED}{provider}/{catalog.hosted_model(provider, row['spelling']).id}", ""
    keys = {without_route(reading.id) for _, reading in catalog.hosted.sellers(row["spelling"])}
    # sellers write one model in their own ways: claude-haiku-4-5@20251001
    is_meant = [key for key in keys if squash(key) == squash(model)]
    return (f"{HOSTED}*/{model}" if is_meant else str(sorted(keys))), ""


def read_provider(catalog: Catalog, row: Row) -> Understood:
    try:
        return catalog.api_provider(row["spelling"]), ""
    except UnknownNameError:
        return catalog.provider(row["spelling"]), ""


def read_accelerator(catalog: Catalog, row: Row) -> Understood:
    if catalog.is_instance(row["spelling"]):
        return f"instance {catalog.instance(row['spelling'])['instance_id']}", ""
    reading, _ = catalog.accelerator(row["spelling"])
    said = reading.says.get("accelerators")
    return reading.id, ("" if said is None else f"{said:g}") + (reading.slice or "")


def read_instance(catalog: Catalog, row: Row) -> Understood:
    return catalog.instance(row["spelling"])["instance_id"], ""


def read_region(catalog: Catalog, row: Row) -> Understood:
    """The meant place if the name is read as it or as another kind of place on the same grid."""
    read, meant = catalog.place(row["spelling"]), row["id"]
    if meant.startswith(CITY):
        return (meant if meant.removeprefix(CITY) in areas_of(read) else read.region), ""
    same = read.row is None and meant in catalog.places and grid_of(catalog, read) == grid_of(catalog, meant)
    return (meant if same else read.region), ""


def areas_of(place: Place) -> set[str]:
    return {area for _, area in place.areas(direct=False)} | {place.tied_zone or ""}


def grid_of(catalog: Catalog, place: Place | str) -> str:
    """The first area of a place whose intensity the tables have."""
    areas = (catalog.places[place] if isinstance(place, str) else place).areas(direct=False)
    return next(area for _, area in areas if area in catalog.grid)


READERS: dict[str, tuple[Callable[[Catalog, Row], Understood], tuple[str, ...]]] = {
    "accelerator": (read_accelerator, ("accelerators", "slice")),
    "instance": (read_instance, ()),
    "model": (read_model, ("precision",)),
    "provider": (read_provider, ()),
    "region": (read_region, ()),
}
"""How a kind of name is read, and the columns of what it says besides."""


def rows(file: str) -> list[Row]:
    with (NAMES / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def name_of(row: Row) -> str:
    return f"{row['kind']}-{row['spelling']}"


@pytest.mark.parametrize("row", rows("spellings.csv"), ids=name_of)
def test_a_name_is_understood_as_it_is_meant(catalog, row):
    read, besides = READERS[row["kind"]]
    expected = row["id"], "".join(row[column] for column in besides)
    assert read(catalog, row) == expected


@pytest.mark.parametrize("row", rows("refusals.csv"), ids=name_of)
def test_a_name_that_means_nothing_is_refused_and_the_nearest_are_suggested(catalog, row):
    read, _ = READERS[row["kind"]]
    with pytest.raises(UnknownNameError) as refused:
        read(catalog, row | {"id": ""})
    wanted = set(filter(None, row["suggests"].split(";")))
    assert not wanted or wanted & set(suggested(catalog, row, refused.value))


def suggested(catalog: Catalog, row: Row, refused: UnknownNameError) -> list[str]:
    """The ids of what a refusal suggests; a provider may be meant as one of machines or of models."""
    kind = row["kind"]
    if kind == "provider":
        return [*refused.near, *catalog.hosted.nearest_providers(row["spelling"])]
    if kind == "model":
        return [f"{HOSTED}*/{without_route(near)}" for near in refused.near] + list(refused.near)
    if kind == "region":
        zones = [f"{CITY}{area}" for near in refused.near for area in areas_of(catalog.place(near))]
        return [*refused.near, *zones]
    return [READERS[kind][0](catalog, {"spelling": near})[0] for near in refused.near]


@pytest.mark.parametrize("row", [row for row in rows("refusals.csv") if row["kind"] == "model"], ids=name_of)
def test_a_model_that_is_refused_is_not_sold_either(catalog, row):
    assert catalog.hosted.sellers(row["spelling"]) == []


@pytest.mark.parametrize("file", ["spellings.csv", "refusals.csv"])
def test_the_names_stand_in_order_and_once(file):
    with (NAMES / file).open(encoding="utf-8", newline="") as text:
        keys = [(row["kind"], row["spelling"]) for row in csv.DictReader(text)]
    assert keys == sorted(set(keys))
