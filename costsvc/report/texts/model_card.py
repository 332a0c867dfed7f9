"""Metadata and a section for a model card on the Hugging Face Hub.

The Hub expects grams, and cards report the emissions of electricity (as CodeCarbon measures them), so
``emissions`` is location-based without the embodied carbon, which ``source`` and the section add.
"""

from collections.abc import Mapping

import yaml

from costsvc.answers.estimate import Estimate
from costsvc.report import numbers
from costsvc.report.answers import stated_request
from costsvc.report.texts import phrases
from costsvc.report.texts.export import ExportInput, identity, short_reason
from costsvc.report.texts.markdown import escape
from costsvc.units import G_PER_KG

TRAINING_TYPES: Mapping[str, str] = {
    "pretraining": "pre-training",
    **dict.fromkeys(("finetuning", "lora", "qlora", "prompt-tuning", "probe"), "fine-tuning"),
}
"""What the Hub calls a method; a run whose method is not given has none."""
LINE_WIDTH = 1_000_000
"""Wider than any line, so that YAML folds none."""


def model_card(export: ExportInput) -> str:
    """Write the metadata block of a model card and the section on its environmental impact."""
    answer = export.estimate
    return f"---\n{_interval(answer)}{_metadata(answer)}---\n\n{_section(answer)}\n"


def _metadata(answer: Estimate) -> str:
    request = stated_request(answer)
    emissions = answer["carbon"]["location_kg"]
    fields: dict[str, object] = {
        "emissions": _grams(emissions["value"]) if emissions else None,
        "source": _source(answer),
        "training_type": TRAINING_TYPES.get(request.get("method", "")),
        "geographical_location": _location(answer),
        "hardware_used": phrases.hardware(request),
    }
    known = {name: value for name, value in fields.items() if value is not None}
    metadata: str = yaml.safe_dump({"co2_eq_emissions": known}, sort_keys=False, allow_unicode=True, width=LINE_WIDTH)
    return metadata


def _interval(answer: Estimate) -> str:
    emissions = answer["carbon"]["location_kg"]
    if emissions is None:
        reason = short_reason(answer, "carbon.location_kg", "carbon.total_kg")
        return f"# emissions are not known{phrases.because(reason)}\n"
    low, high = _grams(emissions["low"]), _grams(emissions["high"])
    return f"# emissions in grams of CO2e, an estimate with a 90 % interval of {low} to {high}\n"


def _grams(kg: float) -> int | float:
    """Grams with three significant digits, as an integer if possible."""
    rounded = float(f"{kg * G_PER_KG:.2e}")
    return int(rounded) if rounded.is_integer() else rounded


def _source(answer: Estimate) -> str:
    embodied = answer["carbon"]["embodied_kg"]
    manufacture = f"; manufacture of the hardware adds {numbers.carbon(embodied)}" if embodied else ""
    return f"costsvc {answer['version']}, estimate {answer['id']}: electricity, location-based{manufacture}"


def _location(answer: Estimate) -> str:
    place = answer["place"]
    if place["region"] == "world":
        return "not specified (world average)"
    names = dict.fromkeys(
        name for name in (answer["names"].get(place["region"], place["region"]), place["country"]) if name
    )
    return phrases.one_line(", ".join(names))


def _section(answer: Estimate) -> str:
    carbon = answer["carbon"]
    rows = {
        "Hardware": phrases.hardware(stated_request(answer)),
        "Accelerator-hours": numbers.count(answer["accelerator_hours"]),
        "Region": _location(answer),
        "Electricity at the building's meter": numbers.energy(answer["energy_kwh"]),
        "CO₂e of the electricity, location-based": numbers.carbon(carbon["location_kg"]),
        "CO₂e of the electricity, market-based": numbers.carbon(carbon["market_kg"]),
        "CO₂e embodied in the hardware": numbers.carbon(carbon["embodied_kg"]),
        "Water": numbers.water(answer["water"]["total_l"]),
        "Cost": numbers.money(answer["cost"]["total_usd"]),
    }
    lines = [f"- **{name}:** {escape(value)}" for name, value in rows.items()]
    end = f"Ranges in parentheses are 90 % intervals. {identity(answer)}"
    return "\n".join(["## Environmental Impact", "", *lines, "", escape(end)])
