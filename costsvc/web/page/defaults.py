"""What an answer took for the fields that its request leaves open, as a form shows it."""

from typing import cast

from costsvc.report import numbers
from costsvc.report.answers import Answer, AnyEstimate
from costsvc.schemas.query import pairs
from costsvc.web.page.forms import WORKLOADS
from costsvc.web.page.layout import names
from costsvc.web.page.overrides import FACTOR_FIELDS


def form_defaults(kind: str, answer: Answer) -> dict[str, str]:
    """The values that an estimate took, by dotted field; empty for comparisons.

    Args:
        kind: The kind of question.
        answer: The answer.
    """
    if kind not in WORKLOADS:
        return {}
    estimate = cast("AnyEstimate", answer)
    fields = {name.rpartition(".")[2]: name for name in names(WORKLOADS[kind])}
    found = {}
    for factor in estimate["factors"]:
        field = fields.get(factor["name"])
        if field and factor["name"] not in FACTOR_FIELDS:
            found[field] = numbers.factor(factor["value"])
    request = {name: estimate["names"].get(value, value) for name, value in pairs(estimate["request"])}
    return found | request
