"""What a training run costs, from its hours or from its parameters and tokens."""

from collections.abc import Mapping
from dataclasses import dataclass

from costsvc.errors import BadRequestError
from costsvc.estimates import answer, hardware, request, site
from costsvc.estimates.answer import Plain
from costsvc.estimates.explanation import explanation
from costsvc.estimates.facts import Facts, present, traced
from costsvc.estimates.footprint import Footprint, Usage, footprint
from costsvc.estimates.hardware import Hardware
from costsvc.estimates.memory import layers_of, needed_memory, say_fit
from costsvc.estimates.site import Setting
from costsvc.estimates.spec import Overheads, Precision, TrainingRun
from costsvc.estimates.subject import Sizes, sizes
from costsvc.limits import ACCELERATORS
from costsvc.model import compute
from costsvc.model.explanation import untraced
from costsvc.model.uncertainty import middle
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row
from costsvc.units import G_PER_KG, H_PER_DAY, Numeric

SIX_ND_TOLERANCE = 0.25
SCALING = (
    "reference_params_b",
    "params_exponent",
    "half_crowd",
    "crowd_exponent",
    "sparse_factor",
    "fp8_factor",
    "fp4_factor",
    "fp8_exponent",
)
MFU_OF: Mapping[bool | None, str] = {None: "mfu", True: "tuned_mfu", False: "first_mfu"}
"""The column of a run that is known to be tuned, known to be none of a benchmark's, or neither."""
FEW_SOURCES = 3
DENSE = 0.9
"""Active over total parameters from which on a model counts as dense."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """A training run, wherever it takes place.

    Attributes:
        usage: What all phases take of the machines.
        hours: Accelerator-hours of the final run.
        flop: Model FLOP of the final run, None where the model's size or tokens are open.
        precision: At which precision.
        accelerators: How many share the final run.
    """

    usage: Usage
    hours: Numeric
    flop: Numeric | None
    precision: Precision
    accelerators: Numeric

    @property
    def duration_h(self) -> Numeric:
        """Wall-clock hours of the final run."""
        return self.hours / self.accelerators


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trained:
    """A training run in its place, resolved and computed.

    Attributes:
        footprint: What all phases cost together.
        run: The run itself.
        setting: Where.
        facts: What was used.
    """

    footprint: Footprint
    run: Run
    setting: Setting
    facts: Facts


def training(run: TrainingRun, catalog: Catalog, *, explain: bool = False) -> Plain:
    """Answer the question what a training run costs.

    Args:
        run: The run.
        catalog: The tables.
        explain: Whether the steps that lead to the answer are told as well.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If what is said does not go together.
    """
    found = trained(run, Facts(catalog))
    chosen = {"precision": found.run.precision}
    asked = request.normalised(run.said, found.run.usage.hardware, found.setting, chosen)
    shown, q = answer.estimate(asked, found.footprint, _extra(found), found.setting, found.facts)
    return {
        **shown,
        "duration_h": q["duration_h"],
        "training_flop": q["training_flop"],
        "phases": _phases(shown, run.overheads),
        "sci": {"g_per_unit": q["g_per_unit"], "unit": "training run"},
        **({"explanation": _explanation(run, catalog)} if explain else {}),
    }


def _extra(found: Trained) -> dict[str, Numeric | None]:
    total_kg = found.footprint.total_kg
    return {
        "duration_h": found.run.duration_h,
        "training_flop": found.run.flop,
        "g_per_unit": None if total_kg is None else total_kg * G_PER_KG,
    }


def _explanation(run: TrainingRun, catalog: Catalog) -> list[Plain]:
    found = trained(run, Facts(catalog, number=traced))
    return explanation({**answer.amounts(found.footprint), **_extra(found)}, found.facts.values())


def trained(run: TrainingRun, facts: Facts) -> Trained:
    """Resolve and compute a training run; see :func:`training` for what it raises."""
    found = running(run, facts)
    setting = site.resolve(run.site, found.usage.hardware, facts)
    return Trained(
        footprint=footprint(found.usage, setting, setting.pricing, facts),
        run=found,
        setting=setting,
        facts=facts,
    )


def running(run: TrainingRun, facts: Facts) -> Run:
    """Resolve a training run but for its place; see :func:`training` for what it raises."""
    machine = hardware.resolve(run.machine, facts)
    size = sizes(run.subject, facts)
    precision = run.precision or hardware.default_precision(machine)
    flop = _flop(run, size, facts)
    hours, machine = _hours(run, flop, size, machine, precision, facts)
    say_fit(needed_memory(run, size, machine, facts.catalog), machine, facts)
    power = hardware.training_power(machine, run.machine, run.workload, size.total_b, facts)
    work = hours * _all_phases(run.overheads, facts)
    return Run(
        usage=Usage(hours=work, power=power, hardware=machine),
        hours=hours,
        flop=flop,
        precision=precision,
        accelerators=facts.show("accelerators", machine.count or 1.0, "1"),
    )


def _flop(run: TrainingRun, size: Sizes, facts: Facts) -> Numeric | None:
    if run.training_tokens_b is None:
        facts.miss("training_flop", "it follows from training_tokens_b, which was not given")
        return None
    active, tokens = size.active(facts), facts.given("training_tokens_b", run.training_tokens_b, "10^9 tokens")
    k = facts.use(facts.catalog.default(f"flop_per_param_token_{run.method}", "flop_per_param_token"))
    flop = compute.training_flop(active, tokens, k)
    _say_not_6nd(run, size, facts)
    return flop if run.sequence_length is None else _with_attention(flop, run.sequence_length, active, size, facts)


def _with_attention(flop: Numeric, length: float, active: Numeric, size: Sizes, facts: Facts) -> Numeric:
    """FLOP of sequences of another length: utilisation was measured at the usual one, attention and all."""
    usual = facts.central(facts.catalog.default("training_sequence_length"))
    layers = layers_of(size, facts)
    share = compute.attention_share(layers, active, (facts.given("sequence_length", length, "tokens"), usual))
    return compute.with_attention(flop, share)


def _say_not_6nd(run: TrainingRun, size: Sizes, facts: Facts) -> None:
    """Warn where the table knows a model's training and it was not 6 x parameters x tokens."""
    row = size.row
    if row is None or run.method != "pretraining" or not (row["training_flop"] and row["training_tokens_b"]):
        return
    rule = compute.training_flop(row["active_params_b"], row["training_tokens_b"], 6.0)
    ratio = row["training_flop"] / rule
    if not 1 / (1 + SIX_ND_TOLERANCE) <= ratio <= 1 + SIX_ND_TOLERANCE:
        text = f"The published training FLOP of {row['model_id']} is {ratio:.2g} times 6 x parameters x tokens."
        facts.warn("not-6nd", text)


def _hours(
    run: TrainingRun,
    flop: Numeric | None,
    size: Sizes,
    machine: Hardware,
    precision: Precision,
    facts: Facts,
) -> tuple[Numeric, Hardware]:
    """Accelerator-hours of the final run, and the machine with its number of accelerators settled."""
    if flop is not None:
        return _hours_of_flop(run, flop, size, machine, precision, facts)
    if run.hours is not None:
        wall = facts.given("hours", run.hours, "h")
        return wall * facts.show("accelerators", machine.count or 1.0, "1"), machine
    hours = facts.given("accelerator_hours", run.accelerator_hours or 0.0, "h")
    return hours, _counted(run, size, machine, hours, facts)


def _hours_of_flop(
    run: TrainingRun,
    flop: Numeric,
    size: Sizes,
    machine: Hardware,
    precision: Precision,
    facts: Facts,
) -> tuple[Numeric, Hardware]:
    found = hardware.compute_precision(machine, precision, facts)
    if found is None:
        text = f"no peak is known for {machine.id}; give accelerator_hours instead of training_tokens_b"
        raise BadRequestError({"accelerator": text})
    peak = facts.use(
        present(facts.catalog.factor(machine.table, machine.id, found[1], "accelerator_peak_tflops", "TFLOP/s"))
    )
    recomputation = _recomputation(run, facts)
    if run.mfu is not None:
        mfu: Numeric = facts.given("mfu", run.mfu, "1", "share")
        hours = compute.accelerator_hours(flop, peak, mfu, recomputation)
        return hours, _counted(run, size, machine, hours, facts)
    if machine.count is None:
        # the number of accelerators moves utilisation a little; settle it at that of one host
        rough = compute.accelerator_hours(flop, peak, _mfu(run, machine, size, found[0], facts), recomputation)
        machine = _counted(run, size, machine, rough, facts)
    mfu = _mfu(run, machine, size, found[0], facts)
    return compute.accelerator_hours(flop, peak, mfu, recomputation), machine


def _mfu(run: TrainingRun, machine: Hardware, size: Sizes, precision: Precision, facts: Facts) -> Numeric:
    family = machine.trait("mfu_family")
    row = facts.catalog.row("mfu", family) or facts.catalog.row("mfu", hardware.ANY)
    if row is None:
        raise LookupError("mfu has no row for any family")
    narrow = {"fp8": "fp8_factor", "fp4": "fp4_factor"}.get(precision)
    tuned = run.tuned
    if narrow and tuned is None and row["mfu_family"] != hardware.ANY:
        text = f"A run at {precision} is taken to be as well tuned as a benchmark; give tuned: false where it is not."
        facts.warn("tuned-assumed", text)
        tuned = True
    column = MFU_OF[tuned]
    base = facts.use(present(facts.catalog.factor("mfu", row["mfu_family"], column, "mfu", "1", "share")))
    _say_few_sources(machine, row, facts)
    known = facts.row("mfu", row["mfu_family"], SCALING)
    active = facts.show("active_params_b", size.active_b or untraced(known["reference_params_b"]), "1")
    relative = facts.show("relative_params", active / known["reference_params_b"], "1")
    count = facts.show("accelerators", machine.count or machine.per_host, "1")
    dense = size.active_b is None or size.active_b >= DENSE * (size.total_b or size.active_b)
    left = (
        compute.crowding(count, relative, known["half_crowd"], known["crowd_exponent"]),
        compute.narrowing(relative, known[narrow], known["fp8_exponent"]) if narrow else 1.0,
        1.0 if dense else known["sparse_factor"],
    )
    floor, ceiling = (facts.central(facts.catalog.default(name)) for name in ("mfu_floor", "mfu_ceiling"))
    return compute.model_flops_utilization(base, (relative, known["params_exponent"]), left, (floor, ceiling))


def _say_few_sources(machine: Hardware, row: Row, facts: Facts) -> None:
    """Warn where a utilisation rests on other chips, or on few laboratories."""
    if row["mfu_family"] == hardware.ANY:
        text = f"No measured run on {machine.id} is known; its utilisation is that of all chips, and its interval wide."
        facts.warn("utilization-unmeasured", text)
    elif row["sources"] < FEW_SOURCES:
        text = f"The utilisation of {machine.id} rests on {row['sources']:g} laboratories; its interval is wide."
        facts.warn("few-sources", text)


def _recomputation(run: TrainingRun, facts: Facts) -> Numeric:
    if run.activation_recomputation == "full":
        return facts.use(facts.catalog.default("recomputation_full"))
    return 1.0


def _counted(run: TrainingRun, size: Sizes, machine: Hardware, hours: Numeric, facts: Facts) -> Hardware:
    """The machine with a number of accelerators: the caller's, or whole hosts that end in time and hold the run."""
    if machine.count is not None:
        return machine
    longest = facts.catalog.default("longest_run_days")
    central = middle(hours)
    in_time = compute.whole_hosts(central, longest.value * H_PER_DAY, machine.per_host)
    memory = needed_memory(run, size, machine, facts.catalog)
    wanted = in_time if memory is None else max(in_time, compute.whole_hosts(memory.fewest, 1.0, machine.per_host))
    count = min(wanted, ACCELERATORS.high // machine.per_host * machine.per_host)
    why = "whole hosts that hold the run" if wanted > in_time else f"whole hosts that end within {longest.value:g} days"
    why = why if count == wanted else "the most that can be asked for"
    facts.warn("accelerators-assumed", f"The number of accelerators was not given: {count:g}, {why}.")
    facts.use(longest)
    return request.with_count(machine, count)


def _all_phases(overheads: Overheads, facts: Facts) -> Numeric:
    """Work of all phases over that of the final run."""
    shares = {name: getattr(overheads, name) for name in ("development_share", "failed_share", "retrainings")}
    given = [facts.given(name, share, "1") for name, share in shares.items() if share]
    if not given:
        facts.warn("final-run-only", "Development, failed and repeated runs are not counted; give overheads.")
    return 1.0 + sum(given)


def _phases(shown: Plain, overheads: Overheads) -> list[Plain]:
    """The totals of an answer, shared out over the phases by their work."""
    parts = {
        "final": 1.0,
        "development": overheads.development_share,
        "failed": overheads.failed_share,
        "retraining": overheads.retrainings,
    }
    whole = sum(parts.values())
    totals = {
        "hours": shown["accelerator_hours"],
        "energy_kwh": shown["energy_kwh"],
        "carbon_kg": shown["carbon"]["total_kg"],
        "water_l": shown["water"]["total_l"],
        "cost_usd": shown["cost"]["total_usd"],
    }
    return [
        {"name": name, **{metric: _scaled(total, part / whole) for metric, total in totals.items()}}
        for name, part in parts.items()
        if part
    ]


def _scaled(quantity: dict[str, float] | None, share: float) -> dict[str, float] | None:
    return None if quantity is None else {name: number * share for name, number in quantity.items()}
