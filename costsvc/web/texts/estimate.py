"""The paragraph of an estimate: one training run, or requests to a model."""

from collections.abc import Mapping

from costsvc.estimates.answer import Plain
from costsvc.units import J_PER_KWH
from costsvc.web import numbers
from costsvc.web.texts import words
from costsvc.web.texts.taken import Citation, References, Taken, citation, identity, reason

SCOPES: Mapping[str, str] = {
    "lifecycle": "life-cycle emission factors",
    "direct": "direct emissions of power plants only",
}
PHASES: Mapping[str, str] = {
    "final": "the final run",
    "development": "development",
    "failed": "failed runs",
    "retraining": "retraining",
}
DRIVEN = (("total_kg", "CO₂e"), ("energy_kwh", "electricity"))
"""Whose width is explained: the first of these totals that has one."""
MAIN: Mapping[str, str] = {
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
"""The factors that a reader asks for first, with their unit, in the order of the formulas."""
NO_CHOICE = {"longest_run_days"}
"""Defaults whose effect a note tells."""
BOUNDARY = (
    "The boundary holds the servers and the network between them, their share of the building's cooling and power "
    "supply, and the manufacture of servers and accelerators; storage, networks beyond the site, buildings and "
    "staff are outside it."
)


def estimate(taken: Taken) -> Citation:
    """The citation of a training or an inference estimate."""
    answer, references = taken.answer, References.of(taken.answer)
    said = [
        _training(answer) if taken.kind == "training" else _serving(answer),
        _carbon(answer),
        _market(answer),
        _water_and_cost(answer),
        "" if taken.kind == "training" else _per_request(answer),
        "Ranges in parentheses are 90 % intervals.",
        _inputs(taken, references),
        _defaults(taken, references),
        BOUNDARY,
        _driver(answer),
        identity(answer),
    ]
    return citation(said, answer, references)


def _training(answer: Plain) -> str:
    request = answer["request"]
    where = words.place(request, answer["place"]["zone"])
    return (
        f"{words.training(request)} on {words.hardware(request)} {where} is estimated to take "
        f"{_hours(answer)} and to use {numbers.energy(answer['energy_kwh'])} of electricity at the building's meter."
    )


def _hours(answer: Plain) -> str:
    hours = f"{numbers.count(answer['accelerator_hours'])} accelerator-hours"
    phases = [phase for phase in answer["phases"] if phase["hours"]["value"]]
    if len(phases) <= 1:
        return f"{hours} in the final run alone" if phases else hours
    said = [f"{numbers.count(phase['hours']['value'])} in {PHASES[phase['name']]}" for phase in phases]
    return f"{hours}, {words.both(said)},"


def _serving(answer: Plain) -> str:
    request = answer["request"]
    where = words.place(request, answer["place"]["zone"])
    return (
        f"{words.serving(request)} on {words.hardware(request)} {where}{_load(request)} is estimated to take "
        f"{numbers.count(answer['accelerator_hours'])} accelerator-hours and to use "
        f"{numbers.energy(answer['energy_kwh'])} of electricity at the building's meter."
    )


def _load(request: Plain) -> str:
    if "requests_per_s" in request:
        return f" at {numbers.exact(request['requests_per_s'])} requests per second"
    batch = request.get("batch_size")
    if batch is None:
        return ""
    return " one request at a time" if batch == 1 else f" with {numbers.exact(batch)} concurrent requests"


def _carbon(answer: Plain) -> str:
    carbon = answer["carbon"]
    embodied, hours = numbers.carbon(carbon["embodied_kg"]), "embodied in the hardware, by hours of use"
    if carbon["total_kg"] is None:
        why = reason(answer, "carbon.location_kg", "carbon.total_kg")
        known = f"; {embodied} is {hours}" if carbon["embodied_kg"] else ""
        return f"CO₂e of the electricity is not known{_because(why)}{known}."
    scope = SCOPES[carbon["basis"]["location"]["scope"]]
    return (
        f"This causes {numbers.carbon(carbon['total_kg'])} of CO₂e: {numbers.carbon(carbon['location_kg'])} from "
        f"the electricity (location-based, {scope}) and {embodied} {hours}."
    )


def _market(answer: Plain) -> str:
    market = answer["carbon"]["market_kg"]
    if market is None:
        return f"A market-based figure is not available{_because(reason(answer, 'carbon.market_kg'))}."
    return f"The market-based figure for the electricity is {numbers.carbon(market)}."


def _because(why: str) -> str:
    return f", as {why}" if why else ""


def _water_and_cost(answer: Plain) -> str:
    water, cost = answer["water"]["total_l"], answer["cost"]["total_usd"]
    used = "Water consumption, on site and at power plants, is "
    paid = f"the cost is {numbers.money(cost)}, {_paid_as(answer)}" if cost else "the cost is not known"
    return f"{used}{numbers.water(water)}; {paid}."


def _paid_as(answer: Plain) -> str:
    if answer["cost"]["rental_usd"] is None:
        return "for hardware, electricity and facility"
    kind = answer["request"].get("pricing", {}).get("kind", "on-demand")
    return f"as rent at {words.plain(kind)} prices"


def _per_request(answer: Plain) -> str:
    each = answer["per_request"]
    energy = {end: joules / J_PER_KWH for end, joules in each["energy_j"].items()}
    carbon = f" and {numbers.text(each['carbon_g'], 'carbon_g')} of CO₂e" if each["carbon_g"] else ""
    return f"Per request this is {numbers.energy(energy)} of electricity{carbon}."


def _inputs(taken: Taken, references: References) -> str:
    by_name = {factor["name"]: factor for factor in taken.answer["factors"]}
    said = [_factor(by_name[name], unit, taken, references) for name, unit in MAIN.items() if name in by_name]
    return f"Main inputs: {'; '.join(said)}." if said else ""


def _factor(factor: Plain, unit: str, taken: Taken, references: References) -> str:
    figure = numbers.money(factor) if unit == "USD" else numbers.count(factor)
    head, bracket, interval = figure.partition(" (")
    year = f" in {factor['year']}" if factor["name"] == "grid_g_per_kwh" and factor["year"] else ""
    given = ", as given" if _is_said(factor["name"], taken.body) else ""
    with_unit = head if unit in ("", "USD") else f"{head} {unit}"
    mark = references.mark(factor["source_id"])
    return f"{words.factor(factor['name'])} {with_unit}{bracket}{interval}{year}{given}{mark}"


def _is_said(name: str, body: Plain) -> bool:
    """Whether a request says a field itself; what was assumed for it also counts as of the request."""
    return name in body or any(name in inner for inner in body.values() if isinstance(inner, dict))


def _defaults(taken: Taken, references: References) -> str:
    factors = taken.answer["factors"]
    filled = [one for one in factors if one["origin"] == "default" and one["name"] not in NO_CHOICE]
    said = [_factor(one, _unit(one), taken, references) for one in filled]
    return f"Taken by default: {'; '.join(said)}." if said else ""


def _unit(factor: Plain) -> str:
    unit = words.plain(factor["unit"])
    return {"1": "", "year": "years", "1/year": "per year"}.get(unit, unit)


def _driver(answer: Plain) -> str:
    for total, called in DRIVEN:
        drivers = answer["drivers"].get(total)
        if drivers:
            share = numbers.percent(drivers[0]["share"])
            return f"The width of the {called} interval comes mainly from the {_cause(drivers[0]['name'])} ({share})."
    return ""


def _cause(name: str) -> str:
    return words.factor(name).removeprefix("the ")
