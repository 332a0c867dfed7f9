"""A workload before and after a change, through the whole comparison."""

import re

import pytest

CHANGE = "/v1/comparisons/change"
RUN = {"accelerator": "a100-sxm4-80gb", "training_tokens_b": 100, "total_params_b": 7, "region": "aws:us-east-1"}
CHAT = {
    "model": "llama-3.1-8b",
    "accelerator": "h100-sxm5-80gb",
    "batch_size": 32,
    "input_tokens": 400,
    "output_tokens": 200,
    "requests": 1e6,
    "region": "aws:us-east-1",
}
METRICS = ("energy_kwh", "carbon_kg", "water_l", "cost_usd", "hours")


@pytest.fixture(scope="module")
def moved(client):
    def moved(workload, body, **change):
        asked = {"before": {workload: body}, "after": {workload: body | change}}
        response = client.post(CHANGE, json=asked)
        assert response.status_code == 200, response.json
        return response.json

    return moved


def causes(answer, metric):
    return {cause["name"]: cause for cause in answer["causes"][metric]}


@pytest.mark.parametrize(("workload", "body"), [("training", RUN), ("inference", CHAT)], ids=["training", "inference"])
def test_nothing_changed_is_no_difference(moved, workload, body):
    answer = moved(workload, body)
    for name in METRICS:
        assert answer["difference"][name]["absolute"] == {"value": 0, "low": 0, "high": 0}
        assert answer["causes"][name] == []
        assert answer["probability_lower"][name] == 0.5
    assert "0 % CO2e" in answer["summary"]


def test_both_sides_are_what_their_own_estimates_say(client, moved):
    answer = moved("training", RUN, region="aws:eu-north-1")
    for side in ("before", "after"):
        alone = client.post("/v1/estimates/training", json=answer[side]["request"]).json
        assert answer[side]["carbon_kg"] == {end: pytest.approx(x) for end, x in alone["carbon"]["total_kg"].items()}


def test_a_cleaner_grid_saves_carbon_and_is_named_for_it(moved):
    answer = moved("training", RUN, region="aws:eu-north-1")
    assert answer["difference"]["carbon_kg"]["percent"]["high"] < 0
    assert answer["probability_lower"]["carbon_kg"] == 1
    assert answer["causes"]["carbon_kg"][0]["name"] == "grid_g_per_kwh"
    assert "grid_g_per_kwh" in answer["summary"]


def test_what_both_sides_share_has_no_part_in_the_width(moved):
    # half the tokens take half the energy, however uncertain the energy is
    percent = moved("training", RUN, training_tokens_b=50)["difference"]["energy_kwh"]["percent"]
    assert percent == {end: pytest.approx(-50, abs=1.5) for end in ("value", "low", "high")}


@pytest.mark.parametrize(
    ("change", "has_width"),
    [
        pytest.param({"output_tokens": 100}, False, id="same-model-same-chip"),
        pytest.param({"accelerator": "b200"}, True, id="other-chip"),
        pytest.param({"model": "llama-3-8b"}, True, id="other-model"),
    ],
)
def test_an_error_of_the_fit_belongs_to_a_model_on_a_chip(moved, change, has_width):
    body = CHAT | {"batch_size": 5000}  # beyond what was measured, so that the fit answers
    percent = moved("inference", body, **change)["difference"]["hours"]["percent"]
    assert (percent["high"] - percent["low"] > 1) == has_width


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    "change", [{"region": "aws:eu-north-1"}, {"accelerator": "h100-sxm5-80gb"}, {"training_tokens_b": 10}], ids=str
)
def test_causes_multiply_to_the_whole_change(moved, change, metric):
    answer = moved("training", RUN, **change)
    product = 1.0
    for cause in answer["causes"][metric]:
        product *= 1 + cause["percent"] / 100
    assert 100 * (product - 1) == pytest.approx(answer["difference"][metric]["percent"]["value"], abs=0.2)


def test_one_factor_that_multiplies_everything_is_the_only_cause(moved):
    answer = moved("training", RUN | {"pue": 1.5}, pue=1.2)
    assert set(causes(answer, "energy_kwh")) == {"pue"}
    # 1.2 over 1.5
    assert causes(answer, "energy_kwh")["pue"]["percent"] == pytest.approx(-20)


def test_the_summary_is_one_line_with_signs(moved):
    summary = moved("inference", CHAT, accelerator="b200", precision="fp8")["summary"]
    assert "\n" not in summary
    assert re.search(r"\*\*(\u2212|\+)[\d.]+ % CO2e\*\*", summary)


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        pytest.param({"before": {"training": RUN}}, "after", "required", id="no-after"),
        pytest.param(
            {"before": {"training": RUN}, "after": {"inference": CHAT}},
            "after",
            "must be training like before",
            id="two-kinds",
        ),
        pytest.param({"before": {}, "after": {}}, "before.inference", "exactly one", id="no-workload"),
        pytest.param(
            {"before": {"training": RUN}, "after": {"training": RUN | {"region": "aws:us-eats-1"}}},
            "after.training.region",
            "aws:us-east-1",
            id="near-region",
        ),
        pytest.param(
            {"before": {"training": RUN | {"gpus": 8}}, "after": {"training": RUN}},
            "before.training.gpus",
            "unknown field",
            id="misspelt-field",
        ),
    ],
)
def test_bad_input_is_refused_by_field(client, body, field, words):
    response = client.post(CHANGE, json=body)
    assert response.status_code == 422, response.json
    assert any(words in text for text in response.json["errors"][field]), response.json["errors"]


@pytest.mark.parametrize(
    ("workload", "body", "change"),
    [
        pytest.param("training", RUN, {"region": "aws:eu-north-1"}, id="grid"),
        pytest.param(
            "training", RUN, {"accelerator": "h100-sxm5-80gb", "region": "aws:eu-north-1"}, id="machine-and-grid"
        ),
        pytest.param("inference", CHAT, {"precision": "fp8", "batch_size": 8}, id="load"),
    ],
)
def test_the_parts_of_a_difference_add_up_and_no_step_is_below_zero(moved, workload, body, change):
    answer = moved(workload, body, **change)
    for name in METRICS:
        reached = answer["before"][name]["value"]
        for cause in answer["causes"][name]:
            reached += cause["contribution"]
            assert reached > 0
        if answer["causes"][name]:
            assert reached == pytest.approx(answer["after"][name]["value"])
