"""Filters with which templates format numbers."""

import math
import re
from typing import Any

from flask import Flask
from markupsafe import Markup

from costsvc.answers.quantities import Quantity
from costsvc.report import numbers
from costsvc.report.gaps import missing_results
from costsvc.report.inputs import factor_label
from costsvc.report.labels import short_verdict

BAND = Markup(
    '<svg class="band" viewBox="0 0 100 8" width="100" height="8" preserveAspectRatio="none" '
    'aria-hidden="true" focusable="false">'
    '<rect class="whole" x="0" y="3" width="100" height="2"/>'
    '<rect class="wide" x="{low:.1f}" y="1" width="{width:.1f}" height="6"/>'
    '<rect class="at" x="49" y="0" width="2" height="8"/></svg>'
)
SHARE = Markup(
    '<svg class="share" viewBox="0 0 100 8" width="100" height="8" preserveAspectRatio="none" '
    'aria-hidden="true" focusable="false">'
    '<rect class="whole" x="0" y="0" width="100" height="8"/>'
    '<rect class="wide" x="0" y="0" width="{percent:.1f}" height="8"/></svg>'
)
NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=(?:[kM]?t|[km]?g|[kMG]?Wh|M|bn|%|GB|million|billion|L|m³)\b|%)")
REACH = 4.0
"""The ends of the scale of a band, as a factor of the value."""


def interval_band(quantity: Quantity | None) -> Markup:
    """An interval on a logarithmic scale around its value, the same for all quantities; empty if it has no width.

    Args:
        quantity: Value, low and high, at least 0.
    """
    if quantity is None or not quantity["value"] or quantity["low"] == quantity["high"]:
        return Markup("")
    low, high = (_place(quantity[end] / quantity["value"]) for end in ("low", "high"))
    return BAND.format(low=low, width=high - low)


def _place(ratio: float) -> float:
    """The place of a ratio on the scale of a band, from 0 to 100."""
    return 50 + 50 * math.log(min(max(ratio, 1 / REACH), REACH), REACH)


def share_bar(share: float) -> Markup:
    """A bar for a share from 0 to 1."""
    return SHARE.format(percent=100 * share)


def unbroken(text: str) -> str:
    """A sentence whose numbers stay on one line with their units."""
    return NUMBER_AND_UNIT.sub("\N{NO-BREAK SPACE}", text)


def register(app: Flask) -> None:
    """Register the filters of an application and let its templates write no blanks of their own."""
    filters: dict[str, Any] = {
        "formatted": numbers.format_quantity,
        "text": numbers.text,
        "plain": numbers.factor,
        "cell": numbers.cell,
        "unrounded": numbers.unrounded,
        "number": numbers.count,
        "signed": numbers.signed_or_open,
        "probability": numbers.probability,
        "verdict": short_verdict,
        "band": interval_band,
        "share": share_bar,
        "unbroken": unbroken,
        "missing_results": missing_results,
        "label": factor_label,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True  # a third of a page would be spaces
