"""Views of comparisons lead on: to the estimates of options, and to places that can be answered."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

RUN = {"training.accelerator": "h100", "training.accelerator_hours": "192", "training.accelerators": "32"}
WINDOW = {"earliest": "2027-04-05 18:00", "deadline": "2027-04-09"}


def links(page: str, kind: str) -> list[str]:
    return [unescape(href) for href in re.findall(rf'<a class="{kind}" href="([^"]+)"', page)]


def test_each_card_of_a_placement_is_an_estimate_with_its_amounts(client: FlaskClient) -> None:
    page = client.get(f"/placement?{urlencode({**RUN, 'training.region': 'aws:us-east-1'})}").text
    found = links(page, "option")
    assert len(found) >= 2
    for href in found:
        estimate = client.get(href)
        assert estimate.status_code == 200
        assert 'class="totals"' in estimate.text


def test_all_unknown_regions_are_said_beside_their_field(client: FlaskClient) -> None:
    page = client.get(f"/placement?{urlencode({**RUN, 'regions': 'Frankfurt, narnia, atlantis'})}").text
    field = re.search(r'id="f-regions-error">([^<]*)<', page)
    assert field is not None
    assert "narnia" in field[1]
    assert "atlantis" in field[1]


@pytest.mark.parametrize("region", ["FRA", "SWE", "city:FR/Paris"])
def test_a_place_without_hourly_data_leads_to_places_that_have_some(client: FlaskClient, region: str) -> None:
    page = client.get(f"/schedule?{urlencode({**RUN, **WINDOW, 'training.region': region})}").text
    assert "We have no hourly grid data" in page
    found = re.findall(r'<li><a href="([^"]+)" title="[^"]+" data-swap>', page)
    assert len(found) == 10
    assert "Best time: " in client.get(unescape(found[0])).text


def test_local_times_of_a_schedule_are_answered(client: FlaskClient) -> None:
    page = client.get(f"/schedule?{urlencode({**RUN, **WINDOW, 'training.region': 'US-CA'})}").text
    assert "17:00 to 23:00 UTC (10:00 to 16:00 local time), any day from 6 to 9 April" in page
    assert 'value="2027-04-05T18:00"' in page
    assert "Local time is that of Los Angeles" in page
