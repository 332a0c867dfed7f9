"""Runs whose energy was measured: their carbon, water and electricity in a place."""

import pytest

ENERGY = {"energy_kwh": 12.5, "region": "NLD", "pue": 1}


def test_measured_energy_takes_its_carbon_from_the_grid(train):
    answer = train(ENERGY)
    grid = next(one for one in answer["factors"] if one["name"] == "grid_g_per_kwh")
    for end in ("value", "low", "high"):
        assert answer["carbon"]["location_kg"][end] == pytest.approx(12.5 * grid[end] / 1000, rel=0.01)
    assert answer["carbon"]["total_kg"] == answer["carbon"]["location_kg"]


@pytest.mark.parametrize(
    ("name", "servers", "meter"),
    [pytest.param("energy_kwh", 10.0, 12.5, id="meter"), pytest.param("it_energy_kwh", 12.5, 15.625, id="servers")],
)
def test_pue_relates_servers_and_meter_once(train, name, servers, meter):
    answer = train({name: 12.5, "region": "NLD", "pue": 1.25})
    assert answer["it_energy_kwh"]["value"] == pytest.approx(servers)
    assert answer["energy_kwh"]["value"] == pytest.approx(meter)


def test_the_meter_reading_itself_has_no_width(train):
    answer = train({"energy_kwh": 12.5, "region": "aws:us-east-1"})
    assert answer["energy_kwh"]["low"] == pytest.approx(12.5)
    assert answer["energy_kwh"]["high"] == pytest.approx(12.5)


def test_electricity_is_paid_and_machines_are_not_part_of_it(train):
    answer = train(ENERGY | {"pricing": {"kind": "owned", "electricity_usd_per_kwh": 0.2}})
    assert answer["cost"]["electricity_usd"]["value"] == pytest.approx(2.5)
    assert answer["cost"]["total_usd"]["value"] == pytest.approx(2.5)
    reasons = {one["field"]: one["reason"] for one in answer["unavailable"]}
    for field in ("accelerator_hours", "carbon.embodied_kg", "cost.rental_usd", "sci.g_per_unit"):
        assert "measured" in reasons[field]
    assert "energy-only" in {one["code"] for one in answer["warnings"]}


def test_overheads_repeat_the_measured_run(train):
    alone, repeated = train(ENERGY), train(ENERGY | {"overheads": {"retrainings": 2}})
    assert repeated["energy_kwh"]["value"] == pytest.approx(3 * alone["energy_kwh"]["value"])
    assert [phase["name"] for phase in repeated["phases"]] == ["final", "retraining"]


def test_the_request_in_the_answer_gives_the_same_answer(train):
    answer = train(ENERGY)
    assert train(answer["request"])["id"] == answer["id"]


def test_a_measured_run_can_be_moved(client):
    sides = {
        side: {"training": {"energy_kwh": 12.5, "region": region}}
        for side, region in (("before", "POL"), ("after", "SWE"))
    }
    answer = client.post("/v1/comparisons/change", json=sides).json
    assert answer["difference"]["energy_kwh"]["percent"]["value"] == pytest.approx(0)
    assert answer["difference"]["carbon_kg"]["percent"]["value"] < -80


def test_a_measured_run_is_a_part_of_a_strategy(compare):
    answer = compare(
        {
            "tasks": 10,
            "requests_per_task": 1,
            "strategies": [
                {"name": "measured", "per_task": [{"training": ENERGY}]},
                {"name": "known", "upfront": [{"known": {"energy_kwh": 200}}]},
            ],
        }
    )
    assert answer["strategies"][0]["total"]["energy_kwh"]["value"] == pytest.approx(125)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        pytest.param("estimates/training", ENERGY | {"accelerator": "h100"}, "accelerator", id="a machine"),
        pytest.param("estimates/training", ENERGY | {"accelerator_hours": 1}, "energy_kwh", id="hours"),
        pytest.param("estimates/training", ENERGY | {"it_energy_kwh": 1}, "it_energy_kwh", id="both boundaries"),
        pytest.param(
            "comparisons/placement", {"training": ENERGY, "regions": ["SWE"]}, "training.energy_kwh", id="placement"
        ),
        pytest.param(
            "comparisons/schedule",
            {"training": ENERGY, "earliest": "2027-01-10T00:00:00Z", "deadline": "2027-01-11T00:00:00Z"},
            "training.energy_kwh",
            id="schedule",
        ),
    ],
)
def test_measured_energy_stands_alone(client, path, body, field):
    response = client.post(f"/v1/{path}", json=body)
    assert response.status_code == 422
    assert field in response.json["errors"]


@pytest.mark.parametrize("document", ["citation.md", "citation.tex", "model-card.md", "sci.md", "request.sh"])
def test_measured_energy_has_every_export(client, document):
    response = client.get(f"/v1/estimates/training/{document}?energy_kwh=12.5&region=NLD")
    assert response.status_code == 200
    assert "None" not in response.text
