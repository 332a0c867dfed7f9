"""When to run, through the whole comparison."""

import itertools

import pytest

from costsvc.reference.catalog import Catalog
from tests.estimates.reading import codes, factors, out_of_order, reasons

SCHEDULE = "/v1/comparisons/schedule"
RUN = {"accelerator": "h100-sxm5-80gb", "accelerator_hours": 192, "accelerators": 32, "region": "aws:us-west-1"}
LOAD = {"energy_kwh": 100, "region": "em:US-CAL-CISO", "duration_h": 3}
WEEK = {"earliest": "2027-04-05T00:00:00Z", "deadline": "2027-04-12T00:00:00Z"}
YEAR = {"earliest": "2027-01-01T00:00:00Z", "deadline": "2028-01-01T00:00:00Z"}
TIMED = ("windows", "now", "average", "savings", "profile")


@pytest.fixture(scope="module")
def ask(client):
    def ask(**body):
        response = client.post(SCHEDULE, json=body)
        assert response.status_code == 200, response.json
        return response.json

    return ask


def kg(timed):
    return timed["location_kg"]["value"]


def saved(answer, against):
    return next(saving for saving in answer["savings"] if saving["against"] == against)


def by_hour(catalog: Catalog, zone: str, month: int, column: str = "lifecycle_g_per_kwh") -> list[float]:
    return [catalog.row("grid_profiles", (zone, month, hour))[column] for hour in range(24)]


def test_the_best_window_is_the_lowest_run_of_hours_of_the_table(ask, catalog):
    hours = by_hour(catalog, "em:US-CAL-CISO", 4)
    sums = {start: sum(hours[start : start + 3]) for start in range(22)}
    start = min(sums, key=sums.get)
    best = ask(**LOAD, **WEEK)["windows"][0]
    assert best["start"] == f"2027-04-05T{start:02}:00:00Z"
    assert best["end"] == f"2027-04-05T{start + 3:02}:00:00Z"


def test_percent_is_that_of_the_table_and_has_no_width_in_one_region(ask, catalog):
    hours = by_hour(catalog, "em:US-CAL-CISO", 4)
    answer = ask(**LOAD, **WEEK)
    lowest = min(sum(hours[start : start + 3]) for start in range(22))
    # begun at midnight the load takes the hours 0, 1 and 2
    wanted = 100 * (1 - lowest / sum(hours[:3]))
    percent = saved(answer, "now")["percent"]
    assert percent["value"] == pytest.approx(wanted)
    assert percent["high"] - percent["low"] < 1e-9
    average = 100 * (1 - (lowest / 3) / (sum(hours) / 24))
    assert saved(answer, "average")["percent"]["value"] == pytest.approx(average)


def test_over_a_whole_year_the_mean_is_that_of_the_training_estimate(ask, train):
    estimate = train(RUN)
    answer = ask(training=RUN, **YEAR)
    assert answer["energy_kwh"] == estimate["energy_kwh"]
    # February has 28 days in 2027 and 28.25 in the mean year of the profile
    assert kg(answer["average"]) == pytest.approx(estimate["carbon"]["location_kg"]["value"], rel=1e-3)
    assert answer["annual_g_per_kwh"]["value"] == factors(estimate)["grid_g_per_kwh"]["value"]


@pytest.mark.parametrize("scope", ["lifecycle", "direct"])
def test_the_profile_has_the_level_of_the_estimate_and_the_shape_of_the_table(ask, catalog, scope):
    answer = ask(**LOAD, **WEEK, scope=scope)
    shown, table = answer["profile"]["g_per_kwh"], by_hour(catalog, "em:US-CAL-CISO", 7, f"{scope}_g_per_kwh")
    assert [len(shown), len(shown[0])] == [12, 24]
    assert [x / shown[6][0] for x in shown[6]] == pytest.approx([x / table[0] for x in table])
    assert answer["profile"]["scope"] == answer["request"]["scope"] == scope
    days = [31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    mean = sum(sum(month) / 24 * length for month, length in zip(shown, days, strict=True)) / 365.25
    assert mean == pytest.approx(answer["annual_g_per_kwh"]["value"])


def test_windows_are_apart_and_in_order_and_now_is_the_begin(ask):
    answer = ask(training=RUN, **WEEK)
    windows = answer["windows"]
    assert len(windows) == 5
    assert [kg(window) for window in windows] == pytest.approx(sorted(kg(window) for window in windows))
    spans = sorted((window["start"], window["end"]) for window in windows)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    assert (answer["now"]["start"], answer["now"]["end"]) == (WEEK["earliest"], "2027-04-05T06:00:00Z")


def test_a_window_as_long_as_the_run_leaves_nothing_to_choose(ask):
    answer = ask(**LOAD | {"duration_h": 168, **WEEK})
    (only,) = answer["windows"]
    assert (only["start"], only["end"]) == (WEEK["earliest"], WEEK["deadline"])
    assert saved(answer, "now")["percent"]["value"] == pytest.approx(0)
    assert kg(only) == pytest.approx(kg(answer["average"]))


def test_pauses_save_more_and_their_spans_add_up(ask):
    whole, paused = (ask(**LOAD | {"duration_h": 40.5}, **WEEK, interruptible=pauses) for pauses in (False, True))
    (plan,) = paused["windows"]
    assert len(plan["spans"]) >= 7  # each day has cheap hours of its own
    assert sum(kg(span) for span in plan["spans"]) == pytest.approx(kg(plan))
    assert kg(plan) < kg(whole["windows"][0]) < kg(whole["now"])
    assert "pauses-cost-nothing" in codes(paused) - codes(whole)


def test_parts_of_hours_at_both_ends_count_by_their_length(ask, catalog):
    night = by_hour(catalog, "em:US-CAL-CISO", 4)
    times = {"earliest": "2027-04-05T00:30:00Z", "deadline": "2027-04-05T02:15:00Z"}
    answer = ask(**LOAD | {"duration_h": 1.75}, **times)
    level = answer["annual_g_per_kwh"]["value"] / factors(answer)["profile_mean_g_per_kwh"]["value"]
    # half of hour 0, hour 1, a quarter of hour 2
    mean = (0.5 * night[0] + night[1] + 0.25 * night[2]) / 1.75
    assert answer["windows"][0]["g_per_kwh"]["value"] == pytest.approx(mean * level)


def test_an_offset_says_the_same_instant(ask):
    local = {"earliest": "2027-04-04T17:00:00-07:00", "deadline": "2027-04-12T02:00:00+02:00"}
    assert ask(**LOAD, **local) == ask(**LOAD, **WEEK)


def test_what_is_left_out_is_the_time_of_all_phases(ask):
    answer = ask(training=RUN | {"overheads": {"failed_share": 0.5}}, **WEEK)
    assert answer["duration_h"] == 9  # 192 h on 32 accelerators, and half as much again
    assert "duration-of-run" in codes(answer)
    assert "duration-of-run" not in codes(ask(training=RUN, duration_h=9, **WEEK))


def test_energy_is_spread_over_the_duration(ask):
    short, long = (ask(training=RUN, duration_h=hours, **WEEK) for hours in (6, 24))
    assert short["energy_kwh"] == long["energy_kwh"]
    assert kg(long["windows"][0]) > kg(short["windows"][0])


def test_the_best_other_region_is_the_one_that_emits_least(ask):
    regions = ["aws:us-east-1", "aws:eu-central-1", "gcp:us-south1"]
    answer = ask(training=RUN, **WEEK, other_regions=regions)
    alone = {region: ask(training=RUN, **WEEK, other_regions=[region]) for region in regions}
    best = min(regions, key=lambda region: kg(alone[region]["best_other_region"]))
    assert answer["best_other_region"] == alone[best]["best_other_region"]
    there = ask(training=RUN | {"region": best}, **WEEK)
    assert kg(answer["best_other_region"]) == pytest.approx(kg(there["windows"][0]))
    difference = kg(there["windows"][0]) - kg(answer["windows"][0])
    assert saved(answer, "best_other_region")["location_kg"]["value"] == pytest.approx(difference)
    assert "best_other_region.grid_g_per_kwh" in factors(answer)


def test_a_region_without_a_profile_counts_with_the_mean_of_its_year(ask, train):
    answer = ask(training=RUN, **WEEK, other_regions="all")
    best = answer["best_other_region"]
    assert (best["profile_zone"], best["start"]) == (None, WEEK["earliest"])
    estimate = train(RUN | {"region": best["region"]})
    assert kg(best) == pytest.approx(estimate["carbon"]["location_kg"]["value"])
    assert saved(answer, "best_other_region")["percent"]["value"] < 0  # to move saves more than to wait


def test_the_own_region_is_no_other_one(ask):
    answer = ask(training=RUN, **WEEK, other_regions=["us-west-1", "aws/us-west-1"])
    assert answer["best_other_region"] is None
    assert "best_other_region" in reasons(answer)


@pytest.mark.parametrize("region", ["aws:eu-north-1", "US-WA", "USA", "world", "EU"])
def test_a_place_without_a_profile_says_so_and_names_those_with_one(ask, region):
    answer = ask(**LOAD | {"region": region}, **WEEK, other_regions=["aws:us-west-1"])
    assert [answer[name] for name in TIMED] == [None] * len(TIMED)
    assert all("no hourly profile" in reasons(answer)[name] for name in TIMED)
    assert len(answer["with_profile"]) == 16
    assert answer["best_other_region"]["region"] == "aws:us-west-1"
    assert answer["annual_g_per_kwh"]["value"] > 0


@pytest.mark.parametrize(
    ("region", "zone"),
    [
        pytest.param("DE", "em:DE", id="country-that-is-one-zone"),
        pytest.param("CA-ON", "em:CA-ON", id="subdivision"),
        pytest.param("aws:eu-west-2", "em:GB", id="cloud-region"),
        pytest.param("em:ZA", "em:ZA", id="zone"),
    ],
)
def test_a_place_leads_to_the_profile_of_its_zone(ask, region, zone):
    answer = ask(**LOAD | {"region": region}, **WEEK)
    assert answer["profile"]["zone"] == zone
    assert zone in {found["zone"] for found in answer["with_profile"][:2]}


def test_zones_of_the_same_country_come_first(ask):
    zones = [found["zone"] for found in ask(**LOAD | {"region": "US-VA"}, **WEEK)["with_profile"]]
    assert {zone[:5] for zone in zones[:3]} == {"em:US"}
    assert "em:US-MIDA-PJM" in zones[:3]


def test_what_profiles_do_not_know_is_always_said(ask):
    for region in ("em:DE", "SE"):
        answer = ask(**LOAD | {"region": region}, **WEEK)
        assert {"profile-of-past-years", "average-not-marginal"} <= codes(answer)
    assert "grid-has-changed" in codes(ask(**LOAD | {"region": "CA-ON"}, **WEEK))  # 67 g/kWh to 2024, 111 in 2025


def test_a_grid_that_emits_nothing_leaves_nothing_to_save(ask):
    answer = ask(training=RUN | {"grid_g_per_kwh": 0}, **WEEK)
    assert kg(answer["windows"][0]) == 0
    assert saved(answer, "now")["percent"] is None
    assert "savings.percent" in reasons(answer)


def test_no_intensity_of_the_scope_leaves_only_the_reason(ask):
    answer = ask(**LOAD | {"region": "JP"}, scope="direct", other_regions=["world"], **WEEK)
    assert "no direct intensity is known for JPN" in reasons(answer)["annual_g_per_kwh"]
    assert reasons(answer)["windows"] == "there is no annual_g_per_kwh"
    assert "no intensity is known" in reasons(answer)["best_other_region"]


def test_every_quantity_is_in_order_and_equal_requests_have_equal_answers(ask):
    body = {"training": RUN, **WEEK, "interruptible": True}
    answer = ask(**body)
    assert out_of_order(answer) == {}
    assert ask(**body) == answer
    assert ask(**body | {"interruptible": False})["id"] != answer["id"]
    sources = {source["source_id"] for source in answer["sources"]}
    assert {"electricitymaps-hourly", "electricitymaps-yearly"} <= sources


def test_a_run_that_does_not_fit_says_from_when_on_it_would(client):
    body = {"training": RUN, "earliest": "2027-04-05T00:00:00Z", "deadline": "2027-04-05T05:00:00Z"}
    errors = client.post(SCHEDULE, json=body).json["errors"]
    assert "must be 2027-04-05T06:00:00Z or later" in errors["deadline"][0]
    fits = {**body, "deadline": "2027-04-05T06:00:00Z"}
    assert client.post(SCHEDULE, json=fits).status_code == 200


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        pytest.param({"earliest": "2027-04-05T00:00:00"}, "earliest", "must be a time with UTC offset", id="naive"),
        pytest.param({"deadline": "2027-04-12"}, "deadline", "must be a time with UTC offset", id="day"),
        pytest.param({"earliest": "next week"}, "earliest", "must be a time with UTC offset", id="words"),
        pytest.param(
            {"earliest": 1_800_000_000}, "earliest", "must be a time with UTC offset", id="seconds-since-1970"
        ),
        pytest.param({"earliest": None}, "earliest", "must not be null", id="null"),
        pytest.param({"earliest": "1999-12-31T00:00:00Z"}, "earliest", "from 2000 to 2099", id="long-ago"),
        pytest.param(
            {"deadline": "9999-12-31T23:59:59-12:00"},
            "deadline",
            "must be a time with UTC offset such as 2026-12-01T08:00:00Z, from 2000 to 2099",
            id="never",
        ),
        pytest.param({"deadline": WEEK["earliest"]}, "deadline", "must be after earliest", id="no-time"),
        pytest.param({"deadline": "2027-04-04T00:00:00Z"}, "deadline", "must be after earliest", id="before-earliest"),
        pytest.param({"deadline": "2028-04-07T00:00:00Z"}, "deadline", "at most 8784 h", id="longer-than-a-year"),
        pytest.param({"duration_h": 0}, "duration_h", "must be between 0.01 and 8784 h", id="no-duration"),
        pytest.param({"duration_h": -1}, "duration_h", "must be between 0.01", id="negative"),
        pytest.param({"duration_h": "3"}, "duration_h", 'got "3"', id="string"),
        pytest.param({"duration_h": 169}, "deadline", "2027-04-12T01:00:00Z or later", id="longer-than-the-window"),
        pytest.param({"energy_kwh": 0}, "energy_kwh", "must be between 1e-09", id="no-energy"),
        pytest.param({"interruptible": "yes"}, "interruptible", "must be true or false", id="word-for-a-switch"),
        pytest.param({"region": "em:US-CAL-CSIO"}, "region", "Nearest known", id="near-region"),
        pytest.param({"scope": "net"}, "scope", "must be one of lifecycle, direct", id="no-such-scope"),
        pytest.param({"other_regions": ["DE", "Atlantis"]}, "other_regions.1", "is not known", id="unknown-region"),
        pytest.param({"other_regions": []}, "other_regions", "1 to 1000 names", id="no-names"),
        pytest.param({"other_regions": "DE"}, "other_regions", "must be an array", id="a-name-for-a-list"),
        pytest.param({"training": RUN}, "energy_kwh", "not allowed together with training", id="run-and-load"),
        pytest.param({"power_kw": 5}, "power_kw", "unknown field", id="unknown-field"),
    ],
)
def test_a_load_is_refused(client, change, field, words):
    _refused(client, LOAD | WEEK | change, field, words)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        pytest.param({"training": RUN | {"accelerator": "h1000"}}, "training.accelerator", "h100", id="near-chip"),
        pytest.param({"training": RUN | {"region": "Atlantis"}}, "training.region", "not known", id="unknown-region"),
        pytest.param(
            {"training": RUN | {"mfu": 0.4}},
            "training.mfu",
            "not allowed together with accelerator_hours",
            id="no-effect",
        ),
        pytest.param({"training": RUN | {"accelerator_hours": 0}}, "duration_h", "the run takes 0 h", id="no-time"),
        pytest.param(
            {"training": RUN | {"accelerator_hours": 1e6, "accelerators": 8}},
            "duration_h",
            "between 0.01 and 8784",
            id="14-years",
        ),
        pytest.param({"region": "DE"}, "region", "not allowed together with training", id="region-twice"),
        pytest.param({"scope": "direct"}, "scope", "not allowed together with training", id="scope-twice"),
    ],
)
def test_a_run_is_refused(client, change, field, words):
    _refused(client, {"training": RUN, **WEEK, **change}, field, words)


@pytest.mark.parametrize(
    ("left_out", "field"),
    [("region", "region"), ("duration_h", "duration_h"), ("energy_kwh", "training"), ("earliest", "earliest")],
)
def test_what_is_missing_is_named(client, left_out, field):
    body = {name: value for name, value in (LOAD | WEEK).items() if name != left_out}
    _refused(client, body, field, "required")


def _refused(client, body, field, words):
    answer = client.post(SCHEDULE, json=body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), answer.text
    assert words in answer.json["errors"][field][0]
