"""Times of a schedule are said in UTC and in local time, equal windows once."""

from typing import Any

import pytest

from costsvc.reference.catalog import Catalog
from costsvc.reference.profiles import TABLE
from costsvc.reference.time_zones import TIME_ZONES
from costsvc.report.headlines import headline
from costsvc.report.schedule_times import windows
from costsvc.web.registry import ENDPOINTS

RUN = {"accelerator": "h100", "accelerator_hours": 192, "accelerators": 32, "region": "US-CA"}
WINDOW = {"earliest": "2027-04-05T18:00:00-07:00", "deadline": "2027-04-09T18:00:00-07:00"}


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        pytest.param(
            {}, "17:00 to 23:00 UTC (10:00 to 16:00 local time), any day from 6 to 9 April", id="equal-but-for-the-day"
        ),
        pytest.param(
            {"interruptible": True},
            "20:00 to 22:00 UTC (13:00 to 15:00 local time), on 6 to 7 April; "
            "21:00 to 22:00 UTC (14:00 to 15:00 local time), on 8 to 9 April",
            id="with-pauses",
        ),
        pytest.param(
            {"duration_h": 10},
            "15:00 to 01:00 the next day UTC (08:00 to 18:00 local time), any day from 6 to 9 April",
            id="over-midnight",
        ),
    ],
)
def test_the_best_windows_are_said_once(fields: dict[str, Any], first: str, catalog: Catalog) -> None:
    answer = ENDPOINTS["schedule"].answer({"training": RUN, **WINDOW, **fields}, catalog)
    found = windows(answer)
    assert str(found[0]) == first
    assert sum(group.number for group in found) == len(answer["windows"])
    assert headline("schedule", answer).startswith(f"Best time: {first}: ")


def test_every_zone_with_a_profile_has_a_time_zone(catalog: Catalog) -> None:
    assert set(TIME_ZONES) == {row["zone_id"] for row in catalog.tables[TABLE].rows.values()}
