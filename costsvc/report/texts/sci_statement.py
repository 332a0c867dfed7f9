"""A statement of software carbon intensity, ISO/IEC 21031:2024: ``SCI = ((E * I) + M) per R``."""

from costsvc.answers.estimate import Carbon, Estimate
from costsvc.answers.quantities import Quantity
from costsvc.model.quantities import divide_quantity, scale_quantity
from costsvc.report import numbers
from costsvc.report.answers import AnyEstimate, factor_of, read_request, stated_request, used_phases
from costsvc.report.labels import SCOPES
from costsvc.report.texts import phrases
from costsvc.report.texts.export import ExportInput, identity, short_reason
from costsvc.report.texts.markdown import escape
from costsvc.units import G_PER_KG

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
    "training": "- serving of the trained model",
    "inference": "- training of the model",
}


def sci_statement(export: ExportInput) -> str:
    """Write the statement of an estimate as Markdown."""
    answer = export.estimate
    unit = phrases.one_line(answer["sci"]["unit"])
    parts = [
        HEAD,
        _result(answer, unit),
        _terms(answer, unit) if answer["sci"]["g_per_unit"] else "",
        f"Software boundary: {escape(_workload(export))}.",
        f"Included:\n\n{INCLUDED}{_phases(answer)}",
        f"Not included:\n\n{EXCLUDED}\n{OTHER_STAGE[export.kind]}",
        f"Method: modelled, not metered. {escape(identity(answer))}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _result(answer: Estimate, unit: str) -> str:
    intensity = answer["sci"]["g_per_unit"]
    if intensity is None:
        reason = short_reason(answer, "sci.g_per_unit", "carbon.location_kg", "carbon.total_kg")
        return f"**SCI is not known**{phrases.because(escape(reason))}."
    return f"**SCI = {numbers.text(intensity, 'carbon_g')} of CO₂e per {unit}**, with a 90 % interval."


def _terms(answer: Estimate, unit: str) -> str:
    number, carbon = _functional_units(answer), answer["carbon"]
    energy = _per_unit(answer["energy_kwh"], number, "energy_kwh")
    embodied = _per_unit(carbon["embodied_kg"], number, "carbon_kg")
    rows = [
        ("E", "electricity at the building's meter", f"{energy} per {unit}"),
        ("I", f"carbon intensity of that electricity, {_basis(carbon)}", f"{_intensity(answer)} g CO₂e/kWh"),
        ("M", "embodied carbon of the hardware", f"{embodied} per {unit}"),
        ("R", "functional unit", f"one {unit}"),
    ]
    table = "\n".join(f"| {name} | {escape(term)} | {escape(value)} |" for name, term, value in rows)
    return f"| | | value (90 % interval) |\n|---|---|---|\n{table}"


def _functional_units(answer: Estimate) -> float:
    """The number of functional units that the totals of the answer cover."""
    return float(read_request(answer["request"]).get("requests", 1.0)) if answer["sci"]["unit"] == "request" else 1.0


def _per_unit(quantity: Quantity | None, number: float, dimension: str) -> str:
    if quantity is None:
        return "not known"
    # an answer about 0 requests has no amount per request
    return numbers.text(divide_quantity(quantity, number) if number else None, dimension)


def _intensity(answer: Estimate) -> str:
    """The intensity at the meter, which includes losses of the grid if the request counts them."""
    energy, carbon = answer["energy_kwh"]["value"], answer["carbon"]["location_kg"]
    factor = factor_of(answer, "grid_g_per_kwh")
    if not energy or carbon is None:
        return numbers.count(factor)
    intensity = carbon["value"] * G_PER_KG / energy
    if factor is None or not factor["value"]:
        return numbers.count(intensity)
    published: Quantity = {"value": factor["value"], "low": factor["low"], "high": factor["high"]}
    return numbers.count(scale_quantity(published, intensity / factor["value"]))


def _basis(carbon: Carbon) -> str:
    basis = carbon["basis"]["location"]
    if basis is None:
        return "location-based"
    year = "" if basis["year"] is None else f", {basis['year']}"
    return f"location-based, {SCOPES[basis['scope']]}, {phrases.one_line(basis['zone'] or 'given')}{year}"


def _workload(export: ExportInput) -> str:
    request = stated_request(export.estimate)
    workload = phrases.workload(export.kind, request)
    place = phrases.place_of(export.estimate, request)
    return f"{phrases.inside_sentence(workload)} on {phrases.hardware(request)} {place}"


def _phases(answer: AnyEstimate) -> str:
    names = [phrases.one_line(phase["name"]) for phase in used_phases(answer)]
    return f"\n- phases of the run: {phrases.enumeration(names)}" if names else ""
