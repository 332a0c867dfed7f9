"""Fields of the machine, the model, the place and the price, the same for every workload."""

from typing import Any, get_args

import marshmallow as ma

from costsvc import limits
from costsvc.requests.workloads import OWNED, Contract, Machine, Precision, PriceKind, Pricing, Scope, Site, Subject
from costsvc.schemas.fields import (
    Choice,
    Day,
    KnownName,
    Name,
    Number,
    Object,
    Request,
    WholeNumber,
    checks_together,
    raise_if,
    refuse,
)

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

    share = Number(limits.SHARE, "Share of the electricity covered by the contract", required=True)
    g_per_kwh = Number(limits.G_PER_KWH, "CO2e of the contracted electricity", required=True)
    residual_g_per_kwh = Number(
        limits.G_PER_KWH, "CO2e of the residual mix, for electricity not covered by the contract"
    )

    @ma.validates_schema
    def _effect(self, data: dict[str, Any], **_: Any) -> None:
        if data["share"] == 1:
            raise_if(refuse(data, ["residual_g_per_kwh"], "together with share 1, which leaves no residual"))


class PricingSchema(Request):
    """Price and seller."""

    kind = Choice(get_args(PriceKind), "On demand (default), spot, reserved or owned")
    provider = KnownName("seller", "Seller; default: the region's provider, else the median over providers", "aws")
    usd_per_accelerator_hour = Number(limits.USD_PER_HOUR, "Rental price of one accelerator, in place of the table's")
    electricity_usd_per_kwh = Number(limits.USD_PER_KWH, "Price of electricity, for owned hardware")
    purchase_usd_per_accelerator = Number(
        limits.PURCHASE_USD, "Purchase price with its share of server and network, for owned hardware"
    )
    utilization = Number(limits.UTILIZATION, "Utilization of owned hardware over its service life")
    age_years = Number(limits.AGE_YEARS, "Age of owned hardware at the time of the run")
    facility_usd_per_kwh = Number(limits.USD_PER_KWH, "Cost of the building, for owned hardware")

    @checks_together
    def _effect(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("kind") == OWNED:
            raise_if(refuse(data, ["usd_per_accelerator_hour"], "together with kind owned; it is a rental price"))
        else:
            raise_if(refuse(data, OWNED_ONLY, "for rented hardware; set pricing.kind to owned"))


class SiteSchema(Request):
    """Where a workload runs."""

    region = KnownName(
        "region",
        "Cloud region (aws:us-east-1, East US), country (USA, US), subdivision (US-VA), grid zone (em:US-MIDA-PJM), "
        "city (Paris), continent or world; the warning region-name says what was read in a name",
        "aws:us-east-1",
    )
    year = WholeNumber(
        limits.YEAR, "Year of annual data such as the grid; default: the year of date, else the last full year"
    )
    date = Day("Date of the prices; default: the end of year, else the reference date of the tables", "2026-11-26")
    pue = Number(limits.PUE, "Power usage effectiveness of the building, in place of the table's value")
    wue_l_per_kwh = Number(limits.WUE_L_PER_KWH, "Water usage effectiveness of the site, in place of the table's value")
    grid_g_per_kwh = Number(limits.G_PER_KWH, "Average intensity of the grid, in place of the table's value")
    scope = Choice(get_args(Scope), "Life-cycle (default) or direct emissions of the grid")
    grid_losses = Number(limits.GRID_LOSSES, "Transmission and distribution losses as a share; default 0")
    contract = Object(ContractSchema, "Electricity bought by contract, for market_kg")
    pricing = Object(PricingSchema, "Price and seller")


def site(data: dict[str, Any]) -> Site:
    """The site that a request describes."""
    given = {name: data[name] for name in SITE if name in data}
    if "contract" in given:
        given["contract"] = Contract(**given["contract"])
    if "pricing" in given:
        given["pricing"] = Pricing(**given["pricing"])
    return Site(**given)


SUBJECT = ("model", "total_params_b", "active_params_b")
ACCELERATOR = "Accelerator: id, alias, or a name as drivers, schedulers and clouds write it, with count or MIG profile"
ACCELERATORS = "Number of accelerators, below 1 for a share of one; default: the number that the name says"
CORES = "Number of processor cores, in place of accelerators, which counts sockets"


class MachineSchema(SiteSchema):
    """Machine that a workload runs on."""

    accelerator = KnownName("accelerator", ACCELERATOR, "h100")
    accelerators = Number(limits.ACCELERATORS, ACCELERATORS)
    accelerator_power_w = Number(limits.POWER_W, "Measured mean power of one accelerator")
    precision = Choice(get_args(Precision), "Number format; default: bf16 if the accelerator supports it")


class SubjectSchema(Request):
    """Model of a workload."""

    model = Name("Model of the table; or give its parameter counts", "llama-3.1-8b")
    total_params_b = Number(limits.PARAMS_B, "Total number of parameters")
    active_params_b = Number(limits.PARAMS_B, "Parameters active per token; default: all")


def described(data: dict[str, Any], machine: tuple[str, ...], others: tuple[str, ...]) -> dict[str, Any]:
    """Machine, model and place of a workload as the domain takes them, and further fields as they are.

    Args:
        data: The request.
        machine: The fields that describe its machine.
        others: Further fields, left out if they are not given.
    """
    return {
        "machine": Machine(**chosen(data, machine)),
        "subject": Subject(**chosen(data, SUBJECT)),
        "site": site(data),
        **chosen(data, others),
    }


def chosen(data: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Some fields, without those that are not given."""
    return {name: data[name] for name in names if name in data}


def workload_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    """Errors in the fields of the machine and of the model."""
    return machine_errors(data) | subject_errors(data)


def machine_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    """Errors in the fields of the machine."""
    if data.get("accelerator") is None and data.get("instance") is None:
        return {"accelerator": ["accelerator or instance is required"]}
    if data.get("instance") is None:
        errors = refuse(data, ["instances"], "without instance; accelerators is the number of accelerators")
        return errors | (refuse(data, ["accelerators"], "together with cores") if data.get("cores") is not None else {})
    errors = refuse(data, ["accelerator", "cores"], "together with instance, which already names the accelerator")
    return errors | refuse(data, ["accelerators"], "together with instance; instances is the number of instances")


def subject_errors(data: dict[str, Any]) -> dict[str, list[str]]:
    """Errors in the fields of the model."""
    total, active = data.get("total_params_b"), data.get("active_params_b")
    if data.get("model") is not None:
        return refuse(
            data, ["total_params_b", "active_params_b"], "together with model, whose parameter counts are known"
        )
    if active is not None and total is None:
        return {"total_params_b": ["is required together with active_params_b"]}
    if active is not None and active > (total or 0):
        return {"active_params_b": [f"must not exceed total_params_b ({total:g}), got {active:g}"]}
    return {}
