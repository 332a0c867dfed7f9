"""Questions to a running service, and its errors."""

import datetime as dt
import json
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from costsvc.client import Client, ServiceError
from costsvc.client.operations import OPERATIONS
from tests.client.test_document import ANSWERS, QUESTIONS, method_of

pytestmark = pytest.mark.processes
RUN = {"accelerator": "h100", "accelerator_hours": 1000, "region": "Paris"}
EXPLAINED = ("estimateTraining", "estimateServing", "compareStrategies")


@pytest.fixture(scope="module", params=["root", "prefix"])
def anywhere(request: pytest.FixtureRequest, service: Any, prefixed: Any) -> Iterator[Client]:
    """A client of a service under its root, or under a prefix."""
    address = f"{service.url}/" if request.param == "root" else f"{prefixed.url}/costs"
    with Client(address) as client:
        yield client


def example_of(operations: dict[str, tuple[str, str, dict[str, Any]]], name: str) -> dict[str, Any]:
    """The example of a request in the document."""
    example: dict[str, Any] = operations[name][2]["requestBody"]["content"]["application/json"]["example"]
    return example


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_answered_as_by_the_api(
    anywhere: Client, client: FlaskClient, operations: dict[str, tuple[str, str, dict[str, Any]]], name: str
) -> None:
    example = example_of(operations, name)
    expected = client.post(operations[name][1], json=example)
    assert method_of(name)(anywhere, **example) == expected.json


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize(
    ("form", "query"),
    [
        pytest.param({"view": "short"}, "view=short", id="short"),
        pytest.param({"fields": ["id", "warnings.code"]}, "fields=id,warnings.code", id="fields"),
    ],
)
def test_a_question_has_a_short_answer_and_parts(
    asking: Client,
    client: FlaskClient,
    operations: dict[str, tuple[str, str, dict[str, Any]]],
    name: str,
    form: dict[str, Any],
    query: str,
) -> None:
    example = example_of(operations, name)
    expected = client.post(f"{operations[name][1]}?{query}", json=example)
    assert method_of(name)(asking, **form, **example) == expected.json


@pytest.mark.parametrize("name", EXPLAINED)
def test_an_answer_can_be_explained(
    asking: Client, operations: dict[str, tuple[str, str, dict[str, Any]]], name: str
) -> None:
    example = example_of(operations, name)
    whole = method_of(name)(asking, explain=True, **example)
    assert whole["explanation"]
    parts = method_of(name)(asking, explain=True, fields=["explanation"], **example)
    assert parts == {"explanation": whole["explanation"]}
    assert "explanation" not in method_of(name)(asking, explain=False, **example)


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - {*QUESTIONS, "estimateBatch"}))
def test_every_other_operation_can_be_called(
    anywhere: Client, operations: dict[str, tuple[str, str, dict[str, Any]]], name: str
) -> None:
    _, _, described = operations[name]
    given = {one["name"]: one["example"] for one in described["parameters"] if "example" in one}
    answer = anywhere.call(name, **given)
    types = {"application/json": dict | list, "image/png": bytes, "application/vnd.vegalite.v6+json": dict}
    assert isinstance(answer, tuple(types.get(one, str) for one in described["responses"]["200"]["content"]))
    assert answer


def test_rows_are_estimated_at_once(anywhere: Client) -> None:
    rows = [{"accelerator": "h100", "hours": number, "team": "a"} for number in (1.0, 2, -3)]
    answer = anywhere.estimate_batch(rows, by=["team"], intervals=True, set=["region=Paris"])
    energy = [row["energy_kwh"] for row in answer.rows]
    assert energy[1] == pytest.approx(energy[0] * 2)
    assert energy[2] is None
    assert answer.rows[0]["energy_kwh_low"] < energy[0]
    assert (answer.summary["rows"], answer.summary["rejected"]) == (3, 1)
    whole = anywhere.estimate_training(accelerator="h100", hours=1, region="Paris")
    assert energy[0] == pytest.approx(whole["energy_kwh"]["value"])


@pytest.mark.parametrize("name", sorted(ANSWERS.keys() - {"getModelFootprint", "checkReadiness"}))
def test_a_method_without_arguments_is_answered_as_by_the_api(asking: Client, client: FlaskClient, name: str) -> None:
    assert ANSWERS[name](asking) == client.get(OPERATIONS[name][1]).json


def test_readiness_names_the_tables(asking: Client) -> None:
    assert asking.check_readiness()["data_version"] == asking.check_health()["data_version"]


@pytest.mark.parametrize("region", [None, "France"])
def test_a_known_model_has_a_footprint(asking: Client, client: FlaskClient, region: str | None) -> None:
    query = {"region": region} if region else {}
    expected = client.get("/v1/models/bloom-176b/footprint", query_string=query)
    assert asking.get_model_footprint("bloom-176b", region=region) == expected.json


def test_rows_of_all_pages_are_listed(asking: Client) -> None:
    names = [row["price_id"] for row in asking.list_rows("prices")]
    total = asking.call("listPrices", limit=1)["total"]
    assert len(names) == total > 1000
    assert len(set(names)) == total


def test_rows_are_searched_and_shown(asking: Client, client: FlaskClient) -> None:
    rows = list(asking.list_rows("accelerators", q="h100"))
    assert rows == client.get("/v1/accelerators?q=h100&limit=1000").get_json()["items"]
    assert asking.get_row("accelerators", "h100-sxm5-80gb") in rows
    assert asking.get_row("data", "accelerators")["name"] == "accelerators"
    assert asking.get_row("models", "meta-llama/Llama-3.1-8B") == asking.get_row("models", "llama-3.1-8b")


def test_figures_and_texts_are_of_an_answer(asking: Client) -> None:
    answer = asking.estimate_training(accelerator="h100", accelerator_hours=1000, overheads={"failed_share": 0.5})
    assert asking.draw_figure("training", "phases.svg", answer["request"]).startswith(b"<svg")
    assert b"failed" in asking.draw_figure("training", "phases.csv", answer["request"]).lower()
    assert asking.draw_figure("training", "phases.png", answer["request"], size="small").startswith(b"\x89PNG")
    assert json.loads(asking.export_text("training", "answer.json", answer["request"]))["id"] == answer["id"]
    assert "H100 SXM5 80 GB" in asking.export_text("training", "citation.md", answer["request"])


def test_the_theme_of_a_figure_is_chosen(asking: Client) -> None:
    dark, light = (asking.draw_figure("training", "drivers.svg", RUN, theme=theme) for theme in ("dark", "light"))
    assert dark != light == asking.draw_figure("training", "drivers.svg", RUN)


def test_a_request_with_lists_of_objects_is_drawn(
    asking: Client, operations: dict[str, tuple[str, str, dict[str, Any]]]
) -> None:
    answer = asking.compare_api_or_own(**example_of(operations, "compareApiOrOwn"))
    assert asking.draw_figure("api-or-own", "cost-traffic.csv", answer["request"])
    strategies = asking.compare_strategies(**example_of(operations, "compareStrategies"))
    assert json.loads(asking.export_text("amortization", "answer.json", strategies["request"])) == strategies


def test_threads_share_a_client(asking: Client) -> None:
    def energy_of(hours: int) -> float:
        return asking.estimate_training(**RUN | {"accelerator_hours": hours})["energy_kwh"]["value"]

    with ThreadPoolExecutor(12) as threads:
        energies = list(threads.map(energy_of, range(100, 4900, 100)))
    assert energies == pytest.approx([energies[0] * count for count in range(1, 49)], rel=0.01)


def test_dates_and_numbers_of_numpy_are_sent_as_json_has_them(asking: Client) -> None:
    plain = asking.estimate_training(accelerator="h100", accelerator_hours=1000, date="2025-06-01", year=2024)
    numbers = {"accelerator_hours": np.float64(1000), "year": np.int64(2024)}
    assert asking.estimate_training(accelerator="h100", date=dt.date(2025, 6, 1), **numbers) == plain
    assert asking.draw_figure("training", "drivers.csv", {"accelerator": "h100", **numbers})


@pytest.mark.parametrize(
    ("fields", "status", "code", "message"),
    [
        pytest.param(
            {"accelerator": "h1000", "accelerator_hours": 1},
            *(422, "unknown-name", "\n  accelerator: 'h1000' is not known. Nearest known: nvidia-h100"),
            id="unknown-name",
        ),
        pytest.param(
            {"accelerator": "h100", "accelerator_hours": 1, "gpu_count": 8},
            *(422, "invalid-request", "\n  gpu_count: unknown field; did you mean accelerators?"),
            id="misspelt-field",
        ),
        pytest.param(
            {"accelerator": "h100", "accelerator_hours": 1, "overheads": {"retrainigs": 8}},
            *(422, "invalid-request", "\n  overheads.retrainigs: unknown field; did you mean retrainings?"),
            id="misspelt-field-inside",
        ),
        pytest.param(
            {"accelerator": "h100", "accelerator_hours": -1},
            *(422, "invalid-request", "\n  accelerator_hours: must be 0 or between 1e-09 and 1e+12 h, got -1"),
            id="out-of-range",
        ),
        pytest.param(
            {**RUN, "fields": ["energy"]},
            422,
            "unknown-name",
            "\n  fields.0: 'energy' is not known. Nearest",
            id="part",
        ),
        pytest.param({"region": "x" * 2_000_000}, 413, "body-too-large", "must not exceed", id="too-large"),
    ],
)
def test_an_error_names_every_field(
    asking: Client, fields: dict[str, Any], status: int, code: str, message: str
) -> None:
    with pytest.raises(ServiceError) as caught:
        asking.estimate_training(**fields)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{status} {caught.value.title}: {caught.value.detail}")
    assert (caught.value.status, caught.value.code, caught.value.retry_after_s) == (status, code, None)


def test_an_error_counts_the_errors_that_it_does_not_show(asking: Client) -> None:
    tasks = [{"name": str(number), "requests": -1} for number in range(50)]
    with pytest.raises(ServiceError, match=r"\n  and \d\d more$") as caught:
        asking.compare_strategies(strategies=[{"name": "a"}, {"name": "b"}], task_list=tasks)
    assert len(caught.value.errors) == 20


def test_what_is_not_there_is_an_error(asking: Client) -> None:
    with pytest.raises(ServiceError, match=r"^404 Not found: No 'no-such-chip' in accelerators"):
        asking.get_row("accelerators", "no-such-chip")
    with pytest.raises(ServiceError, match=r"^404 Not found: training has no figure 'map\.svg'; available: breakdown"):
        asking.draw_figure("training", "map.svg", RUN)


def test_an_error_travels_between_processes(asking: Client) -> None:
    with pytest.raises(ServiceError) as caught:
        asking.get_row("models", "no-such-model")
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - ours
    assert (str(copy), copy.problem) == (str(caught.value), caught.value.problem)


@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        pytest.param("estimate", {}, "'estimate' is no operation; must be one of estimateTraining", id="operation"),
        pytest.param("getModel", {}, "getModel needs name: /v1/models/{name}", id="parameter"),
        pytest.param("listModels", {"limit": float("nan")}, "NaN and infinity cannot be sent", id="nan"),
    ],
)
def test_a_call_that_cannot_be_sent_is_refused(
    asking: Client, operation: str, parameters: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        asking.call(operation, **parameters)


def test_something_that_json_has_not_is_refused(asking: Client) -> None:
    with pytest.raises(TypeError, match="of type set cannot be sent as JSON"):
        asking.find_place(training=RUN, regions={"FR", "DE"})
