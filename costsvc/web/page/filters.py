"""What templates say numbers with."""

from typing import Any

from flask import Flask
from markupsafe import Markup

from costsvc.estimates.answer import Plain
from costsvc.web import numbers

DIGITS = 4
"""Of a factor: one more than of a total, since some are to be copied."""
MINUS = "\N{MINUS SIGN}"
BAR = Markup(
    '<svg class="range" viewBox="0 0 100 8" width="100" height="8" preserveAspectRatio="none" '
    'aria-hidden="true" focusable="false">'
    '<rect class="whole" x="0" y="3" width="100" height="2" rx="1"/>'
    '<rect class="wide" x="{low:.1f}" y="1" width="{width:.1f}" height="6" rx="3"/>'
    '<rect class="at" x="{at:.1f}" y="0" width="2" height="8" rx="1"/></svg>'
)


def plain(number: float | str | None) -> str:
    """A number in its own unit, as a table shows it.

    Args:
        number: A number; texts and nothing are left as they are.
    """
    if number is None or isinstance(number, str):
        return number or ""
    rounded = float(f"{number:.{DIGITS}g}")
    text = f"{rounded:,.10f}".rstrip("0").rstrip(".") if 1e-4 <= abs(rounded) < 1e9 or not rounded else f"{rounded:g}"  # noqa: PLR2004 - beyond them zeros are hard to count
    return text.replace("-", MINUS)


def signed(percent: float | None) -> str:
    """A change in percent, with its sign; nothing where it has no bound."""
    if percent is None:
        return "no bound"
    return f"{percent:+.3g}".replace("-", MINUS) if abs(percent) < 1e4 else f"{percent:+,.0f}"  # noqa: PLR2004 - as above


def interval_bar(quantity: Plain | None) -> Markup:
    """Where a value lies in its interval, drawn from 0 to the upper end; empty where there is no width.

    Args:
        quantity: Value, low and high; not below 0.
    """
    if quantity is None or not quantity["high"] or quantity["low"] == quantity["high"]:
        return Markup("")
    low, value, high = (100 * quantity[end] / quantity["high"] for end in ("low", "value", "high"))
    return BAR.format(low=low, width=high - low, at=min(value, 98))


def register(app: Flask) -> None:
    """Give an application's templates these filters, and let them leave no blanks of their own."""
    filters: dict[str, Any] = {
        "shown": numbers.shown,
        "text": numbers.text,
        "plain": plain,
        "signed": signed,
        "range": interval_bar,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True  # a third of a page would be spaces
