"""Compares published training runs and power readings with estimates."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from costsvc.evidence.estimating import Machine, Plain, Site, Subject, TrainingRun, Workload, estimate_training
from costsvc.evidence.validation.comparisons import (
    Comparison,
    Indispensable,
    compare,
    mentions,
    number,
    published_rows,
    rounded,
)
from costsvc.evidence.validation.cross_validation.training import TrainingCrossValidation
from costsvc.evidence.validation.provenance import Row
from costsvc.reference.catalog import Catalog
from costsvc.units import PER_BILLION, W_PER_KW

WORKLOADS: tuple[tuple[str, Workload], ...] = (
    (r"diffusion", "diffusion"),
    (r"dlrm|\bncf|recommend", "recommender"),
    (r"bert|electra|transformer.*(base|big|medium)|evolved transformer", "encoder"),
    (r"\bvit\b|resnet|resnext|densenet|retinanet|\bssd|unet|image|vision", "vision"),
    (r"deepspeech|elmo|speech", "other"),
)
"""Pattern of a row's text and its workload; the default is a language model."""

KNOWN_ERRATA = {
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
"""Known errors of the publications, by row; such rows are excluded."""
RESTATED = ("third_party_estimate", "grant_share")
CHIP_MEASURED = ("measured_gpu_energy", "measured_gpu_power")
WALL_MEASURED = ("measured_wall_energy",)
SYSTEM_MEASURED = "measured_power"
POWER = ("id", "quantity", "phase", "model", "hardware", "n_gpus", "measured_w_per_gpu")
TRAINING = (
    *("id", "model", "tokens", "hardware", "n_gpus", "gpu_hours", "power_w_per_gpu_used_in_source"),
    *("grid_gco2_per_kwh", "scope_notes", "evidence_kind", "energy_kwh_published", "co2_kg_published"),
)
"""Required columns of the two files."""
KINDS_OF_POWER = {
    "mean_gpu_power": ("training: chip power", "accelerator_energy_kwh"),
    "node_wall_power_per_gpu": ("training: wall power", "it_energy_kwh"),
}
"""Kind and quantity of an answer, by the quantity of a row of power_mfu.csv."""
NO_PUE = r"exclud\w* (the )?PUE|pre-PUE|excl\. PUE"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRun:
    """A published row as the parts of a request."""

    row: Row
    accelerator_id: str
    machine: Machine
    subject: Subject
    workload: Workload
    pue: float

    @property
    def known(self) -> dict[str, float | None]:
        """Attributes that identify the run among others on the same accelerator."""
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


def training_comparisons(
    folder: Path, cross_validation: TrainingCrossValidation
) -> Iterator[Comparison | Indispensable]:
    """Compare the rows of training.csv.

    Args:
        folder: Folder of the file.
        cross_validation: The catalog, and fits that exclude the tested row.
    """
    runs = list(_published_runs(folder / "training.csv", TRAINING, cross_validation.catalog))
    for compare_row in (_energy_arithmetic, _carbon_arithmetic):
        for one in runs:
            yield from compare_row(one, cross_validation.catalog)
    yield from _compare_each(_measured, runs, cross_validation)
    yield from _compare_each(_hours, _unique(runs), cross_validation)


def power_comparisons(folder: Path, cross_validation: TrainingCrossValidation) -> Iterator[Comparison | Indispensable]:
    """Compare the rows of power_mfu.csv: mean power in training, of chips and at the wall."""
    runs = _published_runs(folder / "power_mfu.csv", POWER, cross_validation.catalog)
    training_rows = (one for one in runs if one.row["quantity"] in KINDS_OF_POWER and one.row["phase"] == "training")
    yield from _compare_each(_power, training_rows, cross_validation)


def _compare_each(
    compare_row: Callable[[PublishedRun, TrainingCrossValidation], Iterator[Comparison]],
    runs: Iterable[PublishedRun],
    cross_validation: TrainingCrossValidation,
) -> Iterator[Comparison | Indispensable]:
    """Compare each row whose source can be excluded from the fits."""
    for one in runs:
        kept = cross_validation.indispensable(one.row, one.workload)
        yield from kept or compare_row(one, cross_validation)


def _power(one: PublishedRun, cross_validation: TrainingCrossValidation) -> Iterator[Comparison]:
    watts = number(one.row["measured_w_per_gpu"])
    if watts is not None:
        kind, field = KINDS_OF_POWER[one.row["quantity"]]
        hours = float(one.machine.accelerators or 1)
        result = one.answer(
            cross_validation.reading(one.accelerator_id, watts, one.known, one.row), accelerator_hours=hours
        )
        yield compare(kind, one.row, result[field], watts, W_PER_KW / hours)


def _published_runs(path: Path, needed: Sequence[str], catalog: Catalog) -> Iterator[PublishedRun]:
    for row in published_rows(path, needed):
        match = catalog.accelerators.find(hardware_name(row["hardware"], catalog))
        if match is not None:
            count = number(row["n_gpus"])
            yield PublishedRun(
                row=row,
                accelerator_id=match.id,
                machine=Machine(accelerator=match.id, accelerators=int(count) if count else None),
                subject=_subject(row),
                workload=_workload(row),
                pue=number(row.get("pue")) or 1.0,
            )


def hardware_name(text: str, catalog: Catalog) -> str:
    """The name of a chip in a description of a machine: ``8xH100 node (Dell)``, ``A100-40GB SXM``.

    Args:
        text: The description.
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


def _energy_arithmetic(one: PublishedRun, catalog: Catalog) -> Iterator[Comparison]:
    """Energy from the published hours and power."""
    row = one.row
    watts, hours = number(row["power_w_per_gpu_used_in_source"]), number(row["gpu_hours"])
    if not (watts and hours and row["energy_kwh_published"]) or row["id"] in KNOWN_ERRATA:
        return
    whole = row["evidence_kind"].startswith((SYSTEM_MEASURED, *WALL_MEASURED)) or mentions(row["scope_notes"], "system")
    machine = replace(one.machine, it_power_w=watts if whole else None, accelerator_power_w=None if whole else watts)
    run = TrainingRun(machine=machine, accelerator_hours=hours, site=Site(region="world", pue=pue_of(one.row)))
    result = estimate_training(run, catalog)
    quantity = result["energy_kwh"] if whole else result["accelerator_energy_kwh"]
    scale = 1.0 if whole else pue_of(one.row)
    published = rounded(row["energy_kwh_published"], quantity["value"] * scale)
    yield compare("arithmetic: energy from power", row, quantity, published, scale)


def _carbon_arithmetic(one: PublishedRun, catalog: Catalog) -> Iterator[Comparison]:
    """Emissions from the published energy and grid intensity."""
    row = one.row
    grams, energy = number(row["grid_gco2_per_kwh"]), number(row["energy_kwh_published"])
    if not (grams and energy and row["co2_kg_published"]) or row["id"] in KNOWN_ERRATA:
        return
    site = Site(region="world", pue=one.pue, grid_g_per_kwh=grams)
    result = one.answer(catalog, site, accelerator_hours=1.0)
    per_kwh = result["carbon"]["location_kg"]["value"] / result["energy_kwh"]["value"]
    # where the printed energy has no PUE, the printed CO2 still has it
    value = per_kwh * energy * (one.pue / pue_of(one.row))
    kg = {"value": value, "low": value, "high": value}
    loosest = max(abs(rounded(row["energy_kwh_published"], end) / energy - 1) for end in (0.0, 2 * energy))
    nearest = min(max(rounded(row["co2_kg_published"], value), value * (1 - loosest)), value * (1 + loosest))
    published = nearest if abs(nearest / value - 1) <= loosest else rounded(row["co2_kg_published"], value)
    yield compare("arithmetic: kg from kWh", row, kg, published)


def _measured(one: PublishedRun, cross_validation: TrainingCrossValidation) -> Iterator[Comparison]:
    """Measured energy against an estimate from the row without its power."""
    row = one.row
    hours, energy = number(row["gpu_hours"]), number(row["energy_kwh_published"])
    if not energy or row["id"] in KNOWN_ERRATA:
        return
    pue = pue_of(one.row)
    if not hours:
        yield from _measured_by_tokens(one, energy, cross_validation)
        return
    catalog = cross_validation.reading(one.accelerator_id, energy / pue / hours * W_PER_KW, one.known, row)
    result = one.answer(catalog, accelerator_hours=hours)
    if row["evidence_kind"] in CHIP_MEASURED:
        yield compare("training: chip energy, hours given", row, result["accelerator_energy_kwh"], energy, pue)
    elif row["evidence_kind"] in WALL_MEASURED:
        yield compare("training: energy at the wall, hours given", row, result["it_energy_kwh"], energy)
    elif row["evidence_kind"].startswith(SYSTEM_MEASURED):
        yield compare("training: energy at the meter, hours given", row, result["it_energy_kwh"], energy, pue)


def _measured_by_tokens(
    one: PublishedRun, energy: float, cross_validation: TrainingCrossValidation
) -> Iterator[Comparison]:
    tokens, active = number(one.row["tokens"]), one.subject.active_params_b
    if tokens and active and one.row["evidence_kind"] in CHIP_MEASURED:
        catalog = cross_validation.measurement(one.accelerator_id, active, one.row)
        result = one.answer(catalog, training_tokens_b=tokens / PER_BILLION)
        kind = "training: chip energy from parameters and tokens"
        yield compare(kind, one.row, result["accelerator_energy_kwh"], energy, pue_of(one.row))


def pue_of(row: Row) -> float:
    """The PUE that the published energy of a row contains."""
    return 1.0 if mentions(row.get("scope_notes", ""), NO_PUE) else number(row.get("pue")) or 1.0


def _hours(one: PublishedRun, cross_validation: TrainingCrossValidation) -> Iterator[Comparison]:
    """Accelerator-hours from parameters and tokens."""
    row = one.row
    hours, tokens, active = number(row["gpu_hours"]), number(row["tokens"]), one.subject.active_params_b
    if not (hours and tokens and active) or row["id"] in KNOWN_ERRATA or row["evidence_kind"] in RESTATED:
        return
    catalog = cross_validation.run(one.accelerator_id, active, hours, row)
    result = one.answer(catalog, training_tokens_b=tokens / PER_BILLION)
    yield compare("training: hours from parameters and tokens", row, result["accelerator_hours"], hours)


def _unique(runs: Sequence[PublishedRun]) -> list[PublishedRun]:
    """Each run once, even if several publications report it: the first record."""
    kept: dict[tuple[str, ...], PublishedRun] = {}
    for one in runs:
        near = (f"{number(one.row.get(name)) or 0:.1e}" for name in ("gpu_hours", "tokens"))
        kept.setdefault((one.accelerator_id, *near), one)
    return list(kept.values())
