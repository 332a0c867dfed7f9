"""Strategies over time, over tasks and requests, and what would flip them, through the whole comparison."""

import pytest

from tests.estimates.reading import codes

POST = "/v1/comparisons/amortization"
METRICS = ("energy_kwh", "carbon_kg", "water_l", "cost_usd")
G = {"accelerator": "a100-sxm4-80gb", "region": "aws:us-east-1"}
API = {"model": "gpt-4o-mini", "provider": "openai", "input_tokens": 1000, "output_tokens": 500}
TASKS = {"tasks": None, "requests_per_task": None}
SHARED = {
    "name": "shared",
    "upfront": [{"training": G | {"accelerator_hours": 10_000, "total_params_b": 7}}],
    "per_task": [{"training": G | {"accelerator_hours": 20, "method": "lora", "total_params_b": 7}}],
    "per_request": {"inference": G | {"total_params_b": 7, "batch_size": 32, "input_tokens": 300, "output_tokens": 20}},
}
OWN = {
    "name": "per-task",
    "per_task": [{"training": G | {"accelerator_hours": 500, "workload": "encoder"}}],
    "per_request": {"inference": G | {"task": "classification", "total_params_b": 0.1, "input_tokens": 300}},
}


def known(name, upfront=0.0, per_task=0.0, per_request=0.0):
    """A strategy of exact amounts, the same number in each metric."""
    parts = {"upfront": upfront, "per_task": per_task, "per_request": per_request}
    amounts = {part: {"known": dict.fromkeys(METRICS, amount)} for part, amount in parts.items()}
    return {
        "name": name,
        "upfront": [amounts["upfront"]],
        "per_task": [amounts["per_task"]],
        "per_request": amounts["per_request"],
    }


@pytest.fixture(scope="module")
def compare(client):
    def compare(*strategies, tasks=10, requests_per_task=1000, **change):
        body = {"tasks": tasks, "requests_per_task": requests_per_task, "strategies": list(strategies)}
        response = client.post(POST, json=body | change)
        assert response.status_code == 200, response.json
        return response.json

    return compare


def total(answer, place, metric):
    return answer["strategies"][place]["total"][metric]["value"]


def entry(answer, metric="carbon_kg"):
    return next(one for one in answer["break_even"] if one["metric"] == metric)


def test_an_api_is_paid_by_the_token(compare, catalog):
    answer = compare({"name": "api", "per_request": {"api": API}}, known("none", 1.0))
    row = catalog.row("api_prices", ("openai", "gpt-4o-mini", "standard"))
    each = 1000e-6 * row["input_usd_per_million_tokens"] + 500e-6 * row["output_usd_per_million_tokens"]
    assert total(answer, 0, "cost_usd") == pytest.approx(10 * 1000 * each)
    assert total(answer, 0, "energy_kwh") > 0
    assert {"accelerator-assumed", "size-unpublished", "region-assumed"} <= codes(answer)
    assert "batch-assumed" not in codes(answer)  # a caller cannot choose the batch of a provider


@pytest.mark.parametrize(
    ("named", "told", "widest"),
    [
        pytest.param({"provider": "groq", "model": "gpt-oss-120b"}, False, 10, id="published"),
        pytest.param({}, True, 200, id="inferred from the price"),
        pytest.param({"total_params_b": 8}, False, 10, id="given by the caller"),
    ],
)
def test_an_api_has_a_price_and_an_energy_whoever_knows_the_size_of_its_model(compare, named, told, widest):
    answer = compare({"name": "api", "per_request": {"api": API | named}}, known("none", 1.0))
    energy = answer["strategies"][0]["total"]["energy_kwh"]
    assert total(answer, 0, "cost_usd") > 0
    assert 1 < energy["high"] / energy["low"] < widest
    assert ("size-unpublished" in codes(answer)) is told


def test_time_multiplies_what_is_paid_again(compare):
    time = {"lifetime_months": 36, "retraining_interval_months": 12, "tasks_per_month": 10}
    plain, later = (compare(known("a", 600, 50, 0.01), known("b", 1), **more) for more in ({}, {"time": time}))
    assert total(plain, 0, "energy_kwh") == pytest.approx(600 + 10 * (50 + 1000 * 0.01))
    # trained three times; the tasks arrive within the first month and miss half of it
    assert later["strategies"][0]["upfront"]["energy_kwh"]["value"] == pytest.approx(1800)
    assert later["strategies"][0]["per_task"]["energy_kwh"]["value"] == pytest.approx(150)
    assert later["strategies"][0]["per_request"]["energy_kwh"]["value"] == pytest.approx(0.01 * 35.5 / 36)


def test_only_money_is_discounted_and_only_the_grid_follows_its_trend(compare):
    time = {"lifetime_months": 24, "discount_rate": 0.1, "grid_trend_per_year": -0.1}
    answer = compare(known("a", 0, 0, 1), known("b", 1), time=time)
    each = answer["strategies"][0]["per_request"]
    assert each["energy_kwh"]["value"] == each["water_l"]["value"] == 1
    assert each["cost_usd"]["value"] == pytest.approx((1 - 1.1**-2) / (2 * 0.0953102), rel=1e-4)
    assert each["carbon_kg"]["value"] == pytest.approx((1 - 0.9**2) / (2 * 0.1053605), rel=1e-4)


def test_manufacture_does_not_follow_the_grid(compare):
    time = {"lifetime_months": 12, "grid_trend_per_year": -0.5}
    run = {"name": "run", "per_request": {"hosting": G | {"hours": 100}}}

    def kg(**change):
        answer = compare(run, known("b", 1), **change)
        return answer["strategies"][0]["per_request"]["carbon_kg"]["value"]

    # the mean of 0.5 ** t over a year is 0.5 / ln 2
    assert kg(time=time) == pytest.approx(kg() - kg(carbon_basis="location") * (1 - 0.5 / 0.6931472), rel=1e-4)


def test_a_surface_holds_the_totals_and_the_cheapest(compare):
    axes = {"tasks": {"low": 1, "high": 100, "points": 3}, "requests_per_task": {"low": 10, "high": 1000, "points": 2}}
    answer = compare(known("shared", 1000, 1, 0.1), known("own", 0, 50, 0.01), surface=axes)["surface"]
    assert answer["tasks"] == pytest.approx([1, 10, 100])
    assert answer["requests_per_task"] == pytest.approx([10, 1000])
    sheet = answer["metrics"][0]
    # 1000 + 100 x (1 + 10 x 0.1) and 100 x (50 + 10 x 0.01)
    assert sheet["strategies"][0]["value"][2][0] == pytest.approx(1200)
    assert sheet["strategies"][1]["value"][2][0] == pytest.approx(5010)
    names = [one["name"] for one in sheet["strategies"]]
    cheapest = [[names[place] for place in row] for row in sheet["cheapest"]]
    assert cheapest == [["own", "own"], ["own", "own"], ["shared", "own"]]
    assert sheet["probability"] == [[1, 1], [1, 1], [1, 1]]


def test_a_surface_says_how_sure_a_cell_is(compare):
    axes = {"tasks": {"low": 1, "high": 1000, "points": 9}, "requests_per_task": {"low": 1, "high": 1e7, "points": 9}}
    sheet = compare(SHARED, OWN, surface=axes)["surface"]["metrics"][1]
    sure = [cell for row in sheet["probability"] for cell in row]
    assert all(0 <= cell <= 1 for cell in sure)
    assert max(sure) == 1
    assert any(cell < 1 for cell in sure)


def test_the_first_adopter_pays_more_than_the_hundredth(compare):
    told = compare(known("shared", 1000, 5, 0.01), known("own", 0, 50))["adopters"][0]
    assert told["tasks"] == [1, 10, 100]
    # 1000 / N + 5 + 1000 x 0.01
    assert [q["value"] for q in told["per_task"]["cost_usd"]] == pytest.approx([1015, 115, 25])


def test_metrics_that_disagree_are_named(compare):
    clean = {"known": {"energy_kwh": 10, "carbon_kg": 1, "water_l": 1, "cost_usd": 100}}
    cheap = {"known": {"energy_kwh": 10, "carbon_kg": 9, "water_l": 1, "cost_usd": 10}}
    answer = compare({"name": "clean", "upfront": [clean]}, {"name": "cheap", "upfront": [cheap]})
    found = {tuple(one["metrics"]): one["winners"] for one in answer["disagreements"]}
    assert found["carbon_kg", "cost_usd"] == ["clean", "cheap"]


def test_a_flip_is_where_both_cost_the_same(client, compare):
    first = {"name": "run", "upfront": [{"training": G | {"accelerator_hours": 1000}}]}
    second = {"name": "bought", "upfront": [{"known": {"carbon_kg": 250}}]}
    found = entry(compare(first, second))["flip"]
    assert found is not None
    assert found["low"] <= found["needed"] <= found["high"] or not found["inside_interval"]
    # set where the caller can set it, the factor makes both cost the same
    # an A100 of 400 W draws the factor of it
    settable = {"grid_g_per_kwh": ("grid_g_per_kwh", 1), "power_fraction": ("accelerator_power_w", 400)}
    field, scale = settable[found["factor"]]
    body = G | {"accelerator_hours": 1000, field: found["needed"] * scale}
    answer = client.post("/v1/estimates/training", json=body).json
    assert answer["carbon"]["total_kg"]["value"] == pytest.approx(250, rel=1e-3)


@pytest.mark.parametrize(
    "strategies",
    [
        pytest.param((known("a", 10), known("b", 20)), id="nothing-uncertain"),
        pytest.param((SHARED, SHARED | {"name": "same"}), id="equal"),
        pytest.param((known("a", 1e15), OWN), id="too-far"),
    ],
)
def test_where_no_factor_flips_it_none_is_named(compare, strategies):
    assert entry(compare(*strategies))["flip"] is None


def test_value_is_benefit_less_cost_less_damage(compare):
    benefit = {"usd_per_task": 100, "second_order_usd": 7, "second_order_kg": 0}
    found = compare(known("a", 500), known("b", 2000), benefit=benefit)["value"]
    social = found[0]["social_usd"]["value"]
    assert social > 0
    assert found[0]["benefit_usd"]["value"] == 1000
    assert found[0]["value_usd"]["value"] == pytest.approx(1000 - 500 - social - 7)
    # it had better not be built
    assert found[1]["value_usd"]["value"] < 0


def test_second_order_emissions_count_by_their_damage(compare):
    def value(kg):
        return compare(known("a", 1), known("b", 1), benefit={"usd_per_task": 0, "second_order_kg": kg})["value"][0]

    assert value(-1e6)["second_order_usd"]["value"] == pytest.approx(-value(1e6)["second_order_usd"]["value"])
    assert value(-1e6)["value_usd"]["value"] > 0


@pytest.mark.parametrize("requests", [1.0, 1e3, 1e6, 1e9])
def test_more_requests_make_a_strategy_that_is_dearer_for_each_worse(compare, requests):
    def gap(count):
        answer = compare(SHARED, OWN, requests_per_task=count)
        return total(answer, 0, "energy_kwh") - total(answer, 1, "energy_kwh")

    assert gap(10 * requests) > gap(requests)


def test_a_strategy_against_itself_is_equal(compare):
    answer = compare(SHARED, SHARED | {"name": "same"})
    for one in answer["break_even"]:
        assert (one["verdict"], one["requests_verdict"], one["probability"]) == ("equal", "equal", 0.5)


@pytest.mark.parametrize("metric", METRICS)
def test_the_break_even_is_where_the_curves_cross(compare, metric):
    answer = compare(SHARED, OWN, tasks=30)
    at = entry(answer, metric)["tasks"]["value"]
    there = compare(SHARED, OWN, tasks=at)
    assert total(there, 0, metric) == pytest.approx(total(there, 1, metric))


def test_standing_capacity_decides(compare):
    own = OWN | {"per_task": [*OWN["per_task"], {"hosting": G | {"hours": 8760}}]}
    shared = SHARED | {"upfront": [*SHARED["upfront"], {"hosting": G | {"hours": 8760}}]}
    few = {"requests_per_task": 1000, "tasks": 10}
    assert entry(compare(SHARED, OWN, **few))["probability"] < 0.5
    assert entry(compare(shared, own, **few))["probability"] > 0.9


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        pytest.param(
            TASKS | {"task_list": [{"name": "a", "requests": 1, "weight": 1}, {"name": "b", "requests": 1}]},
            "task_list.1.weight",
            "either all tasks have weight, or none",
            id="weights-that-do-not-match",
        ),
        pytest.param(
            TASKS | {"task_list": [{"name": "a", "requests": 1, "weight": 0}]},
            "task_list.0.weight",
            "must have weight above 0",
            id="weights-of-nothing",
        ),
        pytest.param({"time": {}}, "time.lifetime_months", "required", id="time-without-end"),
        pytest.param(
            {"time": {"lifetime_months": 10, "tasks_per_month": 0.5}},
            "time.tasks_per_month",
            "at least 1",
            id="too-slow",
        ),
        pytest.param({"time": {"lifetime_months": 0}}, "time.lifetime_months", "between 0.001 and 1200", id="no-time"),
        pytest.param(
            {"surface": {"tasks": {"low": 1, "high": 10, "points": 31623}, "requests_per_task": {"low": 1, "high": 2}}},
            "surface.tasks.points",
            "between 1 and 100",
            id="a-surface-of-too-many-cells",
        ),
        pytest.param(
            {"surface": {"tasks": {"low": 10, "high": 1}, "requests_per_task": {"low": 1, "high": 2}}},
            "surface.tasks.low",
            "must not exceed high",
            id="axis-turned-round",
        ),
        pytest.param(
            {"surface": {"tasks": {"low": 0, "high": 1}, "requests_per_task": {"low": 1, "high": 2}}},
            "surface.tasks.low",
            "between 1e-06 and 1e+12",
            id="axis-from-nothing",
        ),
        pytest.param({"benefit": {}}, "benefit.usd_per_task", "required", id="benefit-of-nothing"),
        pytest.param(
            {"strategies": [{"name": "api", "per_request": {"api": API | {"model": "gpt-4o-minni"}}}, OWN]},
            "strategies.0.per_request.api.model",
            "gpt-4o-mini",
            id="near-model",
        ),
        pytest.param(
            {"strategies": [{"name": "api", "per_request": {"api": API | {"provider": "opnai"}}}, OWN]},
            "strategies.0.per_request.api.provider",
            "openai",
            id="near-provider",
        ),
    ],
)
def test_bad_input_is_refused_by_field(client, change, field, words):
    body = {"tasks": 10, "requests_per_task": 100, "strategies": [SHARED, OWN]} | change
    body = {name: value for name, value in body.items() if value is not None}
    response = client.post(POST, json=body)
    assert response.status_code == 422, response.json
    assert any(words in text for text in response.json["errors"][field]), response.json["errors"]
