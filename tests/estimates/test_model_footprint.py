"""What the training of a known model has cost, and what that rests on."""

import pytest

from costsvc.estimates.model_footprint import estimate_model_footprint
from tests.estimates.reading import codes, factors, out_of_order, reasons, value

GIVEN = ("energy_kwh", "carbon.total_kg", "water.total_l", "cost.total_usd")


def at(answer, path):
    for name in path.split("."):
        answer = answer[name]
    return answer


@pytest.fixture(scope="module")
def footprint(client):
    def footprint(model, **query):
        response = client.get(f"/v1/models/{model}/footprint", query_string=query)
        assert response.status_code == 200, response.text
        return response.json

    return footprint


@pytest.mark.parametrize(
    ("model", "basis", "accelerator", "hours"),
    [
        # 1.46 million H100-hours by the model card, in the table of runs only
        pytest.param("llama-3.1-8b", "hours", "nvidia-h100-sxm5-80gb", 1.46e6, id="table-of-runs"),
        # 30.84 million by the model card; the table of models has an estimate of 35.1 million
        pytest.param("llama-3.1-405b", "hours", "nvidia-h100-sxm5-80gb", 3.084e7, id="runs-before-models"),
        pytest.param("paligemma", "hours", "google-tpu-v5e", 41_472, id="of-two-chips-the-first"),
        pytest.param("megatron-turing-nlg-530b", "hours", "nvidia-a100-sxm4-80gb", 3_449_600, id="table-of-models"),
        pytest.param("qwen2.5-72b", "compute", "nvidia-h100-sxm5-80gb", None, id="flop"),
        # 20.1 thousand core-days of two cores a chip; upstream has the chip-days for hours
        pytest.param("coatnet", "hours", "google-tpu-v3", 241_200, id="days-that-stood-as-hours"),
        # upstream's 4,032 hours would be seven times the peak
        pytest.param("refact-1.6b", "compute", "nvidia-rtx-a5000", None, id="hours-above-the-peak"),
        pytest.param("grok-3", "hours", "nvidia-h100-sxm5-80gb", 1.728e8, id="active-parameters-not-known"),
    ],
)
def test_the_basis_is_the_best_that_is_known(footprint, model, basis, accelerator, hours):
    answer = footprint(model)
    assert (answer["basis"], answer["training"]["accelerator"]) == (basis, accelerator)
    if hours is not None:
        assert value(answer, "estimate.accelerator_hours") == pytest.approx(hours)


def test_several_accelerators_are_said(footprint):
    assert "several-accelerators" in codes(footprint("paligemma")) - codes(footprint("ul2"))


@pytest.mark.parametrize("model", ["llama-3.1-8b", "qwen2.5-72b", "gpt-3-175b", "mixtral-8x7b"])
def test_the_training_request_that_is_shown_gives_the_same_totals(footprint, train, model):
    answer = footprint(model, region="US-VA")
    estimate = train(answer["training"])
    for path in GIVEN:
        assert value(answer["estimate"], path) == pytest.approx(value(estimate, path)), path


def test_flop_are_those_of_the_table(footprint, catalog):
    answer = footprint("qwen2.5-72b")
    flop = catalog.row("models", "qwen2.5-72b")["training_flop"]
    assert value(answer, "estimate.training_flop") == pytest.approx(flop)
    assert "flop-as-tokens" in codes(answer)


@pytest.mark.parametrize(
    ("model", "amount", "source"),
    [("llama-3.1-8b", "accelerator_hours", "llama-cards"), ("qwen2.5-72b", "training_tokens_b", None)],
)
def test_an_amount_of_the_table_names_its_source(footprint, catalog, model, amount, source):
    answer = footprint(model)
    factor = factors(answer)[amount]
    source = source or catalog.row("models", model)["training_source_id"]
    assert (factor["origin"], factor["source_id"]) == ("table", source)
    assert factor["locator"]
    assert source in {row["source_id"] for row in answer["sources"]}


def test_a_region_moves_the_carbon_and_the_world_is_taken_without_one(footprint):
    world, sweden = footprint("llama-3.1-8b"), footprint("llama-3.1-8b", region="SE")
    assert world["request"]["region"] == "world"
    assert "region-unspecified" in codes(world) - codes(sweden)
    assert value(sweden, "estimate.carbon.location_kg") < 0.2 * value(world, "estimate.carbon.location_kg")


def test_the_year_is_that_of_the_release_and_is_said_to_be_assumed(footprint):
    answer = footprint("gpt-3-175b")
    assert answer["estimate"]["place"]["year"] == 2020
    assert "run-assumed" in codes(answer)


def test_what_is_null_has_its_reason_under_its_own_path(footprint):
    answer = footprint("llama-3.1-8b")
    assert answer["estimate"]["carbon"]["market_kg"] is None
    assert "no contract" in reasons(answer)["estimate.carbon.market_kg"]


def test_what_it_was_trained_on_is_assumed_where_it_is_not_known(footprint):
    answer = footprint("cerebras-gpt-13b")  # on a machine that no table has
    (message,) = [w["message"] for w in answer["warnings"] if w["code"] == "accelerator-assumed"]
    assert "Cerebras CS-2" in message
    assert "2023" in message
    assert answer["training"]["accelerator"] == "nvidia-a100-sxm4-80gb"


def test_an_alias_is_the_model_itself(footprint):
    assert footprint("meta-llama/Llama-3.1-8B") == footprint("llama-3.1-8b")


@pytest.mark.parametrize("model", ["coatnet", "refact-1.6b"])
def test_hours_that_are_not_upstreams_are_said(footprint, model):
    assert "hours-doubtful" in codes(footprint(model)) - codes(footprint("ul2"))


def test_compute_without_active_parameters_is_no_basis(footprint):
    answer = footprint("doubao-pro")
    assert answer["basis"] is None
    assert "active parameters are not known" in reasons(answer)["basis"]


@pytest.mark.parametrize("region", [None, "DE"])
def test_a_model_of_unknown_training_says_so(footprint, region):
    answer = footprint("bert-base", **({"region": region} if region else {}))
    assert [answer[name] for name in ("basis", "training", "estimate")] == [None, None, None]
    assert all(
        "accelerator-hours, FLOP and tokens are not known" in reasons(answer)[name]
        for name in ("basis", "training", "estimate")
    )
    assert answer["request"]["region"] == ("DEU" if region else "world")


def test_every_model_is_answered(catalog):
    bases = {}
    for model in catalog.tables["models"]:
        answer = estimate_model_footprint(model, "DE", catalog)
        bases[answer["basis"]] = bases.get(answer["basis"], 0) + 1
        assert out_of_order(answer["estimate"] or {}) == {}, model
    assert bases["hours"] >= 170
    assert bases["compute"] >= 300


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        pytest.param("no-such-model/footprint", 404, None, id="model"),
        pytest.param("llama-3.1-8b/footprint?region=Atlantis", 422, "region", id="region"),
        pytest.param("llama-3.1-8b/footprint?regoin=DE", 422, "regoin", id="misspelt"),
        pytest.param("llama-3.1-8b/footprint?region=", 422, "region", id="empty"),
    ],
)
def test_what_is_not_known_is_refused(client, path, status, field):
    answer = client.get(f"/v1/models/{path}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert field is None or field in answer.json["errors"]


def test_a_model_itself_is_still_shown(client):
    assert client.get("/v1/models/llama-3.1-8b").json["model_id"] == "llama-3.1-8b"


def test_a_share_of_it_is_a_part_of_a_comparison(client, footprint):
    part = {"model_footprint": {"model": "llama-3.1-8b", "share": 0.001, "region": "US-VA"}}
    other = {"name": "nothing", "upfront": [{"known": {"energy_kwh": 0}}]}
    body = {"tasks": 1, "strategies": [{"name": "adapted", "upfront": [part]}, other]}
    answer = client.post("/v1/comparisons/amortization", json=body).json
    paid = answer["strategies"][0]["upfront"]
    whole = footprint("llama-3.1-8b", region="US-VA")["estimate"]
    for metric, path in zip(("energy_kwh", "carbon_kg", "water_l", "cost_usd"), GIVEN, strict=True):
        assert paid[metric]["value"] == pytest.approx(value(whole, path) / 1000)
        assert paid[metric]["high"] == pytest.approx(at(whole, path)["high"] / 1000)
    assert answer["parts"][0]["kind"] == "model_footprint"


@pytest.mark.parametrize(
    ("part", "field", "words"),
    [
        pytest.param({"model": "lama-3.1-8b"}, "model", "llama-3.1-8b", id="near-model"),
        pytest.param({"model": "llama-3.1-8b", "share": 1.5}, "share", "between 1e-09 and 1", id="more-than-all"),
        pytest.param({"model": "llama-3.1-8b", "region": "Atlantis"}, "region", "not known", id="region"),
        pytest.param({"share": 0.5}, "model", "is required", id="of-what"),
    ],
)
def test_a_share_of_nothing_is_refused(client, part, field, words):
    known = {"name": "a", "upfront": [{"known": {"energy_kwh": 1}}]}
    body = {"tasks": 1, "strategies": [known, {"name": "b", "upfront": [{"model_footprint": part}]}]}
    answer = client.post("/v1/comparisons/amortization", json=body)
    assert answer.status_code == 422
    assert words in answer.json["errors"][f"strategies.1.upfront.0.model_footprint.{field}"][0]


def test_a_share_of_an_unknown_training_is_unknown(client):
    known = {"name": "a", "upfront": [{"known": {"energy_kwh": 1}}]}
    body = {"tasks": 1, "strategies": [known, {"name": "b", "upfront": [{"model_footprint": {"model": "bert-base"}}]}]}
    answer = client.post("/v1/comparisons/amortization", json=body).json
    assert answer["strategies"][1]["total"]["energy_kwh"] is None
    assert any("accelerator-hours, FLOP and tokens are not known" in reason for reason in reasons(answer).values())
