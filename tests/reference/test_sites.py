"""A building has the PUE and WUE of the closest year, with a wider interval for a larger distance."""

import pytest

from costsvc.reference.sites import measure


def pue(catalog, scopes, year):
    return measure(catalog, scopes, "pue", "1", year)


@pytest.mark.parametrize(
    ("year", "value", "of"),
    [
        pytest.param(2020, 1.32, 2022, id="before-the-first"),
        pytest.param(2022, 1.32, 2022, id="2022"),
        pytest.param(2024, 1.35, 2024, id="2024"),
        pytest.param(2025, 1.24, 2025, id="2025"),
        pytest.param(2030, 1.24, 2025, id="after-the-last"),
    ],
)
def test_the_year_picks_the_figure_of_a_region(catalog, year, value, of):
    found = pue(catalog, ("aws:eu-central-1", "aws", "*"), year)
    assert (found.value, found.year) == (value, of)


def test_the_interval_of_a_figure_of_another_year_is_wider_up_to_a_limit(catalog):
    widths = [pue(catalog, ("aws:eu-central-1",), year) for year in (2025, 2027, 2030, 2040)]
    spans = [found.high - found.low for found in widths]
    assert spans[0] < spans[1] < spans[2] == spans[3]
    assert all(found.low >= 1 for found in widths)


@pytest.mark.parametrize(
    ("scopes", "value"),
    [
        pytest.param(("coreweave:US-EAST-01", "coreweave", "*"), 1.54, id="nobody-published"),
        pytest.param(("oci:ap-hyderabad-1", "oci", "*"), 1.37, id="operator"),
        pytest.param(("oci:us-ashburn-1", "oci", "*"), 1.34, id="region"),
    ],
)
def test_the_narrowest_scope_with_a_figure_is_used(catalog, scopes, value):
    assert pue(catalog, scopes, 2025).value == value


def test_there_is_no_figure_if_no_scope_has_one(catalog):
    assert measure(catalog, ("coreweave:US-EAST-01",), "pue", "1", 2025) is None
