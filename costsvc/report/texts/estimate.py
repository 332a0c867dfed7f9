"""The citation of an estimate: one training run, or requests to a model."""

from collections.abc import Mapping

from costsvc.answers.estimate import Estimate, InferenceEstimate, PhaseName
from costsvc.answers.explanation import FactorAnswer
from costsvc.answers.request_body import RequestBody
from costsvc.model.quantities import divide_quantity
from costsvc.report import numbers
from costsvc.report.answers import AnyEstimate, Request, central_value, read_request, stated_request, used_phases
from costsvc.report.labels import METRIC_OF_TOTAL, SCOPES
from costsvc.report.texts import phrases
from costsvc.report.texts.export import Citation, ExportInput, References, citation, identity, short_reason
from costsvc.units import J_PER_KWH

INTERVALS = "Ranges in parentheses are 90 % intervals."
PHASES: Mapping[PhaseName, str] = {
    "final": "the final run",
    "development": "development",
    "failed": "failed runs",
    "retraining": "retraining",
}
EXPLAINED = ("total_kg", "energy_kwh")
"""The totals whose main driver is named, the first one that has drivers."""
MAIN_INPUTS: Mapping[str, str] = {
    "accelerator_power_w": "W",
    "it_power_w": "W",
    "accelerator_tdp_w": "W",
    "power_fraction": "",
    "mfu": "",
    "measured_slowness": "",
    "batch_size": "",
    "pue": "",
    "grid_g_per_kwh": "g CO₂e/kWh",
    "usd_per_accelerator_hour": "USD",
}
"""The factors that a paragraph lists, with their units, in the order of the formulas."""
IN_NOTES = {"longest_run_days"}
"""Defaults whose effect is in a note."""
UNITS: Mapping[str, str] = {"1": "", "year": "years", "1/year": "per year"}
"""Units of factors that a sentence writes in another way."""
BOUNDARY = (
    "The boundary includes the servers and the network between them, their share of the building's cooling and power "
    "supply, and the manufacture of servers and accelerators; it excludes storage, networks beyond the site, buildings "
    "and staff."
)


def estimate(export: ExportInput) -> Citation:
    """Compose the citation of a training or an inference estimate."""
    answer, references = export.estimate, References.of(export.answer)
    sentences = [
        _training(answer) if export.kind == "training" else _serving(answer),
        _carbon(answer),
        _market(answer),
        _water_and_cost(answer),
        _per_request(answer) if "per_request" in answer else "",
        INTERVALS,
        _inputs(export, references),
        _defaults(export, references),
        BOUNDARY,
        _driver(answer),
        identity(answer),
    ]
    return citation(sentences, answer, references)


def _training(answer: AnyEstimate) -> str:
    request = stated_request(answer)
    place = phrases.place_of(answer, request)
    if answer["accelerator_hours"] is None:
        return (
            f"{phrases.training(request)} {place} was measured to use {numbers.energy(answer['energy_kwh'])} of"
            " electricity at the building's meter."
        )
    return (
        f"{phrases.training(request)} on {phrases.hardware(request)} {place} is estimated to take "
        f"{_hours(answer)} and to use {numbers.energy(answer['energy_kwh'])} of electricity at the building's meter."
    )


def _hours(answer: AnyEstimate) -> str:
    hours = f"{numbers.count(answer['accelerator_hours'])} accelerator-hours"
    phases = used_phases(answer)
    if len(phases) <= 1:
        return f"{hours} in the final run alone" if phases else hours
    amounts = [f"{numbers.count(central_value(phase['hours']))} in {PHASES[phase['name']]}" for phase in phases]
    return f"{hours}, {phrases.enumeration(amounts)},"


def _serving(answer: Estimate) -> str:
    request = stated_request(answer)
    place = phrases.place_of(answer, request)
    return (
        f"{phrases.serving(request)} on {phrases.hardware(request)} {place}{_load(request)} is estimated to take "
        f"{numbers.count(answer['accelerator_hours'])} accelerator-hours and to use "
        f"{numbers.energy(answer['energy_kwh'])} of electricity at the building's meter."
    )


def _load(request: Request) -> str:
    if "requests_per_s" in request:
        return f" at {numbers.exact(request['requests_per_s'])} requests per second"
    batch = request.get("batch_size")
    if batch is None:
        return ""
    return " one request at a time" if batch == 1 else f" with {numbers.exact(batch)} concurrent requests"


def _carbon(answer: Estimate) -> str:
    carbon = answer["carbon"]
    embodied, hours = numbers.carbon(carbon["embodied_kg"]), "embodied in the hardware, by hours of use"
    if carbon["total_kg"] is None:
        reason = short_reason(answer, "carbon.location_kg", "carbon.total_kg")
        known = f"; {embodied} is {hours}" if carbon["embodied_kg"] else ""
        return f"CO₂e of the electricity is not known{phrases.because(reason)}{known}."
    basis = carbon["basis"]["location"]
    scope = SCOPES[basis["scope"]] if basis else ""
    if carbon["embodied_kg"] is None:
        return (
            f"This causes {numbers.carbon(carbon['location_kg'])} of CO₂e (location-based, {scope}), without the"
            " manufacture of the hardware."
        )
    return (
        f"This causes {numbers.carbon(carbon['total_kg'])} of CO₂e: {numbers.carbon(carbon['location_kg'])} from "
        f"the electricity (location-based, {scope}) and {embodied} {hours}."
    )


def _market(answer: Estimate) -> str:
    market = answer["carbon"]["market_kg"]
    if market is None:
        reason = short_reason(answer, "carbon.market_kg")
        return f"A market-based figure is not available{phrases.because(reason)}."
    return f"The market-based figure for the electricity is {numbers.carbon(market)}."


def _water_and_cost(answer: Estimate) -> str:
    water, cost = numbers.water(answer["water"]["total_l"]), answer["cost"]["total_usd"]
    paid = f"the cost is {numbers.money(cost)}, {_payment(answer)}" if cost else "the cost is not known"
    return f"Water consumption, on site and at power plants, is {water}; {paid}."


def _payment(answer: Estimate) -> str:
    request = read_request(answer["request"])
    if "provider" in request:
        return "at the provider's list price"
    if answer["cost"]["rental_usd"] is None:
        return "for hardware, electricity and facility"
    kind = request.get("pricing", {}).get("kind", "on-demand")
    return f"as rent at {phrases.one_line(kind)} prices"


def _per_request(answer: InferenceEstimate) -> str:
    each = answer["per_request"]
    energy = divide_quantity(each["energy_j"], J_PER_KWH) if each["energy_j"] else None
    carbon = f" and {numbers.text(each['carbon_g'], 'carbon_g')} of CO₂e" if each["carbon_g"] else ""
    return f"Per request this is {numbers.energy(energy)} of electricity{carbon}."


def _inputs(export: ExportInput, references: References) -> str:
    factors = {factor["name"]: factor for factor in export.estimate["factors"]}
    inputs = [_factor(factors[name], unit, export, references) for name, unit in MAIN_INPUTS.items() if name in factors]
    return f"Main inputs: {'; '.join(inputs)}." if inputs else ""


def _factor(factor: FactorAnswer, unit: str, export: ExportInput, references: References) -> str:
    formatted = numbers.money(factor) if unit == "USD" else numbers.count(factor)
    head, bracket, interval = formatted.partition(" (")
    year = f" in {factor['year']}" if factor["name"] == "grid_g_per_kwh" and factor["year"] else ""
    given = ", as given" if _is_given(factor["name"], export.body) else ""
    value = head if unit in ("", "USD") else f"{head} {unit}"
    mark = references.mark(factor["source_id"])
    return f"{phrases.factor(factor['name'])} {value}{bracket}{interval}{year}{given}{mark}"


def _is_given(field: str, body: RequestBody) -> bool:
    """Whether the request as posted has a field; the normalised one also has assumed values."""
    return field in body or any(field in inner for inner in body.values() if isinstance(inner, dict))


def _defaults(export: ExportInput, references: References) -> str:
    defaults = [
        factor
        for factor in export.estimate["factors"]
        if factor["origin"] == "default" and factor["name"] not in IN_NOTES
    ]
    formatted = [_factor(factor, _unit(factor), export, references) for factor in defaults]
    return f"Defaults: {'; '.join(formatted)}." if formatted else ""


def _unit(factor: FactorAnswer) -> str:
    unit = phrases.one_line(factor["unit"])
    return UNITS.get(unit, unit)


def _driver(answer: Estimate) -> str:
    for total in EXPLAINED:
        drivers = answer["drivers"].get(total)
        if drivers:
            metric, share = phrases.METRICS[METRIC_OF_TOTAL[total]], numbers.percent(drivers[0]["share"])
            factor = phrases.factor(drivers[0]["name"]).removeprefix("the ")
            return f"The width of the {metric} interval comes mainly from the {factor} ({share})."
    return ""
