"""What a form leaves out, and the endpoint of its question needs: filled in before the request is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from costsvc.reference.catalog import Catalog
from costsvc.reference.time_zones import time_zone

Fields = Mapping[str, str]
BEFORE, AFTER = "before.", "after."
EVERYWHERE = {"regions": "all"}
MIX = {"weights.cost_usd": "1", "weights.carbon_kg": "0.2"}
"""The ranking of a placement that names none: money, with CO2e at about its social cost."""
TIMES = ("earliest", "deadline")
DEADLINE = TIMES[1]
DAY = "2027-04-05"
LOCAL = "%Y-%m-%dT%H:%M"
"""How a field for a time and a day has its value."""
RIVALS = (
    ("accelerator_hours", "training_tokens_b", "hours", "energy_kwh", "it_energy_kwh"),
    ("accelerator", "instance"),
    ("model", "total_params_b"),
    ("batch_size", "requests_per_s", "concurrency_share"),
)
"""Fields that say the same in different ways: a new value of one takes the place of all."""
OF_MACHINE = ("accelerator", "instance")
MEASURED = (
    *("instances", "cores", "mfu", "accelerator_power_w", "it_power_w", "accelerator_power_limit_w"),
    *("throughput_tokens_per_s", "accelerator_energy_j_per_output_token"),
)
"""What holds for one machine only, and is left out for a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A form and the request that it makes.

    Attributes:
        shown: The fields as the form shows them.
        defaults: What is taken for fields that are empty.
        sent: The fields of the request.
    """

    shown: Fields
    defaults: Fields = field(default_factory=dict)
    sent: Fields


def complete(kind: str, fields: Fields, catalog: Catalog) -> Completed:
    """Complete the fields of a form.

    Args:
        kind: The kind of question.
        fields: Texts by dotted name, without empty ones.
        catalog: The reference tables.
    """
    return _COMPLETED[kind](fields, catalog) if kind in _COMPLETED else Completed(shown=fields, sent=fields)


def without_repeats(errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Errors without those that a field after a change only took over from before it.

    Args:
        errors: Texts by dotted name.
    """
    twins = {name: f"{BEFORE}{name.removeprefix(AFTER)}" for name in errors if name.startswith(AFTER)}
    return {name: texts for name, texts in errors.items() if errors.get(twins.get(name, "")) != texts}


def _placement(typed: Fields, catalog: Catalog) -> Completed:
    """All regions, unless some are named; money and CO2e, unless the ranking is."""
    del catalog
    hosted = "inference.provider" in typed  # its provider decides the regions
    ranked = "metric" in typed or any(name.startswith("weights.") for name in typed)
    found = {**({} if hosted else EVERYWHERE), **({} if ranked else MIX)}
    defaults = {name: text for name, text in found.items() if name not in typed}
    return Completed(shown=typed, defaults=defaults, sent={**typed, **defaults} if typed else {})


def _change(typed: Fields, catalog: Catalog) -> Completed:
    """After the change everything is as before that has no new value."""
    del catalog
    before = {name.removeprefix(BEFORE): text for name, text in typed.items() if name.startswith(BEFORE)}
    after = {name.removeprefix(AFTER): text for name, text in typed.items() if name.startswith(AFTER)}
    new = {name: text for name, text in after.items() if before.get(name) != text}
    kept = {name: text for name, text in before.items() if not any(_replaces(one, name) for one in new)}
    others = {name: text for name, text in typed.items() if not name.startswith((BEFORE, AFTER))}
    old = {f"{BEFORE}{name}": text for name, text in before.items()}
    same = {f"{AFTER}{name}": text for name, text in kept.items() if name not in new}
    shown = {**old, **{f"{AFTER}{name}": text for name, text in new.items()}, **others}
    return Completed(shown=shown, defaults=same, sent={**shown, **same})


def _schedule(typed: Fields, catalog: Catalog) -> Completed:
    """Times without an offset are local times of the region."""
    zone = _local_zone(typed.get("training.region", typed.get("region", "")), catalog)
    moments = {name: _moment(typed[name], zone, ends_day=name == DEADLINE) for name in TIMES if name in typed}
    known = {name: moment for name, moment in moments.items() if moment is not None}
    return Completed(
        shown={**typed, **{name: f"{moment:{LOCAL}}" for name, moment in known.items()}},
        sent={**typed, **{name: moment.isoformat() for name, moment in known.items()}},
    )


def _local_zone(region: str, catalog: Catalog) -> tzinfo:
    """The time zone of a region; UTC if it is not known."""
    reading = catalog.place_names.read(region) if region else None
    name = None if reading is None else time_zone(catalog.places[reading.id].hours_zone)
    return UTC if name is None else ZoneInfo(name)


def _moment(text: str, zone: tzinfo, *, ends_day: bool) -> datetime | None:
    """A time in a zone, None if the text is not one; a day alone is its begin, or its end."""
    try:
        found = datetime.fromisoformat(text)
        if len(text) == len(DAY) and ends_day:
            found += timedelta(days=1)
        return found.astimezone(zone) if found.tzinfo else found.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None  # the schema says what is wrong with it


def _replaces(new: str, old: str) -> bool:
    """Whether a new value of one field leaves no room for the old value of another one."""
    (where, _, name), (there, _, other) = new.rpartition("."), old.rpartition(".")
    if where != there or name == other:
        return False
    return any(name in rivals and other in rivals for rivals in RIVALS) or (name in OF_MACHINE and other in MEASURED)


_COMPLETED: Mapping[str, Callable[[Fields, Catalog], Completed]] = {
    "placement": _placement,
    "change": _change,
    "schedule": _schedule,
}
