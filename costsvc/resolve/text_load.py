"""What a request answered in text asks of its replica: lengths, widths, batch and measured figures."""

from costsvc.model.chains.replica import ReplicaInputs
from costsvc.model.chains.text_inputs import Given
from costsvc.model.inputs import Constant, FactorsOf
from costsvc.model.serving import Load
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Serving
from costsvc.resolve.chip import usual_memory
from costsvc.resolve.log import FactorLog, input_constant, present
from costsvc.resolve.machine import PROCESSORS
from costsvc.resolve.text_request import TextRequest

TOKENS = {"input_tokens": "effective_input_tokens", "output_tokens": "effective_output_tokens"}


READINGS = "serving_readings"
SHARED: dict[str, tuple[float, float]] = {"tensor": (1.0, 1.0), "pipeline": (0.0, 1.0), "layer-split": (0.0, 0.0)}
"""Whether devices read the weights of a token in parallel, and whether all work in parallel, by layout."""


def resolve_load(known: TextRequest) -> FactorsOf[Load]:
    """Lengths, precisions, layout and drafts; the chain determines devices and batch."""
    request, log, calibration = known.request, known.log, known.calibration
    weights_shared, work_shared = SHARED[request.layout]
    cached = request.cached_input_tokens
    log.record(known.weight_bytes)
    cache = calibration if request.cache_precision is None else calibration.within(request.cache_precision)
    fields: dict[str, object] = {
        "accelerators": 1.0,
        "batch": 1.0,
        "input_tokens": _tokens(known, "input_tokens"),
        "cached_tokens": 0.0 if cached is None else log.record_input("cached_input_tokens", cached, "token"),
        "output_tokens": _tokens(known, "output_tokens"),
        "weight_bytes": known.weight_bytes,
        "cache_bytes": cache.record("cache_bytes"),
        "weights_shared": weights_shared,
        "work_shared": work_shared,
    }
    _warn_of_unmeasured(request, known.catalog, log)
    return FactorsOf(Load, fields | _drafts(request, log))


def _warn_of_unmeasured(request: Serving, catalog: Catalog, log: FactorLog) -> None:
    if request.layout != "tensor":
        text = f"There are no measurements with layout {request.layout}; only the formulas are used."
        log.add_warning("layout-not-measured", text)
    measured = catalog.rows_by(READINGS, "cache_precision")
    if request.cache_precision is not None and (request.cache_precision,) not in measured:
        text = f"There are no measurements with cache_precision {request.cache_precision}; only the formulas are used."
        log.add_warning("cache-precision-not-measured", text)


def _drafts(request: Serving, log: FactorLog) -> dict[str, object]:
    drafts = request.speculative
    if drafts is None:
        return {}
    text = "There are no measurements of speculative decoding; only the formulas are used."
    log.add_warning("speculative-not-measured", text)
    fields: dict[str, object] = {}
    if drafts.draft_params_b is None:
        log.add_warning("draft-assumed", "draft_params_b was not given; the size of one block of the model is assumed.")
    else:
        fields["draft_params_b"] = log.record_input("draft_params_b", drafts.draft_params_b, "10^9 parameters")
    for name in ("accepted_per_step", "proposed_per_step"):
        fields[name] = log.record_input(name, getattr(drafts, name), "token")
    return fields


def _tokens(known: TextRequest, name: str) -> Factor:
    given: float | None = getattr(known.request, name)
    if given is None:
        text = "Tokens of a request were not given; those of a typical chat are assumed, with a wide interval."
        known.log.add_warning("tokens-assumed", text)
        return known.calibration.record(TOKENS[name], name)
    # a request without output still takes one step
    return known.log.record_input(name, max(given, 1.0) if name == "output_tokens" else given, "token")


def resolve_rate(known: TextRequest) -> Factor | None:
    """The rate of requests; None if the batch decides."""
    rate = known.request.requests_per_s
    return None if rate is None else known.log.record_input("requests_per_s", rate, "1/s")


def resolve_replica(known: TextRequest) -> FactorsOf[ReplicaInputs]:
    """Devices, batch and memory of the replica, as far as they are known."""
    machine, log = known.machine, known.log
    batch = _batch(known)
    memory, assumed = None, None
    if machine.row.get("memory_gb") is not None:
        memory = Constant(present(known.catalog.factor(machine.table, machine.id, "memory_gb", "memory_gb", "GB")))
    elif batch is None and machine.table == PROCESSORS:
        assumed = Constant(usual_memory(machine, known.catalog, log))
    share = known.request.concurrency_share
    concurrency = None
    if share is not None and (memory or assumed):
        concurrency = log.record_input("concurrency_share", share, "1")
    fields = {
        "accelerators": None if known.count is None else input_constant("accelerators", known.count, "1"),
        "per_host": machine.per_host,
        "batch": batch,
        "concurrency_share": concurrency,
        "memory_gb": memory,
        "assumed_memory_gb": assumed,
        "usable_share": Constant(known.calibration.find("usable_memory_share")),
        "memory_share": None
        if machine.slice is None
        else input_constant("slice_memory_share", machine.memory_share, "1"),
    }
    return FactorsOf(ReplicaInputs, fields)


def _batch(known: TextRequest) -> Factor | None:
    """The batch; None if it follows from the request rate or from the memory."""
    request, log = known.request, known.log
    if request.batch_size is not None:
        return log.record_input("batch_size", request.batch_size, "1")
    if request.requests_per_s is not None or request.concurrency_share is not None:
        return None
    log.add_warning(
        "batch-assumed",
        "batch_size was not given; a typical one for the machine's segment is assumed. It has by far the largest"
        " effect on the estimate: give batch_size or requests_per_s.",
    )
    return known.calibration.within(str(known.machine.trait("segment"))).record("default_batch", "batch_size")


def resolve_given(known: TextRequest) -> FactorsOf[Given]:
    """Measurements and power limit from the request; with a request rate only measured power is used."""
    request, log = known.request, known.log
    spec, fields = request.machine, dict[str, object]()
    if spec.accelerator_power_w is not None:
        fields["accelerator_power_w"] = log.record_input("accelerator_power_w", spec.accelerator_power_w, "W")
    if request.requests_per_s is not None:
        return FactorsOf(Given, fields)
    if spec.accelerator_power_limit_w is not None:
        limit = log.record_input("accelerator_power_limit_w", spec.accelerator_power_limit_w, "W")
        fields |= {
            "power_limit_w": limit,
            "power_limit_exponent": known.calibration.record("power_limit_exponent"),
        }
    if request.throughput_tokens_per_s is not None:
        speed = log.record_input("throughput_tokens_per_s", request.throughput_tokens_per_s, "tokens/s")
        fields["tokens_per_s"] = speed
    joules, name = request.accelerator_energy_j_per_output_token, "accelerator_energy_j_per_output_token"
    if joules is not None:
        fields["j_per_output_token"] = log.record_input(name, joules, "J")
    elif spec.accelerator_power_w is not None and request.throughput_tokens_per_s is None:
        text = "Power was measured but not throughput; energy is measured power times estimated time."
        log.add_warning("speed-estimated", f"{text} Give throughput_tokens_per_s.")
    return FactorsOf(Given, fields)
