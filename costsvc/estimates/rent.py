"""What a machine or an accelerator is rented for: whose price, where, of which kind and of which day."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from costsvc.estimates.facts import Facts
from costsvc.estimates.hardware import ANY, Hardware
from costsvc.estimates.site import Setting
from costsvc.estimates.spec import PriceKind
from costsvc.model.uncertainty import Factor
from costsvc.reference.ages import last_day
from costsvc.reference.table import Row

NAME = "usd_per_accelerator_hour"
MACHINES, CHIPS, RATIOS = "instance_prices", "accelerator_prices", "price_ratios"
PRICE = {MACHINES: "usd_per_instance_hour", CHIPS: NAME}
ON_DEMAND: PriceKind = "on-demand"
UNSEEN = 1.15
"""Assumed 90 % spread of a list price on a day on which nobody is known to have seen it."""
LATER = dt.timedelta(days=730)
"""For how long after it was last seen a price still passes for that of the day."""
KEPT = 8192
"""Prices that are kept as they were worked out: placement asks for the same ones thousands of times."""
UNCOMMITTED = "consumer"
"""Segment of parts that nobody reserves for years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be rented.

    Attributes:
        hardware: The machine or the accelerator.
        seller: Whose price, ``*`` where that is open.
        region: The seller's name of the region, ``*`` where that is open or the building is another's.
        kind: On demand, as spot or reserved.
        day: The day.
    """

    hardware: Hardware
    seller: str
    region: str
    kind: PriceKind
    day: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A price that a table has.

    Attributes:
        factor: The price, per accelerator. [USD/h]
        row: Its row.
        timely: Whether it is of the time that was asked for.
    """

    factor: Factor
    row: Row
    timely: bool


def rent(hardware: Hardware, setting: Setting, kind: PriceKind, facts: Facts) -> Factor | None:
    """What is paid for an accelerator-hour [USD/h]; None where nobody is known to sell it so.

    The price is that of the named machine at its seller, then that of its accelerators there, then that of anybody.
    """
    row = setting.place.row
    region = str(row["region"]) if row and setting.seller == setting.place.operator else ANY
    wanted = Wanted(hardware=hardware, seller=setting.seller, region=region, kind=kind, day=setting.date)
    for found in (_of_machine, _of_seller, _of_anybody):
        offer = found(wanted, facts)
        if offer is not None:
            _say_time(offer, wanted, facts)
            return offer.factor
    return None


def _of_machine(wanted: Wanted, facts: Facts) -> Offer | None:
    machine = wanted.hardware
    if machine.instance is None or machine.provider != wanted.seller:
        return None
    return _of_kind(MACHINES, (wanted.seller,), machine.instance.partition(":")[2], wanted, facts)


def _of_seller(wanted: Wanted, facts: Facts) -> Offer | None:
    offer = None if wanted.seller == ANY else _of_kind(CHIPS, (wanted.seller,), wanted.hardware.id, wanted, facts)
    if offer is not None and wanted.hardware.instance is not None:
        text = f"No price of {wanted.hardware.instance} is known; that of its accelerators at {wanted.seller} is taken."
        facts.warn("price-any-size", text)
    return offer


def _of_anybody(wanted: Wanted, facts: Facts) -> Offer | None:
    level = _ratio(wanted.seller, "level", facts)
    offer = _of_kind(CHIPS, (ANY, ANY if level is None else wanted.seller), wanted.hardware.id, wanted, facts)
    if offer is None:
        return None
    whose = "No provider was named" if wanted.seller == ANY else f"{wanted.seller} is not known to sell it so"
    told = "the price is the median over providers"
    if level is not None and offer.row["level"] == 1:
        told = f"{told}, at the level of {wanted.seller}"
        offer = replace(offer, factor=_times(offer.factor, level, "level"))
    facts.warn("price-any-provider", f"{whose}; {told}.")
    return offer


def _of_kind(table: str, sellers: Sequence[str], what: str, wanted: Wanted, facts: Facts) -> Offer | None:
    """A price of the wanted kind, or one on demand times what its seller takes for the kind.

    Args:
        table: Of machines or of chips.
        sellers: Whose price, and, where that is another, whose ratio.
        what: The machine or the chip.
        wanted: What is to be rented.
        facts: The tables; collects what is to be said.
    """
    offer = _best(table, sellers[0], what, wanted.kind, wanted, facts)
    if offer is not None or wanted.kind == ON_DEMAND:
        return offer
    ratio = _ratio(sellers[-1], wanted.kind, facts)
    if wanted.kind != "spot" and wanted.hardware.trait("segment") == UNCOMMITTED:
        return None
    offer = None if ratio is None else _best(table, sellers[0], what, ON_DEMAND, wanted, facts)
    if offer is None or ratio is None:
        return None
    text = f"No {wanted.kind} price is known; it is estimated: {ratio.value:.3g} of on-demand ({ratio.locator})."
    facts.warn("price-estimated", text)
    return replace(offer, factor=_times(offer.factor, ratio, "estimated"))


def _ratio(seller: str, kind: str, facts: Facts) -> Factor | None:
    return facts.catalog.factor(RATIOS, (seller, kind), "ratio", f"{kind}_price_ratio", "1")


@lru_cache(maxsize=KEPT)
def _times(price: Factor, ratio: Factor, told: str) -> Factor:
    """A price times a ratio; the widths of the two add up as those of independent factors."""
    value = price.value * ratio.value
    down = math.hypot(math.log(price.value / price.low), math.log(ratio.value / ratio.low))
    up = math.hypot(math.log(price.high / price.value), math.log(ratio.high / ratio.value))
    return replace(
        price,
        value=value,
        low=value / math.exp(down),
        high=value * math.exp(up),
        identity=f"{price.identity} x {ratio.identity}",
        locator=f"{told} {ratio.value:.3g} ({ratio.locator}); {price.locator}",
    )


def _best(table: str, seller: str, what: str, kind: PriceKind, wanted: Wanted, facts: Facts) -> Offer | None:
    """The price of the region or, of the same time rather than of another, that of any region of the seller."""
    offers = [
        _in_force(table, (seller, where, what, kind), wanted, facts) for where in dict.fromkeys((wanted.region, ANY))
    ]
    known = [offer for offer in offers if offer is not None]
    offer = next((one for one in known if one.timely), known[0] if known else None)
    if offer is not None and seller != ANY and offer.row["region"] == ANY and offer.row["quality"] == "derived":
        where = "No region was named" if wanted.region == ANY else f"No price of {seller} is known for {wanted.region}"
        facts.warn("price-any-region", f"{where}; its median over regions is taken.")
    return offer


def _in_force(table: str, key: tuple[str, ...], wanted: Wanted, facts: Facts) -> Offer | None:
    """The last price that began by the day, else the first one."""
    day = wanted.day.isoformat()
    begun = sorted(facts.catalog.group(table, *key))
    if not begun:
        return None
    valid_from = max((first for first in begun if first <= day), default=begun[0])
    row = facts.catalog.row(table, (*key, valid_from))
    factor = facts.catalog.factor(table, (*key, valid_from), PRICE[table], NAME, "USD/h")
    if row is None or factor is None:
        raise LookupError(f"{table} has no price for {key}")
    if table == MACHINES:
        factor = _per_accelerator(factor, wanted.hardware.per_instance)
    if not valid_from <= day <= _end(row):
        factor = _unseen(factor)
    return Offer(factor=factor, row=row, timely=_timely(row, wanted.day))


@lru_cache(maxsize=KEPT)
def _unseen(factor: Factor) -> Factor:
    return replace(factor, low=min(factor.low, factor.value / UNSEEN), high=max(factor.high, factor.value * UNSEEN))


@lru_cache(maxsize=KEPT)
def _per_accelerator(factor: Factor, accelerators: float) -> Factor:
    value, low, high = (number / accelerators for number in (factor.value, factor.low, factor.high))
    return replace(factor, value=value, low=low, high=high)


def _end(row: Row) -> str:
    return str(row["valid_to"] or row["observed_on"])


def _timely(row: Row, day: dt.date) -> bool:
    """Whether a price is of the year of a day, or was seen not long before it."""
    if day.year < int(row["valid_from"][:4]):
        return False
    if row["valid_to"]:
        return day <= dt.date.fromisoformat(row["valid_to"])
    return day - last_day(row["observed_on"]) <= LATER


def _say_time(offer: Offer, wanted: Wanted, facts: Facts) -> None:
    if not offer.timely:
        seen = max(offer.row["valid_from"], min(_end(offer.row), wanted.day.isoformat()))
        facts.warn("price-year", f"The price is of {seen}, not of {wanted.day}: none of that time is known.")
