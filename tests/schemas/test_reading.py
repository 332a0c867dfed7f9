"""JSON read into requests without HTTP."""

from typing import Any

import pytest

from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import ApiOrOwn, ChangeSpec, Comparison, Placement, Schedule
from costsvc.requests.workloads import MeteredRun, Serving, TrainingRun
from costsvc.schemas.fields import looking_up_in
from costsvc.schemas.reading import SCHEMAS, read_request
from costsvc.web.registry import ENDPOINTS, answer_request

RUN: dict[str, Any] = {"accelerator": "h100", "accelerator_hours": 10}
UNKNOWN: dict[str, Any] = {"accelerator": "h1000", "accelerator_hours": 10}


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("training", TrainingRun),
        ("inference", Serving),
        ("amortization", Comparison),
        ("api_or_own", ApiOrOwn),
        ("placement", Placement),
        ("change", ChangeSpec),
        ("schedule", Schedule),
    ],
)
def test_the_example_of_each_endpoint_is_a_request_of_its_kind(catalog: Catalog, kind: str, read: type) -> None:
    assert type(read_request(kind, ENDPOINTS[kind].example, catalog)) is read


def test_every_endpoint_has_a_schema() -> None:
    assert set(SCHEMAS) == set(ENDPOINTS)


def test_measured_energy_is_a_metered_run(catalog: Catalog) -> None:
    run = read_request("training", {"energy_kwh": 5, "region": "Paris"}, catalog)
    assert isinstance(run, MeteredRun)
    assert (run.energy_kwh, run.site.region) == (5, "Paris")


@pytest.mark.parametrize(
    ("kind", "body", "problems"),
    [
        pytest.param(
            "training",
            {"accelerator": "h1000", "hours": -1, "pricing": {"provider": "amazom"}, "zone": "Paris"},
            {
                "accelerator": "'h1000' is not known",
                "hours": "got -1",
                "pricing.provider": "'amazom' is not known",
                "zone": "did you mean region?",
            },
            id="names, numbers and fields",
        ),
        pytest.param(
            "placement",
            {"training": RUN, "accelerators": ["h100", "h1000"], "years": [2024, 1]},
            {"accelerators.1": "'h1000' is not known", "years.1": "got 1"},
            id="entries of lists",
        ),
        pytest.param(
            "inference", {"model": "llama-3.1-9b"}, {"model": "Nearest known: llama-3.1-8b"}, id="a name alone"
        ),
    ],
)
def test_all_errors_come_at_once_by_field(
    catalog: Catalog, kind: str, body: dict[str, Any], problems: dict[str, str]
) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_request(kind, body, catalog)
    assert set(caught.value.problems) == set(problems)
    assert all(text in caught.value.problems[field] for field, text in problems.items())


def test_a_request_that_is_answered_without_a_server_is_refused_with_all_errors(catalog: Catalog) -> None:
    with pytest.raises(BadRequestError) as caught:
        answer_request("/v1/estimates/training", UNKNOWN | {"region": "Pariss"}, catalog)
    assert set(caught.value.problems) == {"accelerator", "region"}


def test_names_are_looked_up_only_where_tables_are_given(catalog: Catalog) -> None:
    schema = SCHEMAS["training"]
    assert schema.validate(UNKNOWN) == {}
    with looking_up_in(catalog):
        assert set(schema.validate(UNKNOWN)) == {"accelerator"}
    assert schema.validate(UNKNOWN) == {}


def test_all_is_all_in_a_list_too(catalog: Catalog) -> None:
    bodies = ({"training": RUN, "regions": regions} for regions in ("all", ["all"]))
    whole, listed = (read_request("placement", body, catalog) for body in bodies)
    assert isinstance(whole, Placement)
    assert isinstance(listed, Placement)
    assert whole.candidates == listed.candidates
