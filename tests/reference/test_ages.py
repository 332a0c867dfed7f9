"""The date of a figure, and when it counts as old."""

from datetime import date

import pytest

from costsvc.reference.ages import age, last_day, span


@pytest.mark.parametrize(
    ("as_of", "day"),
    [
        ("2026-07-20", date(2026, 7, 20)),
        ("2026-02", date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 29)),
        ("2025-12", date(2025, 12, 31)),
        ("2023", date(2023, 12, 31)),
    ],
)
def test_the_last_day_of_a_day_a_month_and_a_year(as_of, day):
    assert last_day(as_of) == day


@pytest.mark.parametrize(
    ("row", "column", "as_of"),
    [
        pytest.param({"observed_on": "2026-07-20", "year": 2020}, "low", "2026-07-20", id="day before year"),
        pytest.param({"observed_on": None, "valid_from": "2025-06"}, "usd", "2025-06", id="else the first day"),
        pytest.param({"year": 2023}, "g_per_kwh", "2023", id="else the year"),
        pytest.param({"pue": 1.1, "pue_year": 2024, "wue_year": 2022}, "pue", "2024", id="of the column's own"),
    ],
)
def test_a_figure_is_as_old_as_its_row_says(row, column, as_of):
    found = age(row, column, limit_days=None)
    assert found is not None
    assert (found.as_of, found.old_from) == (as_of, None)


def test_a_figure_without_a_date_has_no_age():
    assert age({"tdp_w": 700}, "tdp_w", limit_days=180) is None


def test_a_figure_counts_as_old_from_the_day_after_its_limit():
    found = age({"observed_on": "2026-01-01"}, "usd", limit_days=10)
    assert found is not None
    assert found.old_from == date(2026, 1, 12)


def test_a_table_spans_its_oldest_to_its_newest_figure():
    rows = [{"observed_on": "2026-07-20"}, {"observed_on": "2024"}, {"observed_on": "2026-08"}]
    assert span(rows, ["observed_on"]) == {"oldest": "2024", "newest": "2026-08"}
    assert span([{"pue_year": 2024.0, "wue_year": 2022.0}], ["pue_year", "wue_year"]) == {
        "oldest": "2022",
        "newest": "2024",
    }
    assert span([{"tdp_w": 700}], ["tdp_w"]) is None
