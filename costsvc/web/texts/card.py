"""Metadata and a section for a model card on the Hugging Face Hub.

The Hub wants grams, and cards give what electricity causes (as CodeCarbon measures it), so ``emissions`` is
location-based and without the manufacture of hardware, which ``source`` and the section name beside it.
"""

import yaml

from costsvc.estimates.answer import Plain
from costsvc.units import G_PER_KG
from costsvc.web import numbers
from costsvc.web.texts import words
from costsvc.web.texts.markdown import escaped
from costsvc.web.texts.taken import Taken, identity, reason

FINE_TUNING = {"finetuning", "lora", "qlora", "prompt-tuning", "probe"}
LINE = 1_000_000
"""Longer than any line, so that none is folded."""


def card(taken: Taken) -> str:
    """The metadata block of a model card, and the section on its environmental impact."""
    return f"---\n{_interval(taken.answer)}{_metadata(taken.answer)}---\n\n{_section(taken.answer)}\n"


def _metadata(answer: Plain) -> str:
    request = answer["request"]
    emitted = answer["carbon"]["location_kg"]
    said = {
        "emissions": _grams(emitted["value"]) if emitted else None,
        "source": _source(answer),
        "training_type": "fine-tuning" if request.get("method") in FINE_TUNING else "pre-training",
        "geographical_location": _where(answer),
        "hardware_used": words.hardware(request),
    }
    known = {name: value for name, value in said.items() if value is not None}
    found: str = yaml.safe_dump({"co2_eq_emissions": known}, sort_keys=False, allow_unicode=True, width=LINE)
    return found


def _interval(answer: Plain) -> str:
    emitted = answer["carbon"]["location_kg"]
    if emitted is None:
        return f"# emissions are not known, as {reason(answer, 'carbon.location_kg', 'carbon.total_kg')}\n"
    low, high = _grams(emitted["low"]), _grams(emitted["high"])
    return f"# emissions in grams of CO2e, an estimate with a 90 % interval of {low} to {high}\n"


def _grams(kg: float) -> int | float:
    """Grams with three significant digits, whole where they can be."""
    rounded = float(f"{kg * G_PER_KG:.2e}")
    return int(rounded) if rounded.is_integer() else rounded


def _source(answer: Plain) -> str:
    embodied = answer["carbon"]["embodied_kg"]
    made = f"; manufacture of the hardware adds {numbers.carbon(embodied)}" if embodied else ""
    return f"costsvc {answer['version']}, estimate {answer['id']}: electricity, location-based{made}"


def _where(answer: Plain) -> str:
    place = answer["place"]
    if place["region"] == "world":
        return "not specified (world average)"
    parts = dict.fromkeys(one for one in (place["region"], place["country"]) if one)
    return words.plain(", ".join(parts))


def _section(answer: Plain) -> str:
    carbon, emitted = answer["carbon"], answer["carbon"]["location_kg"]
    rows = {
        "Hardware": words.hardware(answer["request"]),
        "Accelerator-hours": numbers.count(answer["accelerator_hours"]),
        "Region": _where(answer),
        "Electricity at the building's meter": numbers.energy(answer["energy_kwh"]),
        "CO₂e of the electricity, location-based": numbers.carbon(emitted),
        "CO₂e of the electricity, market-based": numbers.carbon(carbon["market_kg"]),
        "CO₂e embodied in the hardware": numbers.carbon(carbon["embodied_kg"]),
        "Water": numbers.water(answer["water"]["total_l"]),
        "Cost": numbers.money(answer["cost"]["total_usd"]),
    }
    lines = [f"- **{name}:** {escaped(value)}" for name, value in rows.items()]
    end = f"Ranges in parentheses are 90 % intervals. {identity(answer)}"
    return "\n".join(["## Environmental Impact", "", *lines, "", escaped(end)])
