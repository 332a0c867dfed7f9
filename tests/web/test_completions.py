"""What a form leaves out is filled in before its question is answered."""

import pytest

from costsvc.reference.catalog import Catalog
from costsvc.web.page.completions import complete, without_repeats

RUN = {"training.accelerator": "h100", "training.accelerator_hours": "100"}
OLD = {"before.training.accelerator": "a100", "before.training.training_tokens_b": "10", "before.training.mfu": "0.4"}


@pytest.mark.parametrize(
    ("fields", "defaults"),
    [
        pytest.param(
            RUN, {"regions": "all", "weights.cost_usd": "1", "weights.carbon_kg": "0.2"}, id="no-regions-no-ranking"
        ),
        pytest.param({**RUN, "regions": "EU", "metric": "hours"}, {}, id="both-given"),
        pytest.param({**RUN, "regions": "EU", "weights.hours": "1"}, {}, id="other-weights"),
        pytest.param(
            {"inference.provider": "openai", "inference.model": "gpt-4o", "metric": "cost_usd"}, {}, id="hosted-model"
        ),
    ],
)
def test_a_placement_tries_all_regions_and_weighs_money_with_carbon(
    fields: dict[str, str], defaults: dict[str, str], catalog: Catalog
) -> None:
    completed = complete("placement", fields, catalog)
    assert completed.shown == fields
    assert completed.defaults == defaults
    assert completed.sent == {**fields, **defaults}


@pytest.mark.parametrize(
    ("new", "after"),
    [
        pytest.param({}, {"accelerator": "a100", "training_tokens_b": "10", "mfu": "0.4"}, id="nothing-changes"),
        pytest.param(
            {"region": "SWE"},
            {"accelerator": "a100", "training_tokens_b": "10", "mfu": "0.4", "region": "SWE"},
            id="added",
        ),
        pytest.param(
            {"accelerator": "h100"}, {"accelerator": "h100", "training_tokens_b": "10"}, id="machine-without-its-mfu"
        ),
        pytest.param(
            {"accelerator": "h100", "mfu": "0.5"},
            {"accelerator": "h100", "training_tokens_b": "10", "mfu": "0.5"},
            id="machine-with-a-new-mfu",
        ),
        pytest.param(
            {"accelerator_hours": "5"},
            {"accelerator": "a100", "accelerator_hours": "5", "mfu": "0.4"},
            id="hours-in-place-of-tokens",
        ),
        pytest.param(
            {"instance": "p5.48xlarge"},
            {"instance": "p5.48xlarge", "training_tokens_b": "10"},
            id="instance-in-place-of-accelerator",
        ),
    ],
)
def test_after_a_change_everything_is_as_before_that_has_no_new_value(
    new: dict[str, str], after: dict[str, str], catalog: Catalog
) -> None:
    completed = complete("change", {**OLD, **{f"after.training.{name}": text for name, text in new.items()}}, catalog)
    begin = "after.training."
    assert {name.removeprefix(begin): text for name, text in completed.sent.items() if name.startswith(begin)} == after
    assert {name.removeprefix(begin) for name in completed.shown if name.startswith(begin)} == set(new)


@pytest.mark.parametrize(
    ("region", "field", "typed", "shown", "sent"),
    [
        pytest.param(
            "aws:us-west-1",
            "earliest",
            "2027-04-05T18:00",
            "2027-04-05T18:00",
            "2027-04-05T18:00:00-07:00",
            id="picker",
        ),
        pytest.param(
            "aws:us-west-1", "earliest", "2027-04-05 18:00", "2027-04-05T18:00", "2027-04-05T18:00:00-07:00", id="blank"
        ),
        pytest.param("US-CA", "earliest", "2027-04-05", "2027-04-05T00:00", "2027-04-05T00:00:00-07:00", id="day"),
        pytest.param(
            "US-CA", "deadline", "2027-04-05", "2027-04-06T00:00", "2027-04-06T00:00:00-07:00", id="end-of-the-day"
        ),
        pytest.param(
            "DEU", "earliest", "2027-04-05T18:00:00Z", "2027-04-05T20:00", "2027-04-05T20:00:00+02:00", id="with-offset"
        ),
        pytest.param(
            "FRA", "earliest", "2027-04-05 18:00", "2027-04-05T18:00", "2027-04-05T18:00:00+00:00", id="zone-not-known"
        ),
        pytest.param(
            "narnia",
            "earliest",
            "2027-04-05 18:00",
            "2027-04-05T18:00",
            "2027-04-05T18:00:00+00:00",
            id="region-not-known",
        ),
        pytest.param("DEU", "earliest", "soon", "soon", "soon", id="not-a-time"),
        pytest.param("DEU", "deadline", "9999-12-31", "9999-12-31", "9999-12-31", id="beyond-the-last-day"),
    ],
)
def test_times_of_a_schedule_are_local_to_its_region(
    region: str, field: str, typed: str, shown: str, sent: str, catalog: Catalog
) -> None:
    completed = complete("schedule", {"training.region": region, field: typed}, catalog)
    assert (completed.shown[field], completed.sent[field]) == (shown, sent)


def test_an_error_that_was_taken_over_is_said_once() -> None:
    errors = {
        "before.training.region": ["not known"],
        "after.training.region": ["not known"],
        "after.training.pue": ["no"],
    }
    assert without_repeats(errors) == {"before.training.region": ["not known"], "after.training.pue": ["no"]}
