"""Groups of regions stand for all their cloud regions."""

import pytest

from costsvc.errors import UnknownNameError
from costsvc.reference.catalog import Catalog
from costsvc.reference.place_groups import CONTINENTS, read_regions, regions_of_group


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        pytest.param("EU", "aws:eu-north-1", "aws:eu-west-2", id="eu-without-the-uk"),
        pytest.param("europe", "aws:eu-west-2", "aws:us-east-1", id="continent"),
        pytest.param("Asia", "gcp:asia-northeast1", "aws:ap-southeast-2", id="continent-in-capitals"),
        pytest.param("north america", "gcp:us-central1", "aws:sa-east-1", id="two-words"),
        pytest.param("aws", "aws:us-east-1", "gcp:us-central1", id="provider"),
        pytest.param("GCP", "gcp:us-central1", "aws:us-east-1", id="provider-in-capitals"),
    ],
)
def test_a_group_has_its_regions_and_no_others(catalog: Catalog, name: str, inside: str, outside: str) -> None:
    regions = regions_of_group(catalog, name)
    assert inside in regions
    assert outside not in regions


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Frankfurt", "city:DE/Frankfurt-am-Main", id="city"),
        pytest.param("N. Virginia", "aws:us-east-1", id="region"),
        pytest.param("Sweden", "SWE", id="country"),
    ],
)
def test_other_names_stand_for_one_place(catalog: Catalog, name: str, expected: str) -> None:
    assert read_regions(catalog, name) == (expected,)


def test_a_name_that_is_neither_is_not_known(catalog: Catalog) -> None:
    with pytest.raises(UnknownNameError, match="'narnia' is not known"):
        read_regions(catalog, "narnia")


def test_every_region_is_in_a_continent(catalog: Catalog) -> None:
    known = frozenset.union(*CONTINENTS.values())
    rows = catalog.tables["regions"].rows.items()
    assert [id_ for id_, row in rows if row["country"] not in known] == []
