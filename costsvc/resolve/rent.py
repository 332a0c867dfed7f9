"""Resolve the rental price of a machine or accelerator: by seller, region, kind of price and day."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from costsvc.model.uncertainty import Factor
from costsvc.reference.ages import last_day
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row
from costsvc.requests.workloads import ON_DEMAND, PriceKind
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ANY, ResolvedMachine
from costsvc.resolve.site import ResolvedSite

NAME = "usd_per_accelerator_hour"
MACHINES, CHIPS, RATIOS = "instance_prices", "accelerator_prices", "price_ratios"
SOLD = ("provider", "accelerator_id")
PRICE = {MACHINES: "usd_per_instance_hour", CHIPS: NAME}
OTHER_REGION = "price-any-region"
UNSEEN = 1.15
"""Assumed 90 % spread of a list price on a day for which there is no observation."""
LATER = dt.timedelta(days=730)
"""Time after its last observation during which a price counts as current."""
KEPT = 8192
"""Prices that are kept as they were worked out: placement asks for the same ones thousands of times."""
UNCOMMITTED = {"consumer", "desktop", "laptop", "board"}
"""Segments without committed-use prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The price that is looked up.

    Attributes:
        machine: The machine or the accelerator.
        seller: The seller, ``*`` if open.
        region: The seller's name of the region, ``*`` if open or if the building is not the seller's.
        kind: On-demand, spot or reserved.
        day: The day.
    """

    machine: ResolvedMachine
    seller: str
    region: str
    kind: PriceKind
    day: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A price from a table.

    Attributes:
        factor: The price, per accelerator. [USD/h]
        row: Its row.
        timely: Whether it is current on the wanted day.
        notes: Warnings by code.
    """

    factor: Factor
    row: Row
    timely: bool
    notes: Mapping[str, str] = field(default_factory=dict)

    def noted(self, code: str, message: str) -> "Offer":
        """The same with one more warning."""
        return replace(self, notes={**self.notes, code: message})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rent:
    """Rental price of an accelerator-hour.

    Attributes:
        factor: The price; None if not known. [USD/h]
        log: Its warnings.
    """

    factor: Factor | None
    log: FactorLog


def resolve_rent(machine: ResolvedMachine, site: ResolvedSite, kind: PriceKind, catalog: Catalog) -> Rent:
    """Resolve the rental price of an accelerator-hour in a place.

    The price is that of the named machine at its seller, else that of its accelerators there, else that of any seller.

    Args:
        machine: The machine or the accelerator.
        site: The place, with seller and day.
        kind: On-demand, spot or reserved.
        catalog: The tables.
    """
    rent: Rent = catalog.memos[find_rent](wanted_price(machine, site, kind, catalog))
    return rent


def wanted_price(machine: ResolvedMachine, site: ResolvedSite, kind: PriceKind, catalog: Catalog) -> Wanted:
    """The price that is looked up for a machine in a place.

    It has the region only if the seller has the machine: the price of another seller is the same in all regions.

    Args:
        machine: The machine or the accelerator.
        site: The place, with seller and day.
        kind: On-demand, spot or reserved.
        catalog: The tables.
    """
    sells = machine.instance is not None or (site.seller, machine.id) in catalog.rows_by(CHIPS, *SOLD)
    region = price_region(site) if sells else ANY
    return Wanted(machine=machine, seller=site.seller, region=region, kind=kind, day=site.date)


def price_region(site: ResolvedSite) -> str:
    """The seller's name of the region of a place, ``*`` if the building is another's."""
    row = site.place.row
    return str(row["region"]) if row and site.seller == site.place.operator else ANY


def find_rent(catalog: Catalog, wanted: Wanted) -> Rent:
    """The rental price of an accelerator-hour, for ``catalog.memos``.

    Args:
        catalog: The tables.
        wanted: The price that is looked up.
    """
    log = FactorLog()
    for find in (_of_machine, _of_seller, _of_anybody):
        offer = find(wanted, catalog)
        if offer is not None:
            for code, message in offer.notes.items():
                log.add_warning(code, message)
            _warn_of_time(offer, wanted, log)
            return Rent(factor=log.record(offer.factor), log=log)
    return Rent(factor=None, log=log)


def _of_machine(wanted: Wanted, catalog: Catalog) -> Offer | None:
    machine = wanted.machine
    if machine.instance is None or machine.provider != wanted.seller:
        return None
    return _of_kind(MACHINES, (wanted.seller,), machine.instance.partition(":")[2], wanted, catalog)


def _of_seller(wanted: Wanted, catalog: Catalog) -> Offer | None:
    offer = None if wanted.seller == ANY else _of_kind(CHIPS, (wanted.seller,), wanted.machine.id, wanted, catalog)
    if offer is None or wanted.machine.instance is None:
        return offer
    text = f"No price of {wanted.machine.instance} is known; that of its accelerators at {wanted.seller} is used."
    return offer.noted("price-any-size", text)


def _of_anybody(wanted: Wanted, catalog: Catalog) -> Offer | None:
    level = _ratio(wanted.seller, "level", catalog)
    offer = _of_kind(CHIPS, (ANY, ANY if level is None else wanted.seller), wanted.machine.id, wanted, catalog)
    if offer is None:
        return None
    reason = "No provider was named" if wanted.seller == ANY else f"No such price of {wanted.seller} is known"
    text = "the median over providers is used"
    if level is not None and offer.row["level"] == 1:
        text = f"{text}, at the price level of {wanted.seller}"
        offer = replace(offer, factor=_times(offer.factor, level, "level"))
    return offer.noted("price-any-provider", f"{reason}; {text}.")


def _of_kind(table: str, sellers: Sequence[str], what: str, wanted: Wanted, catalog: Catalog) -> Offer | None:
    """A price of the wanted kind or, if none is current, the on-demand price times the seller's ratio.

    Args:
        table: Prices of machines or of chips.
        sellers: The seller of the price and, if different, the seller of the ratio.
        what: The machine or the chip.
        wanted: The price that is looked up.
        catalog: The tables.
    """
    listed = _best(table, sellers[0], what, wanted.kind, wanted, catalog)
    if wanted.kind == ON_DEMAND or (listed is not None and listed.timely):
        return listed
    estimated = _estimated(table, sellers, what, wanted, catalog)
    return estimated if listed is None or (estimated is not None and estimated.timely) else listed


def _estimated(table: str, sellers: Sequence[str], what: str, wanted: Wanted, catalog: Catalog) -> Offer | None:
    ratio = _ratio(sellers[-1], wanted.kind, catalog)
    if ratio is None or (wanted.kind != "spot" and wanted.machine.trait("segment") in UNCOMMITTED):
        return None
    offer = _best(table, sellers[0], what, ON_DEMAND, wanted, catalog)
    if offer is None:
        return None
    text = f"No {wanted.kind} price is known; {ratio.value:.3g} of the on-demand price is used ({ratio.locator})."
    return replace(offer, factor=_times(offer.factor, ratio, "estimated")).noted("price-estimated", text)


def _ratio(seller: str, kind: str, catalog: Catalog, region: str = ANY) -> Factor | None:
    return catalog.factor(RATIOS, (seller, region, kind), "ratio", f"{kind}_price_ratio", "1")


@lru_cache(maxsize=KEPT)
def _times(price: Factor, ratio: Factor, label: str) -> Factor:
    """A price times a ratio; their widths add up as those of independent factors."""
    value = price.value * ratio.value
    down = math.hypot(math.log(price.value / price.low), math.log(ratio.value / ratio.low))
    up = math.hypot(math.log(price.high / price.value), math.log(ratio.high / ratio.value))
    return replace(
        price,
        value=value,
        low=value / math.exp(down),
        high=value * math.exp(up),
        identity=f"{price.identity} x {ratio.identity}",
        locator=f"{label} {ratio.value:.3g} ({ratio.locator}); {price.locator}",
    )


def _best(table: str, seller: str, what: str, kind: PriceKind, wanted: Wanted, catalog: Catalog) -> Offer | None:
    """The current price of the region, else that of the seller's other regions, else an older one of the region."""
    offer = _in_force(table, (seller, wanted.region, what, kind), wanted, catalog)
    if offer is not None and offer.timely:
        return offer if wanted.region != ANY else _anywhere(offer, seller, wanted)
    for other in (_as_at_home, _in_any_region):
        found = other(table, seller, what, kind, wanted, catalog)
        if found is not None and (offer is None or found.timely):
            return found
    return offer


def _as_at_home(table: str, seller: str, what: str, kind: PriceKind, wanted: Wanted, catalog: Catalog) -> Offer | None:
    """The on-demand price of the seller's home region at the level of the region."""
    level = _ratio(seller, "level", catalog, wanted.region) if kind == ON_DEMAND and wanted.region != ANY else None
    row = catalog.row(RATIOS, (seller, wanted.region, "level"))
    if level is None or row is None:
        return None
    home = row["of_region"]
    offer = _in_force(table, (seller, home, what, kind), wanted, catalog)
    if offer is None:
        return None
    text = f"No price of {seller} is known for {wanted.region}; {level.value:.3g} times that of {home} is used."
    return replace(offer, factor=_times(offer.factor, level, "level of the region")).noted(OTHER_REGION, text)


def _in_any_region(
    table: str, seller: str, what: str, kind: PriceKind, wanted: Wanted, catalog: Catalog
) -> Offer | None:
    offer = _in_force(table, (seller, ANY, what, kind), wanted, catalog)
    return None if offer is None else _anywhere(offer, seller, wanted)


def _anywhere(offer: Offer, seller: str, wanted: Wanted) -> Offer:
    """A price of any region, with a warning if it is a median over regions."""
    if seller == ANY or offer.row["quality"] != "derived":
        return offer
    where = "No region was named" if wanted.region == ANY else f"No price of {seller} is known for {wanted.region}"
    return offer.noted(OTHER_REGION, f"{where}; the median over regions is used.")


def _in_force(table: str, key: tuple[str, ...], wanted: Wanted, catalog: Catalog) -> Offer | None:
    """The last price whose validity begins by the day, else the first one."""
    day = wanted.day.isoformat()
    begun = sorted(catalog.group(table, *key))
    if not begun:
        return None
    valid_from = max((first for first in begun if first <= day), default=begun[0])
    row = catalog.row(table, (*key, valid_from))
    factor = catalog.factor(table, (*key, valid_from), PRICE[table], NAME, "USD/h")
    if row is None or factor is None:
        raise LookupError(f"{table} has no price for {key}")
    if table == MACHINES:
        factor = _per_accelerator(factor, wanted.machine.per_instance)
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
    """Whether a price is current on a day: not of a later year, and observed not long before."""
    if day.year < int(row["valid_from"][:4]):
        return False
    if row["valid_to"]:
        return day <= dt.date.fromisoformat(row["valid_to"])
    return day - last_day(row["observed_on"]) <= LATER


def _warn_of_time(offer: Offer, wanted: Wanted, log: FactorLog) -> None:
    if not offer.timely:
        seen = max(offer.row["valid_from"], min(_end(offer.row), wanted.day.isoformat()))
        log.add_warning("price-year", f"The price is of {seen}, because none of {wanted.day} is known.")
