"""Machines at home and in labs: their building, what one of them is, and that each of them has an answer.

What people reported of other tools: Green-Algorithms-calculator#78 (a computer at home has PUE 1) and #15 (12 of 16
cores), mlco2/codecarbon#1097 (8 GPUs on a node of 4 cards) and #808 (core or socket), olcf-user-docs#453 (768 cards
taken for 1536), sheffield_hpc#1030 (a K80 is two devices of 149 W), carbontracker#31 (RTX 2060).
"""

import pytest

from .reading import codes, factors, reasons, value

RUN = {"accelerator_hours": 100, "region": "DEU"}
CARD = {"accelerator": "NVIDIA GeForce RTX 4090", **RUN}
SERVED = {"model": "llama-3.1-8b", "input_tokens": 500, "output_tokens": 200, "batch_size": 1, "region": "DEU"}
HOME = {"pue": (1, 1), "wue_l_per_kwh": (0, 0)}


def building(answer):
    """PUE and water of the building with their ends."""
    found = factors(answer)
    return {name: (found[name]["low"], found[name]["high"]) for name in HOME}


def message(answer, code):
    return next(warning["message"] for warning in answer["warnings"] if warning["code"] == code)


@pytest.mark.parametrize(
    "accelerator",
    [
        pytest.param("NVIDIA GeForce RTX 3090", id="gaming-card"),
        pytest.param("AMD Radeon RX 7900 XTX", id="card-of-amd"),
        pytest.param("NVIDIA RTX A6000", id="workstation-card"),
        pytest.param("RTX PRO 6000 Blackwell Workstation", id="large-workstation-card"),
        pytest.param("NVIDIA GeForce RTX 4090 Laptop GPU", id="card-of-a-laptop"),
        pytest.param("Apple M3 Max", id="laptop"),
        pytest.param("Apple M2 Ultra", id="desktop"),
        pytest.param("DGX Spark", id="small-desktop"),
        pytest.param("Jetson Orin Nano", id="board"),
        pytest.param("Intel Core i7-8750H", id="processor-of-a-laptop"),
    ],
)
def test_a_machine_at_home_has_no_building_and_is_owned(train, accelerator):
    answer = train({**RUN, "accelerator": accelerator, "total_params_b": 0.1})
    assert building(answer) == HOME
    assert value(answer, "energy_kwh") == value(answer, "it_energy_kwh")
    assert value(answer, "water.onsite_l") == 0
    assert answer["cost"]["rental_usd"] is None
    assert answer["request"]["pricing"]["kind"] == "owned"
    assert "household" in codes(answer)


@pytest.mark.parametrize(
    "accelerator",
    ["A100", "NVIDIA A40", "H100", "T4", "L40S", "A10G", "RTX PRO 6000 Blackwell Server", "Xeon E5-2683 v4"],
)
def test_what_is_made_for_data_centres_stands_in_one(train, accelerator):
    answer = train({**RUN, "accelerator": accelerator})
    assert answer["place"]["pue"] == 1.54
    assert "household" not in codes(answer)


@pytest.mark.parametrize(
    ("change", "pue"),
    [
        pytest.param({"region": "aws:us-east-1"}, 1.15, id="cloud-region"),
        pytest.param({"pue": 1.3}, 1.3, id="pue-given"),
        pytest.param({"pricing": {"provider": "runpod"}}, 1.54, id="seller"),
        pytest.param({"pricing": {"kind": "on-demand"}}, 1.54, id="rented"),
        pytest.param({"pricing": {"usd_per_accelerator_hour": 0.4}}, 1.54, id="rent-given"),
        pytest.param({"pricing": {"kind": "owned"}}, 1, id="owned"),
        pytest.param({"region": "em:DE"}, 1, id="grid-zone"),
        pytest.param({"region": "US-CA"}, 1, id="state"),
        pytest.param({"region": None}, 1, id="nowhere"),
    ],
)
def test_a_card_at_home_is_in_a_data_centre_only_where_one_is_named(train, change, pue):
    body = {name: given for name, given in {**CARD, **change}.items() if given is not None}
    answer = train(body)
    assert answer["place"]["pue"] == pue
    assert ("household" in codes(answer)) == (pue == 1)


def test_water_that_is_given_counts_at_home_too(train):
    answer = train({**CARD, "wue_l_per_kwh": 0.5})
    assert value(answer, "water.onsite_l") == pytest.approx(0.5 * value(answer, "it_energy_kwh"))
    assert answer["place"]["pue"] == 1


def test_an_answer_that_is_asked_again_stays_the_same(train):
    first = train(CARD)
    again = train(first["request"])
    assert (again["request"], again["energy_kwh"], again["cost"]) == (
        first["request"],
        first["energy_kwh"],
        first["cost"],
    )


def test_what_a_machine_at_home_costs_is_null_with_a_reason_where_nobody_knows_its_price(train):
    answer = train({**RUN, "accelerator": "Jetson Nano"})
    assert answer["cost"]["total_usd"] is None
    assert "pricing.purchase_usd_per_accelerator" in reasons(answer)["cost.hardware_usd"]


def test_the_price_of_electricity_at_home_is_said_to_be_that_of_industry(train):
    assert "industrial prices" in message(train(CARD), "household")
    own = train({**CARD, "pricing": {"kind": "owned", "electricity_usd_per_kwh": 0.35}})
    assert "industrial prices" not in message(own, "household")


def test_serving_at_home_has_no_building(serve):
    answer = serve({**SERVED, "accelerator": "rtx 4090"})
    assert building(answer) == HOME
    assert answer["cost"]["rental_usd"] is None


def test_waiting_at_home_has_no_building(compare):
    def hosting(accelerator):
        part = {"hosting": {"accelerator": accelerator, "hours": 10, "region": "FRA"}}
        rest = {"known": {"energy_kwh": 1, "carbon_kg": 1, "water_l": 1, "cost_usd": 1}}
        both = [{"name": "own", "upfront": [part]}, {"name": "other", "upfront": [rest]}]
        return compare({"tasks": 1, "strategies": both, "requests_per_task": 1})

    assert "household" in codes(hosting("rtx 4090"))
    assert "household" not in codes(hosting("a40"))


@pytest.fixture
def place(client):
    def place(**change):
        body = {"training": CARD, "metric": "energy_kwh", **change}
        response = client.post("/v1/comparisons/placement", json=body)
        assert response.status_code == 200, response.json
        return response.json["options"]

    return place


def test_placement_keeps_a_machine_at_home_out_of_data_centres(place, train):
    options = place(accelerators=["rtx 4090", "a40"], regions=["DEU", "aws:eu-central-1"], offered_only=False)
    found = {(one["request"]["accelerator"], one["request"]["region"]): one for one in options}
    for one in found.values():
        again = train(one["request"])
        assert one["energy_kwh"]["value"] == pytest.approx(value(again, "energy_kwh"))
    home = found["nvidia-rtx-4090", "DEU"]
    assert home["request"]["pricing"]["kind"] == "owned"
    assert found["nvidia-a40", "DEU"]["request"]["pricing"]["kind"] == "on-demand"
    # ranked by the arrays that compare all options at once
    assert [one["rank"] for one in options] == [1, 2, 3, 4]
    assert [one["score"] for one in options] == pytest.approx([one["energy_kwh"]["value"] for one in options])


def test_placement_takes_a_rented_card_out_of_the_home(place):
    owned, rented = place(price_kinds=["owned", "on-demand"])
    assert (owned["request"]["pricing"]["kind"], rented["request"]["pricing"]["kind"]) == ("owned", "on-demand")
    assert rented["energy_kwh"]["value"] == pytest.approx(1.54 * owned["energy_kwh"]["value"])


def test_a_change_from_home_to_a_cloud_shows_both_buildings(client):
    moved = {**CARD, "region": "aws:eu-central-1"}
    body = {"before": {"training": CARD}, "after": {"training": moved}}
    answer = client.post("/v1/comparisons/change", json=body).json
    causes = {cause["name"]: cause for cause in answer["causes"]["energy_kwh"]}
    assert causes["pue"]["before"] == 1
    assert causes["pue"]["after"] > 1


@pytest.mark.parametrize(
    ("accelerator", "low", "high"),
    [
        ("NVIDIA GeForce RTX 2060", 8, 16),
        ("NVIDIA GeForce RTX 3050", 6, 13),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", 7, 16),
        ("NVIDIA GeForce RTX 3060 Laptop GPU", 5, 11),
        ("NVIDIA GeForce GTX 1650", 4, 8),
    ],
)
def test_cards_of_students_draw_what_their_makers_say(train, accelerator, low, high):
    answer = train({"accelerator": accelerator, "accelerator_hours": 100, "region": "FRA", "workload": "vision"})
    assert low <= value(answer, "accelerator_energy_kwh") <= high


def test_a_node_of_eight_dies_is_four_packages(train):
    # 8 x 250 W for an hour at the fraction of a language model: 1.3 to 1.9 kWh
    dies = train({"accelerator": "MI250X GCD", "accelerators": 8, "accelerator_hours": 8, "region": "FIN"})
    packages = train({"accelerator": "MI250X", "accelerators": 4, "accelerator_hours": 4, "region": "FIN"})
    for path in ("accelerator_energy_kwh", "energy_kwh", "carbon.total_kg"):
        assert value(dies, path) == pytest.approx(value(packages, path), rel=1e-3)
    assert 1.3 <= value(dies, "accelerator_energy_kwh") <= 1.9


@pytest.mark.parametrize(
    ("accelerator", "unit"),
    [
        pytest.param("AMD Instinct MI250X", "package of 2 GCDs", id="package"),
        pytest.param("AMD Instinct MI250", "package of 2 GCDs", id="other-package"),
        pytest.param("Tesla K80", "board of 2 GPUs", id="board"),
        pytest.param("Tesla M60", "board of 2 GPUs", id="graphics-board"),
        pytest.param("NVIDIA A16", "board of 4 GPUs", id="board-of-four"),
        pytest.param("Intel Data Center GPU Max 1550", "package of 2 tiles", id="tiles"),
        pytest.param("Ascend 910C", "package of 2 dies", id="dies"),
        pytest.param("TPU v3", "chip of 2 cores", id="cores-of-a-tpu"),
        pytest.param("Trainium2", "chip of 8 cores", id="cores-of-trainium"),
        pytest.param("Intel Xeon E5-2683 v4", "socket of 16 cores", id="socket"),
    ],
)
def test_what_one_unit_is_is_said_where_drivers_or_people_count_another(train, accelerator, unit):
    answer = train({**RUN, "accelerator": accelerator})
    assert unit in message(answer, "unit-of-count")


@pytest.mark.parametrize(
    ("device", "whole", "each"),
    [
        ("MI250X GCD", "MI250X", 2),
        ("mi250x-gcd", "amd-mi250x", 2),
        ("AMD Instinct MI250 GCD", "MI250", 2),
        ("Tesla K80 GPU", "K80", 2),
        ("m60-gpu", "M60", 2),
        ("a16-16gb", "A16", 4),
        ("Max 1550 tile", "Max 1550", 2),
        ("Ascend 910C die", "Ascend 910C", 2),
        ("TPU v3 core", "TPU v3", 2),
        ("NeuronCore-v3", "Trainium2", 8),
    ],
)
def test_a_device_of_a_board_is_an_equal_part_of_it(train, device, whole, each):
    ask = {**RUN, "total_params_b": 7}
    one, all_of_it = train({**ask, "accelerator": device}), train({**ask, "accelerator": whole})
    assert "unit-of-count" not in codes(one)
    for path in ("accelerator_energy_kwh", "it_energy_kwh", "carbon.embodied_kg"):
        assert value(one, path) * each == pytest.approx(value(all_of_it, path), rel=1e-3)


def test_a_device_of_a_package_computes_at_its_part_of_the_rate(train):
    ask = {"training_tokens_b": 1, "total_params_b": 1, "region": "DEU", "accelerators": 8}
    die, package = (train({**ask, "accelerator": name}) for name in ("mi250x-gcd", "mi250x"))
    assert value(die, "accelerator_hours") == pytest.approx(2 * value(package, "accelerator_hours"))


def test_an_instance_knows_its_devices_and_needs_no_word(train):
    answer = train({"instance": "p2.xlarge", "hours": 1, "region": "aws:us-east-1"})
    assert answer["accelerator_hours"]["value"] == 0.5
    assert "unit-of-count" not in codes(answer)


def test_cores_are_their_share_of_a_socket(train):
    # 12 of 16 cores for 24 h at PUE 1.67: 4.56 kWh by the calculator of Green Algorithms
    body = {
        "accelerator": "Xeon E5-2683 v4",
        "cores": 12,
        "hours": 24,
        "pue": 1.67,
        "region": "AUT",
        "workload": "other",
    }
    answer = train(body)
    assert value(answer, "accelerator_hours") == 24 * 12 / 16
    assert value(answer, "energy_kwh") == pytest.approx(4.6, rel=0.1)
    assert "unit-of-count" not in codes(answer)
    assert answer["request"] == train(answer["request"])["request"]
    assert "accelerators" not in answer["request"]


GIVEN = {"accelerator": "Xeon E5-2683 v4", "hours": 24, "cores": 12}


@pytest.mark.parametrize(
    ("change", "field", "text"),
    [
        pytest.param({"accelerator": "h100"}, "cores", "which is not a processor", id="accelerator"),
        pytest.param({"accelerator": "Xeon Gold 6122"}, "cores", "not known; give its sockets", id="cores-unknown"),
        pytest.param({"accelerators": 2}, "accelerators", "not allowed together with cores", id="beside-sockets"),
        pytest.param({"hours": None, "accelerator_hours": 5}, "cores", "give hours", id="beside-socket-hours"),
        pytest.param(
            {"accelerator": None, "instance": "p5.48xlarge"}, "cores", "together with instance", id="beside-instance"
        ),
        pytest.param({"accelerator": "my card"}, "accelerator", "accelerator_power_w", id="unknown-card"),
    ],
)
def test_what_cores_cannot_stand_with_is_said(client, change, field, text):
    body = {name: given for name, given in {**GIVEN, **change}.items() if given is not None}
    answer = client.post("/v1/estimates/training", json=body)
    assert answer.status_code == 422
    assert text in answer.json["errors"][field][0]


RATES = ("peak_bf16_tflops", "peak_fp16_tflops", "peak_fp32_tflops")


def test_every_accelerator_answers_with_widths_and_a_price_or_a_reason(train, serve, catalog):
    for id_, row in catalog.tables["accelerators"].rows.items():
        machine = {"accelerator": str(id_), "total_params_b": 1, "region": "DEU"}
        answers = [train({**machine, "accelerator_hours": 100})]
        if row["memory_bandwidth_gb_s"] and any(row[rate] for rate in RATES):
            answers.append(serve({**machine, "input_tokens": 500, "output_tokens": 100, "batch_size": 1}))
        for one in answers:
            energy, embodied, paid = one["energy_kwh"], one["carbon"]["embodied_kg"], one["cost"]["total_usd"]
            assert 0 < energy["low"] < energy["value"] < energy["high"], id_
            assert 0 < embodied["low"] < embodied["high"], id_
            assert "no-price" in codes(one) if paid is None else 0 < paid["low"] < paid["high"], id_
