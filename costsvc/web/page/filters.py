"""Filters with which templates format numbers."""

from typing import Any

from flask import Flask
from markupsafe import Markup

from costsvc.answers.quantities import Quantity
from costsvc.report import numbers
from costsvc.report.labels import short_verdict
from costsvc.report.texts.phrases import factor

BAR = Markup(
    '<svg class="range" viewBox="0 0 100 8" width="100" height="8" preserveAspectRatio="none" '
    'aria-hidden="true" focusable="false">'
    '<rect class="whole" x="0" y="3" width="100" height="2" rx="1"/>'
    '<rect class="wide" x="{low:.1f}" y="1" width="{width:.1f}" height="6" rx="3"/>'
    '<rect class="at" x="{at:.1f}" y="0" width="2" height="8" rx="1"/></svg>'
)


def interval_bar(quantity: Quantity | None) -> Markup:
    """A bar from 0 to the upper end of an interval, with the interval and the value; empty if it has no width.

    Args:
        quantity: Value, low and high, at least 0.
    """
    if quantity is None or not quantity["high"] or quantity["low"] == quantity["high"]:
        return Markup("")
    low, value, high = (100 * end / quantity["high"] for end in (quantity["low"], quantity["value"], quantity["high"]))
    return BAR.format(low=low, width=high - low, at=min(value, 98))


def factor_words(name: str) -> str:
    """The name of a factor at the beginning of a cell."""
    words = factor(name).removeprefix("the ")
    return f"{words[:1].upper()}{words[1:]}"


def register(app: Flask) -> None:
    """Register the filters of an application and let its templates write no blanks of their own."""
    filters: dict[str, Any] = {
        "formatted": numbers.format_quantity,
        "text": numbers.text,
        "plain": numbers.factor,
        "cell": numbers.cell,
        "number": numbers.count,
        "signed": numbers.signed_or_open,
        "probability": numbers.probability,
        "verdict": short_verdict,
        "factor_words": factor_words,
        "range": interval_bar,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True  # a third of a page would be spaces
