"""The types of answers: described, and in step with the values that the model computes."""

from typing import get_args

import pytest

from costsvc.answers import amortization, explanation, quantities
from costsvc.estimates.comparisons.parts import METRICS
from costsvc.model.amortization import Verdict
from costsvc.model.uncertainty import Origin
from costsvc.web.openapi import ANSWERS, schemas


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_field_of_an_answer_is_described(kind: type) -> None:
    for name, schema in schemas(ANSWERS).items():
        assert schema["description"], name
        for field, described in schema["properties"].items():
            assert described.get("description"), f"{name}.{field}"
    assert kind.__name__ in schemas(ANSWERS)


def test_words_of_answers_are_those_of_the_model() -> None:
    assert set(get_args(amortization.Verdict)) == {verdict.value for verdict in Verdict}
    assert set(get_args(explanation.Origin)) == set(get_args(Origin))
    assert get_args(quantities.Metric) == METRICS
