"""A request answered in text with what its names lead to: model and calibrated constants."""

from dataclasses import dataclass

from costsvc.model.architecture import ServedModel, ShapeRule
from costsvc.model.inputs import FactorsOf
from costsvc.model.serving import ServingConstants
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Precision, Serving
from costsvc.resolve.calibration import (
    Calibration,
    model_class,
)
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ResolvedMachine
from costsvc.resolve.model_size import ModelSize, constants_of_row, find_alike

DIMENSIONS = (
    "layers",
    "full_layers",
    "window_layers",
    "window_tokens",
    "picked_tokens",
    "attended_values",
    "cached_values",
    "state_values",
    "expert_share",
)


SHAPED = ("layers", "cached_values")
"""Dimensions that a model's row must have to be used."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextRequest:
    """A request with its resolved names."""

    request: Serving
    size: ModelSize
    machine: ResolvedMachine
    count: float | None
    precision: Precision
    calibration: Calibration
    weight_bytes: Factor

    @property
    def log(self) -> FactorLog:
        """The log of the request."""
        return self.calibration.log

    @property
    def catalog(self) -> Catalog:
        """The tables."""
        return self.calibration.catalog


def scopes_of(
    task: str, software: str, size: ModelSize, on: tuple[ResolvedMachine, Precision], weight_bytes: Factor
) -> tuple[str, ...]:
    """The scopes of calibrated constants for a request, the narrowest first."""
    machine, precision = on
    kind = model_class(size, weight_bytes.value)
    return task, machine.family, kind, machine.computes_in(precision), software


def resolve_model(size: ModelSize, calibration: Calibration) -> tuple[FactorsOf[ServedModel], FactorsOf[ShapeRule]]:
    """The dimensions of the model for the serving formulas, with a warning of assumed ones."""
    log, catalog = calibration.log, calibration.catalog
    row = size.row or find_alike(size, SHAPED, catalog)
    known = constants_of_row(catalog, "models", row["model_id"], DIMENSIONS) if row else {}
    fields = {"total_params_b": size.record_total(log), "active_params_b": size.record_active(log), **known}
    if size.sparsity is not None:
        fields["sparsity"] = log.record(size.sparsity)
    if not set(SHAPED) <= set(known):
        text = "Layers and cache size of the model are not known; those of a typical model of its size are assumed."
        log.add_warning("dimensions-assumed", text)
    elif row is not None and row is not size.row:
        text = f"Layers and cache size are assumed to be those of {row['model_id']}, which has the same parameters."
        log.add_warning("dimensions-matched", text)
    return FactorsOf(ServedModel, fields), calibration.constants(ShapeRule)


def resolve_constants(
    calibration: Calibration, precision: Precision
) -> tuple[FactorsOf[ServingConstants], Factor | None]:
    """The fitted constants, and the reduction of memory efficiency by unpacking low-bit weights."""
    constants = calibration.constants(ServingConstants)
    name = "low_bit_efficiency"
    scope = next((scope for scope in (*calibration.scopes, precision) if calibration.has(name, scope)), None)
    return constants, None if scope is None else calibration.within(scope).record(name)
