"""Fields of the place and the price, the same for every workload."""

from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.estimates.spec import OWNED, Contract, PriceKind, Pricing, Site
from costsvc.reference.grid import Scope
from costsvc.web.fields import Choice, Day, Name, Number, Object, WholeNumber
from costsvc.web.request_schema import Request, raise_if, refuse

OWNED_ONLY = (
    "electricity_usd_per_kwh",
    "purchase_usd_per_accelerator",
    "utilization",
    "age_years",
    "facility_usd_per_kwh",
)
SITE = (
    "region",
    "year",
    "date",
    "pue",
    "wue_l_per_kwh",
    "grid_g_per_kwh",
    "scope",
    "grid_losses",
    "contract",
    "pricing",
)


class ContractSchema(Request):
    """Electricity bought by contract."""

    share = Number(limits.SHARE, "Share of the electricity that the contract covers", required=True)
    g_per_kwh = Number(limits.G_PER_KWH, "CO2e of the contracted electricity", required=True)
    residual_g_per_kwh = Number(limits.G_PER_KWH, "CO2e of the residual mix, for what the contract leaves open")

    @ma.validates_schema
    def _effect(self, data: dict[str, Any], **_: Any) -> None:
        if data["share"] == 1:
            raise_if(refuse(data, ["residual_g_per_kwh"], "where the contract covers everything"))


class PricingSchema(Request):
    """What is paid and to whom."""

    kind = Choice(get_args(PriceKind), "Rented on demand (default), as spot or reserved, or owned")
    provider = Name("Whose price; left out: the region's provider, else the median over providers", "aws")
    usd_per_accelerator_hour = Number(limits.USD_PER_HOUR, "Rent of one accelerator, in place of the table's")
    electricity_usd_per_kwh = Number(limits.USD_PER_KWH, "Price of electricity, for owned hardware")
    purchase_usd_per_accelerator = Number(
        limits.PURCHASE_USD, "Purchase price with the share of server and network, for owned hardware"
    )
    utilization = Number(limits.UTILIZATION, "Share of its time in which owned hardware works")
    age_years = Number(limits.AGE_YEARS, "Age of owned hardware at the run")
    facility_usd_per_kwh = Number(limits.USD_PER_KWH, "Rate of the building, for owned hardware")

    @ma.validates_schema
    def _effect(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("kind") == OWNED:
            raise_if(refuse(data, ["usd_per_accelerator_hour"], "on owned hardware; it is a rent"))
        else:
            raise_if(refuse(data, OWNED_ONLY, "on rented hardware; set pricing.kind to owned"))


class SiteSchema(Request):
    """Where a workload runs."""

    region = Name(
        "Cloud region (aws:us-east-1), country (USA, US), subdivision (US-VA), grid zone (em:US-MIDA-PJM) or world",
        "aws:us-east-1",
    )
    year = WholeNumber(
        limits.YEAR, "Year of annual figures such as the grid; left out: that of date, else the last whole one"
    )
    date = Day("Day of the prices; left out: the end of year, else the reference date of the tables", "2026-11-26")
    pue = Number(limits.PUE, "Power usage effectiveness of the building, in place of the table's")
    wue_l_per_kwh = Number(limits.WUE_L_PER_KWH, "Water usage effectiveness of the site, in place of the table's")
    grid_g_per_kwh = Number(limits.G_PER_KWH, "Average intensity of the grid, in place of the table's")
    scope = Choice(get_args(Scope), "Life-cycle (default) or direct emissions of the grid")
    grid_losses = Number(limits.GRID_LOSSES, "Share lost between power plant and meter; default 0")
    contract = Object(ContractSchema, "Electricity bought by contract, for market_kg")
    pricing = Object(PricingSchema, "What is paid and to whom")


def site(data: dict[str, Any]) -> Site:
    """The site of a request's fields."""
    given = {name: data[name] for name in SITE if name in data}
    if "contract" in given:
        given["contract"] = Contract(**given["contract"])
    if "pricing" in given:
        given["pricing"] = Pricing(**given["pricing"])
    return Site(**given)
