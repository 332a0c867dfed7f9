"""A charge of a FOCUS bill: its cloud, region and kind of price."""

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from costsvc.reference.names import normal
from costsvc.reference.place_patterns import PROVIDERS

Charge: TypeAlias = Mapping[str, str]
"""The names and choices of a charge by column; a column that is empty is not in it."""

COMPANY = re.compile(r"(?:,? +(?:inc|llc|ltd|limited|corp|corporation|pbc|gmbh|emea sarl)\b\.?)+$", re.IGNORECASE)
"""Legal forms after the names of companies."""
HOSTS = ("HostProviderName", "ProviderName", "ServiceProviderName", "PublisherName", "InvoiceIssuerName")
"""Columns that name who operates the machines, the most direct one first."""
NO_PLACE = frozenset({"global", "any", "unknown", "unassigned", "intercontinental"})
GROUPS = frozenset({"us", "eu", "asia", "europe"})
"""Groups of regions, which belong to no cloud."""
THREE_YEARS = re.compile(r"\b(?:3|three)[ -]?y(?:r|rs|ear|ears)?\b|^P3Y$|^36$", re.IGNORECASE)
TERMS = ("x_SkuTerm", "CommitmentDiscountName", "CommitmentDiscountType", "SkuPriceId")
"""Columns that may have the term of a commitment."""


def first(charge: Charge, columns: Iterable[str]) -> tuple[str, str] | None:
    """The first of some columns that a charge has, with its text."""
    return next(((column, charge[column]) for column in columns if column in charge), None)


def cloud(charge: Charge) -> str | None:
    """Our id of the cloud whose machines a charge is about, None if no column names a known cloud."""
    names = (charge[column] for column in HOSTS if column in charge)
    return next((PROVIDERS[name] for name in map(_company, names) if name in PROVIDERS), None)


def region(charge: Charge) -> str | None:
    """The region of a charge as the tables write it: ``azure:eastus``; None for a global service."""
    name = charge.get("RegionId")
    if name is None or name.casefold() in NO_PLACE:
        return None
    operator = cloud(charge)
    return name if operator is None or name.casefold() in GROUPS else f"{operator}:{name}"


def price_kind(charge: Charge) -> str | None:
    """The kind of price of the machine of a charge, None if the bill does not say it."""
    category = charge.get("PricingCategory", "").casefold()
    if category == "dynamic":
        return "spot"
    if category.startswith("commit") or "CommitmentDiscountStatus" in charge:
        return "reserved-3y" if any(THREE_YEARS.search(charge.get(term, "")) for term in TERMS) else "reserved-1y"
    return "on-demand" if category in ("standard", "on-demand") else None


def seller(text: str) -> str:
    """The name of a company without its legal form."""
    return COMPANY.sub("", text)


def _company(name: str) -> str:
    return normal(seller(name))
