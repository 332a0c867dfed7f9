"""How fast an accelerator trains: its peak, and the utilisation that is known of it."""

from collections.abc import Mapping

from costsvc.errors import BadRequestError
from costsvc.model.chains.utilization import Speed, Utilization
from costsvc.model.inputs import Constant, FactorsOf
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row
from costsvc.requests.workloads import Precision, TrainingRun
from costsvc.resolve.log import FactorLog, input_constant, input_factor, present
from costsvc.resolve.machine import (
    ANY,
    ResolvedMachine,
    compute_precision,
)
from costsvc.resolve.model_size import ModelSize, constants_of_row

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


NARROW: Mapping[Precision, str] = {"fp8": "fp8_factor", "fp4": "fp4_factor"}


MFU_OF: Mapping[bool | None, str] = {None: "mfu", True: "tuned_mfu", False: "first_mfu"}
"""Column of the utilisation by ``tuned``: True, False, or not given."""


FEW_SOURCES = 3


DENSE = 0.9
"""Active over total parameters from which a model counts as dense."""


def resolve_speed(
    run: TrainingRun,
    machine: ResolvedMachine,
    size: ModelSize,
    precision: Precision,
    catalog: Catalog,
    log: FactorLog,
) -> FactorsOf[Speed]:
    """Peak and utilisation of an accelerator in a training run."""
    computes = compute_precision(machine, precision, log)
    if computes is None:
        text = f"no peak is known for {machine.id}; give accelerator_hours instead of training_tokens_b"
        raise BadRequestError({"accelerator": text})
    peak = catalog.factor(machine.table, machine.id, computes[1], "accelerator_peak_tflops", "TFLOP/s")
    full = run.activation_recomputation == "full"
    fields: dict[str, object] = {
        "peak_tflops": log.record(present(peak)),
        "recomputation": log.record(catalog.default("recomputation_full")) if full else 1.0,
        "given_mfu": None,
        "utilization": None,
    }
    if machine.slice is not None:
        fields["compute_share"] = input_constant("slice_compute_share", machine.slice.compute_share, "1")
        fields["held_share"] = machine.held_share
    if run.mfu is not None:
        fields["given_mfu"] = log.record_input("mfu", run.mfu, "1", "share")
    else:
        fields["utilization"] = _utilization(run, machine, size, computes[0], catalog, log)
    return FactorsOf(Speed, fields)


def _utilization(
    run: TrainingRun,
    machine: ResolvedMachine,
    size: ModelSize,
    precision: Precision,
    catalog: Catalog,
    log: FactorLog,
) -> FactorsOf[Utilization]:
    row = _mfu_row(machine, catalog)
    narrow, tuned = NARROW.get(precision), run.tuned
    if narrow and tuned is None and row["mfu_family"] != ANY:
        text = f"A run at {precision} is assumed to be as well tuned as a benchmark; otherwise give tuned: false."
        log.add_warning("tuned-assumed", text)
        tuned = True
    mfu = present(catalog.factor("mfu", row["mfu_family"], MFU_OF[tuned], "mfu", "1", "share"))
    log.record(mfu)
    _warn_of_few_sources(machine, row, log)
    known = constants_of_row(catalog, "mfu", row["mfu_family"], SCALING)
    active = size.active_b or known["reference_params_b"].factor.value
    dense = size.active_b is None or size.active_b >= DENSE * (size.total_b or size.active_b)
    fields = {
        "mfu": mfu,
        "active_params_b": Constant(input_factor("active_params_b", active, "1")),
        **{name: known[name] for name in SCALING[:4]},
        "narrow": known[narrow] if narrow else None,
        "narrow_exponent": known.get("fp8_exponent", 0.0),
        "sparse": 1.0 if dense else known["sparse_factor"],
        "floor": Constant(catalog.default("mfu_floor")),
        "ceiling": Constant(catalog.default("mfu_ceiling")),
    }
    return FactorsOf(Utilization, fields)


def _mfu_row(machine: ResolvedMachine, catalog: Catalog) -> Row:
    row = catalog.row("mfu", machine.trait("mfu_family")) or catalog.row("mfu", ANY)
    if row is None:
        raise LookupError("mfu has no row for any family")
    return row


def _warn_of_few_sources(machine: ResolvedMachine, row: Row, log: FactorLog) -> None:
    """Warn if the utilisation is that of other chips, or is based on few laboratories."""
    if row["mfu_family"] == ANY:
        text = f"No measured run on {machine.id} is known; the utilisation of all chips is used, with a wide interval."
        log.add_warning("utilization-unmeasured", text)
    elif row["sources"] < FEW_SOURCES:
        text = f"The utilisation of {machine.id} is based on {row['sources']:g} laboratories; its interval is wide."
        log.add_warning("few-sources", text)
