"""Strategies held against one another, through the whole comparison."""

import pytest

POST = "/v1/comparisons/amortization"
METRICS = ("energy_kwh", "carbon_kg", "water_l", "cost_usd")


def known(**amounts):
    return {"known": amounts}


def strategy(name, upfront=None, per_task=None, per_request=None):
    """A strategy whose parts are energies in kWh."""
    parts = {"upfront": upfront, "per_task": per_task}
    given = {part: [known(energy_kwh=kwh)] for part, kwh in parts.items() if kwh is not None}
    if per_request is not None:
        given["per_request"] = known(energy_kwh=per_request)
    return {"name": name, **given}


@pytest.fixture
def compare(client):
    def compare(*strategies, tasks=10, **change):
        response = client.post(POST, json={"tasks": tasks, "strategies": list(strategies), **change})
        assert response.status_code == 200, response.json
        return response.json

    return compare


def of_energy(answer):
    return next(entry for entry in answer["break_even"] if entry["metric"] == "energy_kwh")


@pytest.mark.parametrize(
    ("dearer", "saved", "verdict", "tasks"),
    [
        pytest.param(100, 5, "from", 20, id="dearer-first-and-saves"),
        pytest.param(100, 0, "never", None, id="dearer-first-saves-nothing"),
        pytest.param(100, -5, "never", None, id="dearer-first-and-after"),
        pytest.param(0, 5, "always", None, id="equal-first-and-saves"),
        pytest.param(0, 0, "equal", None, id="equal"),
        pytest.param(0, -5, "never", None, id="equal-first-dearer-after"),
        pytest.param(-100, 5, "always", None, id="cheaper-first-and-after"),
        pytest.param(-100, 0, "always", None, id="cheaper-first-equal-after"),
        pytest.param(-100, -5, "up_to", 20, id="cheaper-first-dearer-after"),
    ],
)
def test_each_case_of_signs_has_its_verdict(compare, dearer, saved, verdict, tasks):
    first, second = strategy("shared", 1000 + dearer, 50 - saved), strategy("per-task", 1000, 50)
    entry = of_energy(compare(first, second))
    assert entry["verdict"] == verdict
    assert entry["tasks"] == (None if tasks is None else {"value": tasks, "low": tasks, "high": tasks})
    swapped = of_energy(compare(second, first))["verdict"]
    assert swapped == {"from": "up_to", "up_to": "from", "always": "never", "never": "always"}.get(verdict, verdict)


def test_totals_are_paid_once_per_task_and_per_request(compare):
    answer = compare(strategy("a", 1000, 5, 0.01), strategy("b", 0, 100, 0.001), tasks=20, requests_per_task=300)
    totals = {s["name"]: s["total"]["energy_kwh"]["value"] for s in answer["strategies"]}
    # 1000 + 20 (5 + 300 x 0.01); 20 (100 + 300 x 0.001)
    assert totals == {"a": pytest.approx(1160.0), "b": pytest.approx(2006.0)}
    assert answer["ranking"]["energy_kwh"] == ["a", "b"]
    assert of_energy(answer)["probability"] == 1.0


def test_requests_decide_where_the_shared_model_is_dearer_for_each(compare):
    answer = compare(
        strategy("general", 1000, 5, 0.05), strategy("small", 0, 200, 0.001), tasks=10, requests_per_task=10
    )
    entry = of_energy(answer)
    assert entry["requests_verdict"] == "up_to"
    # where 1000 over 10 tasks, and 5, less 200, is saved again by 0.049 a request
    assert entry["requests_per_task"]["value"] == pytest.approx(95 / 0.049)


def test_the_same_part_on_both_sides_changes_no_break_even(compare):
    first, second = strategy("a", 1000, 5), strategy("b", 0, 60)
    plain = of_energy(compare(first, second))
    for side in (first, second):
        side["upfront"] = [*side.get("upfront", []), known(energy_kwh={"value": 7e4, "low": 1e4, "high": 9e4})]
    assert of_energy(compare(first, second))["tasks"]["value"] == pytest.approx(plain["tasks"]["value"])


def test_an_interval_of_a_part_is_an_interval_of_the_break_even(compare):
    first = {"name": "a", "upfront": [known(energy_kwh={"value": 1000, "low": 800, "high": 1300})]}
    entry = of_energy(compare(first, strategy("b", 0, 100)))
    assert entry["tasks"] == {"value": 10, "low": pytest.approx(8, rel=0.02), "high": pytest.approx(13, rel=0.02)}
    assert 0.4 < entry["probability"] < 0.6


def test_a_metric_that_is_left_out_is_unknown_and_not_nothing(compare):
    answer = compare(strategy("a", 1000), strategy("b", 0, 60))
    assert [s["total"]["cost_usd"] for s in answer["strategies"]] == [None, None]
    entry = next(entry for entry in answer["break_even"] if entry["metric"] == "cost_usd")
    assert entry["verdict"] is None
    assert "not known" in entry["reason"]


def test_curves_meet_where_the_break_even_is(compare):
    answer = compare(strategy("a", 1000, 5), strategy("b", 0, 55), tasks=15)
    curve = next(curve for curve in answer["curves"] if curve["metric"] == "energy_kwh")
    assert curve["tasks"][0] == 0
    assert curve["tasks"][-1] == 40.0
    first, second = (line["value"] for line in curve["strategies"])
    assert [a > b for a, b in zip(first, second, strict=True)] == [tasks < 20 for tasks in curve["tasks"]]


def test_shares_add_up_to_one_by_every_key(client):
    tasks = [
        {"name": "a", "requests": 10, "tokens": 100, "weight": 1},
        {"name": "b", "requests": 30, "tokens": 50, "weight": 3},
    ]
    answer = client.post(POST, json={"task_list": tasks, "strategies": [strategy("x", 9), strategy("y", 0, 1)]}).json
    assert answer["tasks"] == 2
    assert answer["requests_per_task"] == 20
    shares = {entry["key"]: [task["share"] for task in entry["tasks"]] for entry in answer["shares"]}
    assert shares == {
        "equal": [0.5, 0.5],
        "requests": [0.25, 0.75],
        "tokens": pytest.approx([2 / 3, 1 / 3]),
        "weights": [0.25, 0.75],
    }


def test_three_strategies_are_each_held_against_the_baseline(compare):
    parts = strategy("a", 100), strategy("b", 50), strategy("c", 10)
    answer = compare(*parts, baseline="b")
    assert [(e["strategy"], e["against"]) for e in answer["break_even"][::4]] == [("a", "b"), ("c", "b")]


@pytest.mark.parametrize("basis", ["total", "location", "market", "marginal"])
def test_estimated_parts_bring_every_metric(compare, basis):
    run = {"training": {"accelerator": "h100-sxm5-80gb", "accelerator_hours": 100, "region": "gcp:us-central1"}}
    place = {"accelerator": "l4", "region": "gcp:us-central1"}
    shared = {
        "name": "shared",
        "upfront": [run],
        "per_task": [{"hosting": {**place, "hours": 720}}],
        "per_request": {
            "inference": {**place, "total_params_b": 1, "batch_size": 8, "output_tokens": 20, "input_tokens": 100}
        },
    }
    answer = compare(shared, {"name": "none", "upfront": [run]}, requests_per_task=1000, carbon_basis=basis)
    assert all(answer["strategies"][0]["total"][metric]["value"] > 0 for metric in METRICS)
    assert [part["kind"] for part in answer["parts"]] == ["training", "hosting", "inference", "training"]


def test_standing_by_costs_without_a_single_request(compare):
    hosting = {"hosting": {"accelerator": "h100-sxm5-80gb", "hours": 1000, "region": "USA"}}
    many, one = {"name": "many", "per_task": [hosting]}, {"name": "one", "upfront": [hosting]}
    entry = of_energy(compare(many, one, tasks=10))
    assert entry["verdict"] == "up_to"
    assert entry["tasks"]["value"] == pytest.approx(1.0)
