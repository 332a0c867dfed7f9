"""Published training runs and power readings, put to the service as anybody could ask it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from costsvc.estimates.answer import Plain
from costsvc.estimates.training import estimate_training
from costsvc.evidence.cases import Case, Indispensable, case, mentions, number, published_rows, rounded
from costsvc.evidence.leave_out import LeaveOut
from costsvc.evidence.provenance import Row
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Machine, Site, Subject, TrainingRun, Workload
from costsvc.units import PER_BILLION, W_PER_KW

WORKLOADS: tuple[tuple[str, Workload], ...] = (
    (r"diffusion", "diffusion"),
    (r"dlrm|\bncf|recommend", "recommender"),
    (r"bert|electra|transformer.*(base|big|medium)|evolved transformer", "encoder"),
    (r"\bvit\b|resnet|resnext|densenet|retinanet|\bssd|unet|image|vision", "vision"),
    (r"deepspeech|elmo|speech", "other"),
)
"""What the words of a row say of its workload; everything else is a language model."""

FAULTS = {
    "llama33_70b": "the card prints 12.9 t where its own hours give about 2,040 t",
    "llama32_3b": "pruned and distilled from a larger model, not trained from its own parameters and tokens",
    "olmo_2_13b": "energy is divided by the PUE where its CO2 and water multiply by it",
    "openba_15b": "encoder and decoder: a token passes through about half of the parameters",
    "llmcarbon_xlm": "the restatement's tokens are not those of the run",
    "apertus_70b": "a plan: power and days are assumed",
    "flm_glm130b": "hours are the window of access, CO2 from another intensity than the one beside it",
    "flm_llama2_70b": "energy without PUE beside CO2 with it",
    "flm_gpt3": "energy without PUE beside CO2 with it",
    "str19_nas": "restates one run's power for a search that took 1/88 of the time",
    "palm_540b": "CO2 is of a market-based intensity that is not the one beside it",
}
"""Faults of the publications, by row: such a row is not held against an estimate that it does not fit."""
RESTATED = ("third_party_estimate", "grant_share")
CHIP_MEASURED = ("measured_gpu_energy", "measured_gpu_power")
WALL_MEASURED = ("measured_wall_energy",)
SYSTEM_MEASURED = "measured_power"
POWER = ("id", "quantity", "phase", "model", "hardware", "n_gpus", "measured_w_per_gpu")
TRAINING = (
    *("id", "model", "tokens", "hardware", "n_gpus", "gpu_hours", "power_w_per_gpu_used_in_source"),
    *("grid_gco2_per_kwh", "scope_notes", "evidence_kind", "energy_kwh_published", "co2_kg_published"),
)
"""Columns without which a file of runs says nothing."""
KINDS_OF_POWER = {
    "mean_gpu_power": ("training: chip power", "accelerator_energy_kwh"),
    "node_wall_power_per_gpu": ("training: wall power", "it_energy_kwh"),
}
"""What of power_mfu.csv is compared, and with which quantity of an answer."""
NO_PUE = r"exclud\w* (the )?PUE|pre-PUE|excl\. PUE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A published row as far as it can be asked: the parts of a request."""

    row: Row
    accelerator_id: str
    machine: Machine
    subject: Subject
    workload: Workload
    pue: float

    @property
    def known(self) -> dict[str, float | None]:
        """What tells the run from others on the same accelerator."""
        return {"accelerators": self.machine.accelerators, "params_b": self.subject.total_params_b}

    def answer(self, catalog: Catalog, site: Site | None = None, **amount: float) -> Plain:
        """The service's answer."""
        where = site or Site(region="world", pue=self.pue)
        run = TrainingRun(
            machine=self.machine,
            subject=self.subject,
            workload=self.workload,
            site=where,
            **amount,  # type: ignore[arg-type] # one of the three amounts, all of them numbers
        )
        return estimate_training(run, catalog)


def training_cases(folder: Path, leave_out: LeaveOut) -> Iterator[Case | Indispensable]:
    """The cases of training.csv.

    Args:
        folder: Where it lies.
        leave_out: The catalog, and fits without the row being tested.
    """
    asked = list(_asked(folder / "training.csv", TRAINING, leave_out.catalog))
    for read in (_energy_arithmetic, _carbon_arithmetic):
        for one in asked:
            yield from read(one, leave_out.catalog)
    yield from _each(_measured, asked, leave_out)
    yield from _each(_hours, _once(asked), leave_out)


def power_cases(folder: Path, leave_out: LeaveOut) -> Iterator[Case | Indispensable]:
    """The cases of power_mfu.csv: mean power in training, of chips and at the wall."""
    asked = _asked(folder / "power_mfu.csv", POWER, leave_out.catalog)
    held = (one for one in asked if one.row["quantity"] in KINDS_OF_POWER and one.row["phase"] == "training")
    yield from _each(_power, held, leave_out)


def _each(
    read: Callable[[Asked, LeaveOut], Iterator[Case]], asked: Iterable[Asked], leave_out: LeaveOut
) -> Iterator[Case | Indispensable]:
    """The cases of each row whose source can be left out, if it has to be."""
    for one in asked:
        kept = leave_out.indispensable(one.row, one.workload)
        yield from kept or read(one, leave_out)


def _power(one: Asked, leave_out: LeaveOut) -> Iterator[Case]:
    watts = number(one.row["measured_w_per_gpu"])
    if watts is not None:
        kind, field = KINDS_OF_POWER[one.row["quantity"]]
        hours = float(one.machine.accelerators or 1)
        found = one.answer(leave_out.reading(one.accelerator_id, watts, one.known, one.row), accelerator_hours=hours)
        yield case(kind, one.row, found[field], watts, W_PER_KW / hours)


def _asked(path: Path, needed: Sequence[str], catalog: Catalog) -> Iterator[Asked]:
    for row in published_rows(path, needed):
        match = catalog.accelerators.find(hardware_name(row["hardware"], catalog))
        if match is not None:
            count = number(row["n_gpus"])
            yield Asked(
                row=row,
                accelerator_id=match.id,
                machine=Machine(accelerator=match.id, accelerators=int(count) if count else None),
                subject=_subject(row),
                workload=_workload(row),
                pue=number(row.get("pue")) or 1.0,
            )


def hardware_name(text: str, catalog: Catalog) -> str:
    """The name of a chip in what was written of a machine: ``8xH100 node (Dell)``, ``A100-40GB SXM``.

    Args:
        text: What was written.
        catalog: The tables.
    """
    words = text.replace("(", " ").replace(")", " ").split()
    names = [" ".join(words[start:end]) for end in range(len(words), 0, -1) for start in range(end)]
    names += [name.partition("x")[2] for name in names if name[:1].isdigit()]
    return next((name for name in (text, *names) if catalog.accelerators.find(name)), text)


def _subject(row: Row) -> Subject:
    total, active = number(row.get("params_total")), number(row.get("params_active"))
    if total is None:
        return Subject()
    return Subject(total_params_b=total / PER_BILLION, active_params_b=(active or total) / PER_BILLION)


def _workload(row: Row) -> Workload:
    words = " ".join((row["model"], row.get("workload") or ""))
    return next((kind for pattern, kind in WORKLOADS if mentions(words, pattern)), "llm")


def _energy_arithmetic(one: Asked, catalog: Catalog) -> Iterator[Case]:
    """Hours and power given: the energy of the publication has to come out."""
    row = one.row
    watts, hours = number(row["power_w_per_gpu_used_in_source"]), number(row["gpu_hours"])
    if not (watts and hours and row["energy_kwh_published"]) or row["id"] in FAULTS:
        return
    whole = row["evidence_kind"].startswith((SYSTEM_MEASURED, *WALL_MEASURED)) or mentions(row["scope_notes"], "system")
    machine = replace(one.machine, it_power_w=watts if whole else None, accelerator_power_w=None if whole else watts)
    run = TrainingRun(machine=machine, accelerator_hours=hours, site=Site(region="world", pue=pue_of(one.row)))
    found = estimate_training(run, catalog)
    quantity = found["energy_kwh"] if whole else found["accelerator_energy_kwh"]
    scale = 1.0 if whole else pue_of(one.row)
    published = rounded(row["energy_kwh_published"], quantity["value"] * scale)
    yield case("arithmetic: energy from power", row, quantity, published, scale)


def _carbon_arithmetic(one: Asked, catalog: Catalog) -> Iterator[Case]:
    """Energy and intensity given: the kilograms of the publication have to come out."""
    row = one.row
    grams, energy = number(row["grid_gco2_per_kwh"]), number(row["energy_kwh_published"])
    if not (grams and energy and row["co2_kg_published"]) or row["id"] in FAULTS:
        return
    site = Site(region="world", pue=one.pue, grid_g_per_kwh=grams)
    found = one.answer(catalog, site, accelerator_hours=1.0)
    per_kwh = found["carbon"]["location_kg"]["value"] / found["energy_kwh"]["value"]
    # where the printed energy has no PUE, the printed CO2 still has it
    value = per_kwh * energy * (one.pue / pue_of(one.row))
    kg = {"value": value, "low": value, "high": value}
    loosest = max(abs(rounded(row["energy_kwh_published"], end) / energy - 1) for end in (0.0, 2 * energy))
    nearest = min(max(rounded(row["co2_kg_published"], value), value * (1 - loosest)), value * (1 + loosest))
    published = nearest if abs(nearest / value - 1) <= loosest else rounded(row["co2_kg_published"], value)
    yield case("arithmetic: kg from kWh", row, kg, published)


def _measured(one: Asked, leave_out: LeaveOut) -> Iterator[Case]:
    """Energy that was measured, from what the row says of the run but for its power."""
    row = one.row
    hours, energy = number(row["gpu_hours"]), number(row["energy_kwh_published"])
    if not energy or row["id"] in FAULTS:
        return
    pue = pue_of(one.row)
    if not hours:
        yield from _measured_by_tokens(one, energy, leave_out)
        return
    catalog = leave_out.reading(one.accelerator_id, energy / pue / hours * W_PER_KW, one.known, row)
    found = one.answer(catalog, accelerator_hours=hours)
    if row["evidence_kind"] in CHIP_MEASURED:
        yield case("training: chip energy, hours given", row, found["accelerator_energy_kwh"], energy, pue)
    elif row["evidence_kind"] in WALL_MEASURED:
        yield case("training: energy at the wall, hours given", row, found["it_energy_kwh"], energy)
    elif row["evidence_kind"].startswith(SYSTEM_MEASURED):
        yield case("training: energy at the meter, hours given", row, found["it_energy_kwh"], energy, pue)


def _measured_by_tokens(one: Asked, energy: float, leave_out: LeaveOut) -> Iterator[Case]:
    tokens, active = number(one.row["tokens"]), one.subject.active_params_b
    if tokens and active and one.row["evidence_kind"] in CHIP_MEASURED:
        catalog = leave_out.measurement(one.accelerator_id, active, one.row)
        found = one.answer(catalog, training_tokens_b=tokens / PER_BILLION)
        kind = "training: chip energy from parameters and tokens"
        yield case(kind, one.row, found["accelerator_energy_kwh"], energy, pue_of(one.row))


def pue_of(row: Row) -> float:
    """The PUE that the published energy of a row contains."""
    return 1.0 if mentions(row.get("scope_notes", ""), NO_PUE) else number(row.get("pue")) or 1.0


def _hours(one: Asked, leave_out: LeaveOut) -> Iterator[Case]:
    """Accelerator-hours from parameters and tokens."""
    row = one.row
    hours, tokens, active = number(row["gpu_hours"]), number(row["tokens"]), one.subject.active_params_b
    if not (hours and tokens and active) or row["id"] in FAULTS or row["evidence_kind"] in RESTATED:
        return
    catalog = leave_out.run(one.accelerator_id, active, hours, row)
    found = one.answer(catalog, training_tokens_b=tokens / PER_BILLION)
    yield case("training: hours from parameters and tokens", row, found["accelerator_hours"], hours)


def _once(asked: Sequence[Asked]) -> list[Asked]:
    """Each run once, though several publications tell of it: the first record."""
    kept: dict[tuple[str, ...], Asked] = {}
    for one in asked:
        near = (f"{number(one.row.get(name)) or 0:.1e}" for name in ("gpu_hours", "tokens"))
        kept.setdefault((one.accelerator_id, *near), one)
    return list(kept.values())
