"""A training run, from what may be said of it to what it costs."""

import pytest

POST = "/v1/estimates/training"
RUN = {"accelerator": "h100-sxm5-80gb", "accelerator_hours": 1000, "region": "USA"}
TOKENS = {"accelerator": "a100-sxm4-80gb", "training_tokens_b": 1000, "total_params_b": 6.7, "region": "USA"}


@pytest.fixture
def ask(client):
    def ask(body):
        response = client.post(POST, json=body)
        assert response.status_code == 200, response.json
        return response.json

    return ask


def warned(answer):
    return {warning["code"] for warning in answer["warnings"]}


def factor(answer, name):
    return next(f for f in answer["factors"] if f["name"] == name)


def value(answer, name):
    return answer[name]["value"]


def test_hours_times_watts_is_energy_at_each_boundary(ask):
    answer = ask({**RUN, "accelerator_power_w": 600, "pue": 1.2})
    assert value(answer, "accelerator_energy_kwh") == pytest.approx(600.0)
    share, base = factor(answer, "host_overhead_share")["value"], factor(answer, "host_base_w")["value"]
    assert value(answer, "it_energy_kwh") == pytest.approx(600 * (1 + share) + base)
    assert value(answer, "energy_kwh") == pytest.approx(1.2 * value(answer, "it_energy_kwh"))


def test_measured_server_watts_are_taken_as_they_are(ask):
    answer = ask({**RUN, "it_power_w": 900, "pue": 1.1})
    assert value(answer, "it_energy_kwh") == pytest.approx(900.0)
    assert value(answer, "energy_kwh") == pytest.approx(990.0)
    assert value(answer, "accelerator_energy_kwh") < 900.0


def test_both_measured_powers_stand_side_by_side(ask):
    answer = ask({**RUN, "it_power_w": 900, "accelerator_power_w": 650})
    assert (value(answer, "accelerator_energy_kwh"), value(answer, "it_energy_kwh")) == (650.0, 900.0)


def test_a_chip_cannot_draw_more_than_its_server(client):
    answer = client.post(POST, json={**RUN, "it_power_w": 600, "accelerator_power_w": 650})
    assert answer.status_code == 422
    assert "must not be above it_power_w (600 W), got 650 W" in answer.json["errors"]["accelerator_power_w"][0]


def test_a_run_over_hosts_needs_a_fabric(ask):
    one, many = ask({**RUN, "accelerators": 8}), ask({**RUN, "accelerators": 64})
    fabric = factor(many, "host_fabric_w")["value"]
    assert value(many, "it_energy_kwh") - value(one, "it_energy_kwh") == pytest.approx(fabric)


def test_flop_is_six_times_parameters_times_tokens(ask):
    answer = ask({**TOKENS, "mfu": 0.5, "accelerators": 256})
    assert value(answer, "training_flop") == pytest.approx(6 * 6.7e9 * 1e12)
    # 4.02e22 / (312e12 x 0.5 x 3600)
    assert value(answer, "accelerator_hours") == pytest.approx(71_581.2, rel=1e-5)
    assert value(answer, "duration_h") == pytest.approx(71_581.2 / 256, rel=1e-5)


@pytest.mark.parametrize(
    ("method", "flop"),
    [("pretraining", 6), ("finetuning", 6), ("lora", 4), ("qlora", 4), ("prompt-tuning", 4), ("probe", 2)],
)
def test_adapters_need_fewer_flop(ask, method, flop):
    assert value(ask({**TOKENS, "method": method}), "training_flop") == pytest.approx(flop * 6.7e9 * 1e12)


def test_utilisation_comes_from_the_table_with_its_interval(ask):
    answer = ask(TOKENS)
    assert factor(answer, "mfu")["source_id"]
    assert answer["accelerator_hours"]["low"] < value(answer, "accelerator_hours") < answer["accelerator_hours"]["high"]


def test_recomputing_all_activations_takes_a_third_longer(ask):
    plain, twice = (
        ask({**TOKENS, "accelerators": 64}),
        ask({**TOKENS, "accelerators": 64, "activation_recomputation": "full"}),
    )
    assert value(twice, "accelerator_hours") == pytest.approx(4 / 3 * value(plain, "accelerator_hours"), rel=1e-4)


def test_a_model_of_the_table_brings_its_size(ask):
    answer = ask({"accelerator": "h100", "model": "llama-3.1-8b", "training_tokens_b": 15_000, "region": "USA"})
    assert factor(answer, "active_params_b")["value"] == pytest.approx(8.03, rel=0.01)


def test_a_size_that_was_never_disclosed_is_said_to_be_a_guess(ask):
    assert "size-undisclosed" in warned(ask({**RUN, "model": "gpt-4o"}))


def test_training_that_is_not_six_nd_is_said(ask, catalog):
    odd = next(
        row["model_id"]
        for row in catalog.tables["models"].rows.values()
        if row["training_flop"]
        and row["training_tokens_b"]
        and not 0.7 < row["training_flop"] / (6 * row["active_params_b"] * row["training_tokens_b"] * 1e18) < 1.4
    )
    assert "not-6nd" in warned(ask({"accelerator": "h100", "model": odd, "training_tokens_b": 100, "region": "USA"}))


def test_tokens_on_a_processor_without_a_known_peak_are_refused(client):
    answer = client.post(POST, json={**TOKENS, "accelerator": "cpu-amd-epyc-7763"})
    assert answer.status_code == 422
    assert "accelerator_hours" in answer.json["errors"]["accelerator"][0]


def test_hours_on_a_processor_are_answered(ask):
    answer = ask({"accelerator": "cpu-amd-epyc-7763", "accelerator_hours": 10, "workload": "other", "region": "USA"})
    assert 0 < value(answer, "accelerator_energy_kwh") < value(answer, "energy_kwh")


def test_an_instance_brings_its_accelerators_and_its_provider(ask):
    answer = ask({"instance": "p5.48xlarge", "instances": 2, "hours": 10, "region": "aws:us-east-1"})
    assert value(answer, "accelerator_hours") == 160.0
    assert value(answer, "duration_h") == 10.0
    assert answer["request"]["instance"] == "aws:p5.48xlarge"


def test_a_precision_without_units_computes_in_the_next_wider_one(ask):
    assert "weights-only" in warned(ask({**TOKENS, "precision": "fp8"}))


def test_accelerators_left_out_are_whole_hosts_that_end_in_time(ask):
    answer = ask({**RUN, "accelerator_hours": 1e6})
    # 1e6 h / (60 x 24 h) = 694.4 accelerators, 87 hosts of 8
    assert answer["request"]["accelerators"] == 696
    assert "accelerators-assumed" in warned(answer)


def test_phases_add_up_to_the_whole(ask):
    overheads = {"development_share": 0.5, "failed_share": 0.1, "retrainings": 2}
    answer, final = ask({**RUN, "overheads": overheads}), ask(RUN)
    assert [phase["name"] for phase in answer["phases"]] == ["final", "development", "failed", "retraining"]
    assert value(answer, "energy_kwh") == pytest.approx(3.6 * value(final, "energy_kwh"))
    for metric in ("hours", "energy_kwh", "carbon_kg", "water_l", "cost_usd"):
        shown = sum(phase[metric]["value"] for phase in answer["phases"])
        whole = {
            "hours": answer["accelerator_hours"],
            "energy_kwh": answer["energy_kwh"],
            "carbon_kg": answer["carbon"]["total_kg"],
            "water_l": answer["water"]["total_l"],
            "cost_usd": answer["cost"]["total_usd"],
        }[metric]
        assert shown == pytest.approx(whole["value"])


def test_overheads_left_out_are_said(ask):
    assert "final-run-only" in warned(ask(RUN))


def test_halves_of_a_run_add_up(ask):
    half, whole = ask({**RUN, "accelerator_hours": 500}), ask(RUN)
    assert value(whole, "energy_kwh") == pytest.approx(2 * value(half, "energy_kwh"))
    assert value(whole["carbon"], "total_kg") == pytest.approx(2 * value(half["carbon"], "total_kg"))


@pytest.mark.parametrize("other", ["nvidia-h100-sxm5-80gb", "H100-SXM5-80GB", "NVIDIA H100 80GB HBM3"])
def test_equal_runs_have_equal_ids(ask, other):
    assert ask({**RUN, "accelerator": other})["id"] == ask(RUN)["id"]


def test_a_family_name_is_taken_as_its_default_and_says_so(ask):
    answer = ask({**RUN, "accelerator": "h100"})
    assert answer["request"]["accelerator"] == "nvidia-h100-sxm5-80gb"
    assert "ambiguous-name" in warned(answer)


def test_what_widens_a_total_is_ranked(ask):
    shares = [driver["share"] for driver in ask(RUN)["drivers"]["energy_kwh"]]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1 + 1e-9


def test_a_tuned_run_takes_less_time_and_its_interval_is_narrower_than_where_nobody_says(ask):
    unsaid, tuned, first = (ask({**TOKENS, **said}) for said in ({}, {"tuned": True}, {"tuned": False}))
    hours = {name: answer["accelerator_hours"] for name, answer in (("unsaid", unsaid), ("tuned", tuned))}
    assert hours["tuned"]["value"] < hours["unsaid"]["value"] == value(first, "accelerator_hours")
    width = {name: one["high"] / one["low"] for name, one in hours.items()}
    assert width["tuned"] < width["unsaid"]


@pytest.mark.parametrize(
    ("said", "warns"),
    [
        pytest.param({"precision": "fp8"}, True, id="8 bits on a measured chip"),
        pytest.param({"precision": "fp8", "tuned": False}, False, id="said not to be tuned"),
        pytest.param({"precision": "bf16"}, False, id="16 bits"),
        pytest.param({"precision": "fp8", "accelerator": "mi300x"}, False, id="a chip that nobody measured"),
    ],
)
def test_a_run_in_8_bits_is_taken_to_be_tuned_and_that_is_said(ask, said, warns):
    assert ("tuned-assumed" in warned(ask({**TOKENS, "accelerator": "h100-sxm5-80gb", **said}))) is warns


@pytest.mark.parametrize(
    ("small", "large", "least", "most"),
    [
        pytest.param(0.5, 0.5, 1.8, 2.5, id="a small model loses half to a crowd"),
        pytest.param(70, 70, 1.0, 1.01, id="a large one nothing"),
    ],
)
def test_the_number_of_accelerators_matters_to_small_models(ask, small, large, least, most):
    few, many = (
        ask({**TOKENS, "accelerator": "h100-sxm5-80gb", "total_params_b": size, "accelerators": count})
        for size, count in ((small, 8), (large, 512))
    )
    assert least <= value(many, "accelerator_hours") / value(few, "accelerator_hours") <= most


def test_8_bits_gain_more_in_large_models(ask):
    def gain(params_b):
        wide, narrow = (
            value(
                ask(
                    {
                        **TOKENS,
                        "accelerator": "h100-sxm5-80gb",
                        "total_params_b": params_b,
                        "precision": p,
                        "tuned": True,
                    }
                ),
                "accelerator_hours",
            )
            for p in ("bf16", "fp8")
        )
        return wide / narrow

    # IBM and Meta on 1.8, 8, 70 and 405 B: 1.18, 1.28, 1.50, 1.52
    assert (gain(0.8), gain(175)) == (pytest.approx(1.2, abs=0.06), pytest.approx(1.46, abs=0.06))


def test_a_mixture_of_experts_has_less_of_the_peak(ask):
    dense, sparse = (ask({**TOKENS, "total_params_b": size, "active_params_b": 10}) for size in (10, 100))
    assert 1.05 < value(sparse, "accelerator_hours") / value(dense, "accelerator_hours") < 1.3


def test_a_chip_that_nobody_measured_says_so(ask):
    answer = ask({**TOKENS, "accelerator": "rtx-4090"})
    assert "utilization-unmeasured" in warned(answer)
    assert answer["accelerator_hours"]["high"] / answer["accelerator_hours"]["low"] > 4


def test_longer_sequences_take_more_flop(ask):
    usual, same, longer = (
        value(ask({**TOKENS, **said}), "training_flop")
        for said in ({}, {"sequence_length": 4096}, {"sequence_length": 32_768})
    )
    assert usual == pytest.approx(same)
    assert 1.3 < longer / usual < 1.8


@pytest.mark.parametrize(
    ("limit", "watts"),
    [
        # an A100 of 400 W draws 0.715 of it in a large language model
        pytest.param(None, 286, id="no limit: a share of the rated power"),
        pytest.param(500, 358, id="a higher limit is the reference"),
        pytest.param(200, 200, id="a lower limit cuts off"),
    ],
)
def test_a_power_limit_replaces_the_rated_power(ask, limit, watts):
    said = {} if limit is None else {"accelerator_power_limit_w": limit}
    answer = ask({**RUN, "accelerator": "a100-sxm4-80gb", "total_params_b": 7, **said})
    assert value(answer, "accelerator_energy_kwh") == pytest.approx(watts, rel=0.03)
    assert ("power-limited" in warned(answer)) is (limit == 200)


@pytest.mark.parametrize(
    ("machine", "run", "fewest"),
    [
        # 70e9 x 2.2 B = 154 GB of weights and adapter; 72 of 80 GB can be used
        pytest.param(("a100-sxm4-80gb", 1), {"method": "lora", "total_params_b": 70}, 3, id="lora of 70 B on one card"),
        # 70e9 x 16 B = 1120 GB; 21.6 of 24 GB can be used
        pytest.param(("rtx-4090", 1), {"method": "finetuning", "total_params_b": 70}, 53, id="all of 70 B on a 4090"),
        pytest.param(("a100-sxm4-80gb", 8), {"method": "lora", "total_params_b": 70}, None, id="lora on a host"),
        pytest.param(("rtx-4090", 1), {"method": "lora", "total_params_b": 8}, None, id="lora of 8 B on a 4090"),
        pytest.param(("a100-sxm4-40gb", 2), {"method": "qlora", "total_params_b": 70}, None, id="qlora on two cards"),
    ],
)
def test_a_run_that_does_not_fit_is_told_what_would_hold_it(ask, machine, run, fewest):
    name, count = machine
    answer = ask({"accelerator": name, "accelerators": count, "accelerator_hours": 10, "region": "USA", **run})
    told = [w["message"] for w in answer["warnings"] if w["code"] == "does-not-fit"]
    assert [text.rpartition(" ")[2] for text in told] == ([] if fewest is None else [f"{fewest}."])


def test_an_assumed_number_of_accelerators_holds_the_run(ask):
    answer = ask({**TOKENS, "training_tokens_b": 0.001, "total_params_b": 400})
    # 400e9 x 16 B = 6400 GB, 72 GB each: 89 and more, so 12 hosts of 8
    assert answer["request"]["accelerators"] == 96
    assert "does-not-fit" not in warned(answer)
