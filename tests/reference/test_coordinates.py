"""Places have the position of their city, or of the largest one around."""

import pytest

from costsvc.reference.catalog import Catalog
from costsvc.reference.coordinates import position_of


@pytest.mark.parametrize(
    ("region", "city"),
    [
        pytest.param("aws:eu-north-1", "city:SE/Stockholm", id="named-city"),
        pytest.param("aws:us-gov-west-1", "city:US-OR/Portland", id="largest-of-its-state"),
        pytest.param("lambda:europe-south-1", "city:IT/Rome", id="largest-of-its-country"),
        pytest.param("city:FR/Paris", "city:FR/Paris", id="city"),
        pytest.param("DEU", "city:DE/Berlin", id="country"),
        pytest.param("US-VA", "city:US-VA/Richmond", id="state"),
        pytest.param("world", None, id="nowhere"),
    ],
)
def test_a_place_has_the_position_of_a_city(catalog: Catalog, region: str, city: str | None) -> None:
    position = position_of(catalog, region)
    assert (position and position.city) == city


def test_every_cloud_region_has_a_position(catalog: Catalog) -> None:
    assert [id_ for id_ in catalog.tables["regions"] if position_of(catalog, str(id_)) is None] == []
