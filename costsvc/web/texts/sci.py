"""A statement of software carbon intensity, ISO/IEC 21031:2024: ``SCI = ((E * I) + M) per R``."""

from costsvc.estimates.answer import Plain
from costsvc.units import G_PER_KG
from costsvc.web import numbers
from costsvc.web.texts import words
from costsvc.web.texts.estimate import SCOPES
from costsvc.web.texts.markdown import escaped
from costsvc.web.texts.taken import Taken, identity, reason

HEAD = "# Software Carbon Intensity\n\nISO/IEC 21031:2024, SCI = ((E \N{MULTIPLICATION SIGN} I) + M) per R."
INCLUDED = (
    "- the servers: accelerators, processors, memory, fans, power supplies and the network between them\n"
    "- their share of the building's cooling and power supply (PUE)\n"
    "- manufacture of servers and accelerators (M), by hours of use over their service life"
)
EXCLUDED = (
    "- storage, networks beyond the site and devices of users\n"
    "- manufacture of buildings and cooling, transport, and disposal at the end of life\n"
    "- market-based measures and offsets: I is location-based"
)
OTHER_STAGE = {
    "training": "- serving the model once it is trained",
    "inference": "- training of the model",
}


def statement(taken: Taken) -> str:
    """The statement of a training or an inference estimate, as Markdown."""
    answer = taken.answer
    unit = words.plain(answer["sci"]["unit"])
    parts = [
        HEAD,
        _result(answer, unit),
        _terms(answer, unit) if answer["sci"]["g_per_unit"] else "",
        f"Software boundary: {escaped(_what(taken))}.",
        f"Included:\n\n{INCLUDED}{_phases(answer)}",
        f"Not included:\n\n{EXCLUDED}\n{OTHER_STAGE[taken.kind]}",
        f"Method: modelled, not metered. {escaped(identity(answer))}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _result(answer: Plain, unit: str) -> str:
    found = answer["sci"]["g_per_unit"]
    if found is None:
        why = reason(answer, "sci.g_per_unit", "carbon.location_kg", "carbon.total_kg")
        return f"**SCI is not known**{', as ' + escaped(why) if why else ''}."
    return f"**SCI = {numbers.text(found, 'carbon_g')} of CO₂e per {unit}**, with a 90 % interval."


def _terms(answer: Plain, unit: str) -> str:
    per = _units(answer)
    carbon = answer["carbon"]
    rows = [
        ("E", "electricity at the building's meter", f"{_divided(answer['energy_kwh'], per, 'energy_kwh')} per {unit}"),
        ("I", f"carbon intensity of that electricity, {_basis(carbon)}", f"{_intensity(answer)} g CO₂e/kWh"),
        ("M", "embodied carbon of the hardware", f"{_divided(carbon['embodied_kg'], per, 'carbon_kg')} per {unit}"),
        ("R", "functional unit", f"one {unit}"),
    ]
    table = "\n".join(f"| {name} | {escaped(what)} | {escaped(value)} |" for name, what, value in rows)
    return f"| | | value (90 % interval) |\n|---|---|---|\n{table}"


def _units(answer: Plain) -> float:
    """How many functional units the totals of the answer are for."""
    return float(answer["request"].get("requests", 1.0)) if answer["sci"]["unit"] == "request" else 1.0


def _divided(quantity: Plain, per: float, dimension: str) -> str:
    # an answer to no requests has no totals to divide
    each = {end: value / per for end, value in quantity.items()} if per else None
    return numbers.text(each, dimension)


def _intensity(answer: Plain) -> str:
    """The intensity at the meter, which holds losses of the grid where the request counts them."""
    energy, carbon = answer["energy_kwh"]["value"], answer["carbon"]["location_kg"]["value"]
    factor = next((one for one in answer["factors"] if one["name"] == "grid_g_per_kwh"), None)
    if not energy:
        return numbers.count(factor) if factor else numbers.NOT_KNOWN
    effective = carbon * G_PER_KG / energy
    if factor is None or not factor["value"]:
        return numbers.count(effective)
    grown = effective / factor["value"]
    return numbers.count({end: factor[end] * grown for end in ("value", "low", "high")})


def _basis(carbon: Plain) -> str:
    basis = carbon["basis"]["location"]
    year = "" if basis["year"] is None else f", {basis['year']}"
    return f"location-based, {SCOPES[basis['scope']]}, {words.plain(basis['zone'] or 'given')}{year}"


def _what(taken: Taken) -> str:
    request = taken.answer["request"]
    said = words.subject(taken.kind, request)
    where = words.place(request, taken.answer["place"]["zone"])
    return f"{said[0].lower()}{said[1:]} on {words.hardware(request)} {where}"


def _phases(answer: Plain) -> str:
    names = [words.plain(phase["name"]) for phase in answer.get("phases", []) if phase["hours"]["value"]]
    return f"\n- phases of the run: {words.both(names)}" if names else ""
