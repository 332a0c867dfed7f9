"""What follows from the grids that a place is tied to: mixes, margins, and figures that contradict each other."""

import numpy as np
import pandas as pd
import pytest

from costsvc.evidence.importers import marginal, mixes, reconcile, ties
from costsvc.evidence.importers.grid import EGRID, Spread
from costsvc.evidence.importers.upstream_share import LEAST, OIL, Ratio, fitted_ratio

RATIO = Ratio(intercept=-0.5, slope=-0.003, spread=1.3)


def known(**values):
    """Rows of zones with a value and 10 % about it."""
    rows = pd.DataFrame({"zone_id": [f"em:{name}" for name in values], "g_per_kwh": list(values.values())})
    rows = rows.assign(low=rows["g_per_kwh"] * 0.9, high=rows["g_per_kwh"] * 1.1, carbon_free_share=np.nan)
    names = {"scope": "lifecycle", "method": "average", "basis": "consumption", "source_id": "s"}
    return rows.assign(year=2024, locator="l", quality="reported", **names)


def tied(**shares):
    """Ties of one place, each share 0.1 wide either way."""
    rows = pd.DataFrame({"zone_id": [f"em:{name}" for name in shares], "share": list(shares.values())})
    rows = rows.assign(low=rows["share"] - 0.1, high=rows["share"] + 0.1, place_id="here", year=2018)
    return rows.assign(source_id="t", locator="t", quality="derived")[ties.COLUMNS]


@pytest.mark.parametrize(
    ("values", "low", "high", "found"),
    [
        pytest.param([100, 500], [0.5, 0.5], [0.5, 0.5], 300, id="known-shares"),
        # 0.6 of the cleaner, 0.4 of the other
        pytest.param([500, 100], [0.4, 0.4], [0.6, 0.6], 260, id="as-much-of-the-least-as-may-be"),
        pytest.param([100, 500, 900], [0.2, 0.2, 0.2], [0.4, 0.4, 0.4], 420, id="three-parts"),
    ],
)
def test_the_least_mix_takes_as_much_of_the_least_part_as_its_share_allows(values, low, high, found):
    assert mixes.extreme(np.array(values, float), np.array(low), np.array(high)) == pytest.approx(found)


def test_a_mix_is_weighted_lists_its_parts_and_is_wide_where_they_differ():
    row = mixes.mixed(tied(A=0.75, B=0.25), known(A=100.0, B=500.0)).iloc[0]
    assert row["g_per_kwh"] == pytest.approx(200)
    # down to the larger part, and up to 0.65 of it at its bound
    assert (row["low"], row["high"]) == (pytest.approx(100), pytest.approx(1.1 * 240))
    assert "em:A 0.75, em:B 0.25" in row["locator"]
    assert row[["zone_id", "year", "quality"]].tolist() == ["here", 2024, "derived"]


def test_a_mix_never_excludes_its_largest_part():
    row = mixes.mixed(tied(A=0.4, B=0.3, C=0.3), known(A=10.0, B=500.0, C=500.0)).iloc[0]
    assert row["low"] == 10


def test_a_substantial_part_is_held_where_asked():
    parts = tied(A=0.6, B=0.25, C=0.15), known(A=300.0, B=900.0, C=100.0)
    plain, held = mixes.mixed(*parts).iloc[0], mixes.mixed(*parts, held=0.2).iloc[0]
    assert plain["high"] < held["high"] == 900
    assert held["low"] == plain["low"]


def test_a_place_is_not_mixed_where_a_part_is_unknown():
    assert mixes.mixed(tied(A=0.6, B=0.4), known(A=300.0)).empty


@pytest.mark.parametrize(
    ("direct", "zone", "least", "most"),
    [
        pytest.param(893, "egrid:SRMW", 1.05, 1.12, id="coal"),
        pytest.param(350, "egrid:FRCC", 1.15, 1.3, id="gas"),
        pytest.param(100, "egrid:NYUP", 1.3, 1.6, id="water-and-atoms"),
        pytest.param(680, "egrid:HIOA", 1.1, 1.2, id="oil"),
    ],
)
def test_life_cycle_adds_less_the_more_a_grid_emits(direct, zone, least, most):
    found = RATIO.bounds(pd.Series([float(direct)]), pd.Series([zone])).iloc[0]
    assert least <= found["middle"] <= most
    assert 1 < found["low"] < found["middle"] < found["high"]


def test_coal_adds_no_less_than_its_mines_and_oil_is_assumed():
    assert RATIO.middle(5000) == 1 + LEAST
    found = RATIO.bounds(pd.Series([680.0]), pd.Series(["egrid:PRMS"])).iloc[0]
    assert tuple(found) == OIL


def test_the_ratio_is_fitted_to_zones_with_both_scopes(sample):
    found = fitted_ratio(sample)
    assert found.slope < 0
    assert 1.15 < found.middle(330) < 1.3


def zone(value, year=2024, **more):
    return pd.DataFrame([{"zone_id": "em:DE", "year": year, "g_per_kwh": value, **more}])


def test_a_life_cycle_below_what_is_emitted_is_the_emitted_one_converted(sample, monkeypatch):
    low = zone(200.0, low=170.0, high=235.0, locator="l", quality="reported")
    monkeypatch.setattr(reconcile, "zones", lambda *_: low)
    row = reconcile.settled_zones(sample, Spread(1.4, 1.18), RATIO).iloc[0]
    # 273.93 g direct as the mean of the hours of 2024
    assert row["g_per_kwh"] == pytest.approx(273.93 * RATIO.middle(273.93), rel=0.01)
    assert row["low"] <= 170
    assert "below the direct" in row["locator"]


def test_consumption_and_production_that_contradict_each_other_are_held_by_one_interval(sample, monkeypatch):
    far = zone(900.0, low=760.0, high=1060.0, locator="l", quality="reported")
    monkeypatch.setattr(reconcile, "zones", lambda *_: far)
    row = reconcile.settled_zones(sample, Spread(1.4, 1.18), RATIO).iloc[0]
    assert row["contradicted"]
    assert row["g_per_kwh"] == 900
    assert row["low"] < 400
    assert "widened to production" in row["locator"]


def test_a_country_takes_its_zone_where_the_two_contradict_or_production_is_silent(sample):
    rows = pd.concat([known(DE=900.0).assign(contradicted=True), known(FR=50.0).assign(contradicted=False, year=2031)])
    quiet = known(FR=50.0).assign(contradicted=False)
    found = mixes.of_own_zone(sample, pd.concat([rows, quiet])).set_index(["zone_id", "year"])
    assert set(found.index) == {("DEU", 2024), ("FRA", 2031)}


def test_a_direct_figure_above_the_places_own_life_cycle_is_brought_down():
    direct = known(A=288.0, B=100.0).assign(scope="direct")
    row = mixes.below_lifecycle(direct, known(A=140.0, B=160.0), RATIO).set_index("zone_id")
    assert row.loc["em:A", "g_per_kwh"] == pytest.approx(140 / RATIO.middle(140))
    assert row.loc["em:A", "high"] > 288
    assert row.loc["em:B", "g_per_kwh"] == 100


def margin(zone, value):
    return {
        "zone_id": zone,
        "g_per_kwh": value,
        "low": value / 1.25,
        "high": value * 1.25,
        "locator": zone,
        "quality": "reported",
    }


@pytest.mark.parametrize(
    ("country", "least", "most"),
    [
        pytest.param("SWZ", 1000, 1000, id="imports"),
        # the geometric middle of 24 g and 400 g
        pytest.param("PRY", 97, 99, id="exports"),
        pytest.param("ISL", 24, 24, id="no-lines"),
    ],
)
def test_a_margin_of_nothing_is_that_of_the_lines_a_country_has(country, least, most):
    others = pd.DataFrame([margin("ZAF", 1000.0), margin("BRA", 400.0)])
    row = marginal.without_fossil_plants(pd.DataFrame([margin(country, 0.0)]), others).iloc[0]
    assert least <= row["g_per_kwh"] <= most
    assert 0 < row["low"] < row["high"]
    assert row["quality"] == "assumed"


def test_states_follow_their_zones_to_subregions_and_to_avert(table):
    rows = table("grid_ties").set_index(["place_id", "zone_id"])["share"]
    assert rows["US-VA", "egrid:SRVC"] > 0.8
    assert rows["US-VT", "egrid:NEWE"] == 1
    assert rows["US-CO", "avert:Rocky Mountains"] == 1
    assert not [zone for place, zone in rows.index if place == "US-HI" and zone.startswith("avert:")]


def test_islands_have_a_margin_above_their_own_average(upstream):
    file = upstream / EGRID
    file.write_text(file.read_text(encoding="utf-8") + "subregion,HIOA,2023,680,4.4\n", encoding="utf-8")
    rows = marginal.islands(upstream, ties.ties(upstream)).set_index("zone_id")
    row = rows.loc["egrid:HIOA"]
    assert (row["low"], row["high"], row["method"]) == (680, marginal.OIL_PLANT_G, "marginal")
    assert row["g_per_kwh"] == pytest.approx(680 * marginal.RARELY_FOLLOWS)
