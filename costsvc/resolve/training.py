"""Resolve a training run."""

from dataclasses import dataclass

from costsvc.limits import ACCELERATORS
from costsvc.model import compute
from costsvc.model.chains.training import Arithmetic, Attention, ChipPower, Layers, TrainingInputs, TrainingMemory
from costsvc.model.inputs import Constant, FactorsOf
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Precision, Training, TrainingRun, Workload
from costsvc.resolve.log import FactorLog, input_constant, present
from costsvc.resolve.machine import (
    ANY,
    ResolvedHost,
    ResolvedMachine,
    refuse_chip_above_server,
    resolve_count,
    resolve_host,
    resolve_machine,
)
from costsvc.resolve.model_size import ModelSize, resolve_layers, resolve_model_size
from costsvc.resolve.slices import resolve_slice
from costsvc.resolve.utilization import resolve_speed
from costsvc.units import PERCENT

SIX_ND_TOLERANCE = 0.25


COUNTED_IN = ("qlora",)
"""Methods whose measured bytes per parameter include activations."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedTraining:
    """A resolved training run, without its place.

    Attributes:
        inputs: Inputs of its chain.
        machine: The machine.
        host: Host of the machine.
        precision: Precision of the run.
        count: Number of accelerators of the request, None if not given.
        fits: Memory of the run and of an accelerator; None if not known.
    """

    inputs: FactorsOf[TrainingInputs]
    machine: ResolvedMachine
    host: ResolvedHost
    precision: Precision
    count: float | None
    fits: TrainingMemory | None


def resolve_training(run: TrainingRun, catalog: Catalog, log: FactorLog) -> ResolvedTraining:
    """Resolve a training run, without its place.

    Args:
        run: The request.
        catalog: The tables.
        log: Receives factors, warnings and gaps.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If fields contradict each other, or a required figure is not known.
    """
    machine = resolve_machine(run.machine, catalog)
    if machine.log.warnings:
        log.include(machine.log)
    count = resolve_count(run.machine, machine, catalog, log)
    size = resolve_model_size(run.subject, catalog, log)
    precision = run.precision or machine.default_precision
    defaults: _Defaults = catalog.memos[_defaults](run.method)
    arithmetic = _arithmetic(run, size, defaults, catalog, log)
    fields: dict[str, object] = {"arithmetic": arithmetic}
    if arithmetic is not None:
        fields["speed"] = resolve_speed(run, machine, size, precision, catalog, log)
    elif run.hours is not None:
        fields["wall_hours"] = log.record_input("hours", run.hours, "h")
        count = count or 1.0
    else:
        fields["accelerator_hours"] = log.record_input("accelerator_hours", run.accelerator_hours or 0.0, "h")
    memory = _memory(run, size, machine, defaults)
    host: ResolvedHost = catalog.memos[resolve_host](machine)
    fields |= {
        "accelerators": None if count is None else input_constant("accelerators", count, "1"),
        "memory": memory,
        "host": host.power,
    }
    if count is None:
        longest = log.record(defaults.longest_run_days)
        fields |= {"longest_run_days": longest, "most_accelerators": ACCELERATORS.high}
    fields["power"] = _power(run, machine, size, host, catalog, log)
    fields["overheads"] = resolve_overheads(run, log)
    return ResolvedTraining(
        inputs=FactorsOf(TrainingInputs, fields),
        machine=machine,
        host=host,
        precision=precision,
        count=count,
        fits=memory,
    )


def _arithmetic(
    run: TrainingRun, size: ModelSize, defaults: "_Defaults", catalog: Catalog, log: FactorLog
) -> FactorsOf[Arithmetic] | None:
    if run.training_tokens_b is None:
        log.mark_unavailable("training_flop", "needs training_tokens_b, which was not given")
        return None
    fields: dict[str, object] = {
        "active_params_b": size.record_active(log),
        "training_tokens_b": log.record_input("training_tokens_b", run.training_tokens_b, "10^9 tokens"),
        "flop_per_param_token": log.record(defaults.flop_per_param_token),
        "attention": None,
    }
    _warn_of_not_6nd(run, size, log)
    if run.sequence_length is not None:
        attention = {
            "layers": resolve_layers(size, catalog, log),
            "sequence_length": log.record_input("sequence_length", run.sequence_length, "tokens"),
            "usual_length": Constant(defaults.sequence_length),
        }
        fields["attention"] = FactorsOf(Attention, attention)
    return FactorsOf(Arithmetic, fields)


def _warn_of_not_6nd(run: TrainingRun, size: ModelSize, log: FactorLog) -> None:
    """Warn if the published FLOP of a model differ from 6 x parameters x tokens."""
    row = size.row
    if row is None or run.method != "pretraining" or not (row["training_flop"] and row["training_tokens_b"]):
        return
    ratio = row["training_flop"] / compute.training_flop(row["active_params_b"], row["training_tokens_b"], 6.0)
    if not 1 / (1 + SIX_ND_TOLERANCE) <= ratio <= 1 + SIX_ND_TOLERANCE:
        text = f"The published training FLOP of {row['model_id']} is {ratio:.2g} times 6 x parameters x tokens."
        log.add_warning("not-6nd", text)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Defaults:
    """What every run of a method takes from the tables.

    Attributes:
        flop_per_param_token: FLOP for each parameter and token. [FLOP]
        bytes_per_param: Weights, gradients and optimizer states of one. [B]
        usable_share: Part of an accelerator's memory that a run may take. [1]
        sequence_length: Length of the sequences at which utilisation was measured. [token]
        longest_run_days: Within which a run is to end whose accelerators are open. [day]
        layers: Coefficient and exponent of the usual number of blocks. [1]
    """

    flop_per_param_token: Factor
    bytes_per_param: float
    usable_share: float
    sequence_length: Factor
    longest_run_days: Factor
    layers: tuple[float, float]


def _defaults(catalog: Catalog, method: Training) -> _Defaults:
    coefficient, exponent, usable = (
        present(catalog.factor("serving_fit", (name, ANY), "value", name)).value
        for name in ("layers_coefficient", "layers_exponent", "usable_memory_share")
    )
    return _Defaults(
        flop_per_param_token=catalog.default(f"flop_per_param_token_{method}", "flop_per_param_token"),
        bytes_per_param=catalog.default(f"training_bytes_per_param_{method}").value,
        usable_share=usable,
        sequence_length=catalog.default("training_sequence_length"),
        longest_run_days=catalog.default("longest_run_days"),
        layers=(coefficient, exponent),
    )


def _memory(run: TrainingRun, size: ModelSize, machine: ResolvedMachine, defaults: _Defaults) -> TrainingMemory | None:
    """Memory of a run; None if the model's size or the accelerator's memory is not known."""
    memory = machine.row.get("memory_gb")
    if not size.total_b or not memory:
        return None
    active = size.active_b or size.total_b
    own = (size.row or {}).get("layers") or None
    layers = Layers(layers=own, coefficient=defaults.layers[0], exponent=defaults.layers[1], active_params_b=active)
    counted = run.workload == "llm" and run.method not in COUNTED_IN
    return TrainingMemory(
        total_params_b=size.total_b,
        bytes_per_param=defaults.bytes_per_param,
        activations=layers if counted else None,
        active_params_b=active,
        sequence_length=run.sequence_length or defaults.sequence_length.value,
        each_gb=memory * machine.memory_share * defaults.usable_share,
    )


def _power(
    run: TrainingRun,
    machine: ResolvedMachine,
    size: ModelSize,
    host: ResolvedHost,
    catalog: Catalog,
    log: FactorLog,
) -> FactorsOf[ChipPower]:
    """Measured power, or that of the tables."""
    spec = run.machine
    if spec.it_power_w is not None and spec.accelerator_power_w is not None:
        refuse_chip_above_server(spec)
    fields: dict[str, object] = {}
    if spec.it_power_w is not None:
        fields["it_power_w"] = log.record_input("it_power_w", spec.it_power_w, "W")
    if spec.accelerator_power_w is not None:
        fields["accelerator_power_w"] = log.record_input("accelerator_power_w", spec.accelerator_power_w, "W")
    elif spec.it_power_w is None:
        fields |= _rated_power(run, machine, size, catalog, log)
    if spec.it_power_w is None or spec.accelerator_power_w is None:
        log.include(host.power_log)
    return FactorsOf(ChipPower, fields)


def _rated_power(
    run: TrainingRun, machine: ResolvedMachine, size: ModelSize, catalog: Catalog, log: FactorLog
) -> dict[str, object]:
    fraction = power_fraction(catalog, machine.power_family, run.workload, size.total_b)
    log.record_all(fraction, machine.tdp)
    fields: dict[str, object] = {"fraction": fraction, "tdp_w": machine.tdp}
    if machine.slice is not None:
        fields["slice"] = resolve_slice(machine, catalog, log)
    limit = run.machine.accelerator_power_limit_w
    if limit is not None:
        fields["limit_w"] = log.record_input("accelerator_power_limit_w", limit, "W")
    return fields


def power_fraction(catalog: Catalog, power_family: str, workload: Workload, params_b: float | None) -> Factor:
    """Share of the thermal design power that an accelerator draws in training.

    Args:
        catalog: The tables.
        power_family: The family of accelerators.
        workload: Kind of model.
        params_b: All parameters of the model, None if not known. [10^9]
    """
    bands: list[tuple[float | None, Factor]] = catalog.memos[_power_bands](power_family, workload)
    for limit, factor in bands:
        if limit is None or (params_b is not None and params_b <= limit):
            return factor
    raise LookupError(f"power_fractions has no row for {workload} of any size")


def _power_bands(catalog: Catalog, power_family: str, workload: Workload) -> list[tuple[float | None, Factor]]:
    """Bands of model sizes and their shares: of the family, then of any family; the narrowest of each first."""
    bands: list[tuple[float | None, Factor]] = []
    for family in (power_family, ANY):
        limits = catalog.group("power_fractions", family, workload)
        for limit in (*sorted(x for x in limits if x is not None), *(x for x in limits if x is None)):
            key = (family, workload, limit)
            factor = catalog.factor("power_fractions", key, "fraction", "power_fraction", "1")
            bands.append((limit, present(factor)))
    return bands


def resolve_overheads(run: TrainingRun, log: FactorLog) -> tuple[Factor, ...]:
    """Work of development, failed and repeated runs, relative to the final run.

    Args:
        run: The run.
        log: Receives factors, or the warning that there are none.
    """
    names = ("development_share", "failed_share", "retrainings")
    given = [(name, getattr(run.overheads, name)) for name in names]
    factors = tuple(log.record_input(name, share, "1") for name, share in given if share)
    for name, share in given[:2]:
        if share > 1:
            percents = f"{share:g} % would be {share / PERCENT:g}"
            text = f"overheads.{name} is {share:g}, {share:g} times the final run; {percents}."
            log.add_warning("overheads-large", text)
    if not factors:
        text = "Development, failed and repeated runs are not included; give overheads."
        log.add_warning("final-run-only", text)
    return factors
