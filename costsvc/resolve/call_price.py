"""Resolve the list price of calls to a hosted model on a day."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from costsvc.errors import BadRequestError
from costsvc.model.chains.api_call import CallPrice, CallTokens
from costsvc.model.inputs import FactorsOf
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row
from costsvc.requests.workloads import Serving
from costsvc.resolve.log import FactorLog

PRICES, HISTORY = "api_prices", "api_price_history"
UNIT = "USD/10^6 tokens"
PER_REQUEST = ("image", "page", "query")
"""Units of which a request has one unless it says otherwise."""
FALLBACKS = {"cached_input": "input", "cache_write": "input", "reasoning_output": "output"}
"""Kinds of tokens that have the price of another kind if the list has none of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Period:
    """A time in which a price held.

    Attributes:
        table: Table of its row.
        row: Its row.
        key: Key of the row.
        first: First day on which it held.
        last: Last day on which it held; None if it holds today.
    """

    table: str
    row: Row
    key: tuple[str, ...]
    first: dt.date
    last: dt.date | None

    def distance(self, day: dt.date) -> int:
        """Days between a day and the period, 0 inside it."""
        after = 0 if self.last is None else (day - self.last).days
        return max((self.first - day).days, after, 0)


def resolve_call_price(
    request: Serving, sold: tuple[str, str], day: dt.date, electricity: Factor | None, catalog: Catalog, log: FactorLog
) -> FactorsOf[CallPrice]:
    """Resolve the price of a call.

    Args:
        request: The request.
        sold: Provider and key of the model.
        day: The day of the price.
        electricity: Price of electricity where the model runs, if it is known.
        catalog: The tables.
        log: Receives factors and warnings.

    Raises:
        BadRequestError: If the list has no price for the kind of processing, or lacks the unit of the request.
    """
    key = (*sold, request.processing)
    row = catalog.row(PRICES, key)
    if row is None:
        offered = ", ".join(catalog.group(PRICES, *sold))
        text = f"{sold[0]} lists no {request.processing} price of {sold[1]}, only {offered}"
        raise BadRequestError({"processing": text})
    held = _periods_at(row, key, day, catalog, log)
    tokens = {
        "input_tokens": request.input_tokens or 0.0,
        "cached_input_tokens": request.cached_input_tokens or 0.0,
        "cache_write_tokens": request.cache_write_tokens or 0.0,
        "output_tokens": request.output_tokens or 0.0,
        "reasoning_tokens": request.reasoning_tokens or 0.0,
    }
    kinds = {
        "input": "input_tokens",
        "cached_input": "cached_input_tokens",
        "cache_write": "cache_write_tokens",
        "output": "output_tokens",
        "reasoning_output": "reasoning_tokens",
    }
    is_long = row["long_prompt_tokens"] is not None and tokens["input_tokens"] > row["long_prompt_tokens"]
    fields: dict[str, object] = {
        "tokens": FactorsOf(
            CallTokens,
            {name: log.record_input(name, count, "token") if count else 0.0 for name, count in tokens.items()},
        )
    }
    is_free = not row["unit_usd"]
    for kind, name in kinds.items():
        fields[f"{kind}_usd"] = 0.0
        if tokens[name]:
            factor = _price(kind, held, is_long, catalog, log)
            is_free &= factor.value == 0
            fields[f"{kind}_usd"] = log.record(factor)
    fields |= _units(request, row, key, catalog, log)
    fields["electricity_usd_per_kwh"] = None if is_free or electricity is None else electricity
    return FactorsOf(CallPrice, fields)


def _units(request: Serving, row: Row, key: tuple[str, ...], catalog: Catalog, log: FactorLog) -> dict[str, object]:
    """What the provider bills besides tokens."""
    unit, price = row["unit"], catalog.factor(PRICES, key, "unit_usd", "unit_usd", f"USD/{row['unit']}")
    if unit is None or price is None:
        if request.units is not None:
            text = f"not allowed with {row['model']}, which {row['provider']} bills by the token"
            raise BadRequestError({"units": text})
        return {"units": 0.0, "unit_usd": 0.0}
    if request.units is None and unit not in PER_REQUEST:
        raise BadRequestError({"units": f"is required: {row['provider']} bills {row['model']} by the {unit}"})
    units = 1.0 if request.units is None else request.units
    return {"units": log.record_input("units", units, unit), "unit_usd": log.record(price)}


def _periods_at(row: Row, key: tuple[str, ...], day: dt.date, catalog: Catalog, log: FactorLog) -> list[_Period]:
    """The period of a day, or the nearest one and its neighbours, with a warning."""
    periods = sorted(_periods(row, key, catalog), key=lambda period: period.first)
    name = f"{row['model']} at {row['provider']}"
    if row["retired_on"] is not None and dt.date.fromisoformat(row["retired_on"]) <= day:
        log.add_warning("model-retired", f"{row['provider']} withdrew {row['model']} on {row['retired_on']}.")
    inside = [period for period in periods if period.distance(day) == 0]
    if inside:
        return inside[-1:]
    nearest = min(periods, key=lambda period: period.distance(day))
    before = [period for period in periods if period.last is not None and period.last < day][-1:]
    after = [period for period in periods if period.first > day][:1]
    known = nearest.last if nearest in before else nearest.first
    text = f"The price of {name} on {day} is not known; that of {known} is used"
    both = before and after
    log.add_warning("price-date", f"{text}, with an interval over those before and after." if both else f"{text}.")
    return [nearest, *(period for period in (*before, *after) if period is not nearest)]


def _periods(row: Row, key: tuple[str, ...], catalog: Catalog) -> Iterator[_Period]:
    seen = dt.date.fromisoformat(row["observed_on"])
    first = next(day for day in (row["valid_from"], row["first_seen"], row["observed_on"]) if day is not None)
    is_listed = seen >= catalog.reference_date
    yield _Period(table=PRICES, row=row, key=key, first=dt.date.fromisoformat(first), last=None if is_listed else seen)
    for since in catalog.group(HISTORY, *key):
        earlier = catalog.row(HISTORY, (*key, since))
        if earlier is not None:
            end = earlier["valid_to"]
            last = dt.date.fromisoformat(earlier["last_seen"])
            if end is not None:
                last = dt.date.fromisoformat(end) - dt.timedelta(days=1)
            start = dt.date.fromisoformat(earlier["valid_from"] or since)
            yield _Period(table=HISTORY, row=earlier, key=(*key, since), first=start, last=last)


def _price(kind: str, held: list[_Period], is_long: bool, catalog: Catalog, log: FactorLog) -> Factor:
    """The price of a kind of tokens in a period, with an interval over neighbours [USD/10^6 tokens]."""
    found = [factor for period in held if (factor := _listed(kind, period, is_long, catalog)) is not None]
    name = f"{kind}_usd_per_million_tokens"
    if not found:
        if kind == "cached_input":
            text = "The price list has no price of cached input tokens; they are charged as input."
            log.add_warning("cached-price-assumed", text)
        return replace(_price(FALLBACKS[kind], held, is_long, catalog, log), name=name)
    if len(found) == 1:
        return found[0]
    low, high = min(factor.low for factor in found), max(factor.high for factor in found)
    # all kinds of tokens change their price on the same day
    return replace(found[0], low=low, high=high, identity=f"{PRICES}/{held[0].key[:3]}/{held[0].first}")


def _listed(kind: str, period: _Period, is_long: bool, catalog: Catalog) -> Factor | None:
    name = f"{kind}_usd_per_million_tokens"
    if is_long and period.table == PRICES:
        factor = catalog.factor(PRICES, period.key, f"long_{name}", name, UNIT) if kind in LONG else None
        if factor is not None:
            return replace(
                factor, locator=f"{factor.locator}, prompts above {period.row['long_prompt_tokens']:g} tokens"
            )
    if period.table == HISTORY and kind == "reasoning_output":
        return None
    return catalog.factor(period.table, period.key, name, name, UNIT)


LONG = ("input", "cached_input", "cache_write", "output")
"""Kinds of tokens whose price depends on the length of the prompt."""
