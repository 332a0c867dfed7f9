"""Resolve the size of a model: from its row in the table, or from the request."""

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import cast

from costsvc.errors import BadRequestError
from costsvc.model.chains.training import Layers
from costsvc.model.inputs import Constant, FactorsOf
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row
from costsvc.requests.workloads import Precision, Subject
from costsvc.resolve.log import FactorLog, input_factor, present
from costsvc.resolve.machine import ANY

TOTAL, ACTIVE = "total_params_b", "active_params_b"
BILLION = "10^9 parameters"
UNKNOWN_ACTIVE = (
    "{model} is a mixture of experts, and how many of its parameters are active is not known;"
    " give total_params_b and active_params_b in place of model."
)
SAME_SIZE = 0.01
"""Relative difference of total and active parameters within which a model is assumed to have a known model's shape."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelSize:
    """Parameters of a model; None if the request has no model.

    Attributes:
        total_factor: All parameters. [10^9]
        active_factor: Parameters that one token passes through. [10^9]
        total_b: Central value of all parameters. [10^9]
        active_b: Central value of the active ones. [10^9]
        row: The model's row, if it was named.
        precision: Number format of the weights, if its name states one.
        sparsity: All over active parameters, if only the latter are known. [1]
        log: Warnings about its name.
    """

    total_factor: Factor | None = None
    active_factor: Factor | None = None
    total_b: float | None = None
    active_b: float | None = None
    row: Row | None = None
    precision: Precision | None = None
    sparsity: Factor | None = None
    log: FactorLog = field(default_factory=FactorLog)

    @property
    def key(self) -> str:
        """Key of the model: its name, or its parameters."""
        return self.row["model_id"] if self.row else f"{self.total_b:g}-{self.active_b:g}"

    def record_active(self, log: FactorLog) -> Factor | float:
        """Record the active parameters as used and return them, 0 if the request says nothing of the model.

        Raises:
            BadRequestError: If the model is sparse and the number of active parameters is not known.
        """
        if self.row is not None and self.active_factor is None:
            raise BadRequestError({"model": UNKNOWN_ACTIVE.format(model=self.row["model_id"])})
        return log.record(self.active_factor) if self.active_factor else 0.0

    def record_total(self, log: FactorLog) -> Factor | float:
        """Record all parameters as used and return them."""
        return log.record(self.total_factor) if self.total_factor else 0.0


def resolve_model_size(subject: Subject, catalog: Catalog, log: FactorLog) -> ModelSize:
    """Parameters of a model by its name or as the caller gives them.

    Args:
        subject: The model.
        catalog: The tables.
        log: Receives the warnings.

    Raises:
        UnknownNameError: If the model is not known.
    """
    if subject.model is not None:
        size: ModelSize = catalog.memos[_of_name](subject.model)
        log.include(size.log)
        return size
    if subject.total_params_b is None:
        return ModelSize()
    active = subject.active_params_b or subject.total_params_b
    total = subject.total_params_b
    return ModelSize(
        total_factor=input_factor(TOTAL, total, BILLION),
        active_factor=input_factor(ACTIVE, active, BILLION),
        total_b=total,
        active_b=active,
    )


def _of_name(catalog: Catalog, name: str) -> ModelSize:
    reading, log = catalog.read_model(name), FactorLog()
    row = catalog.model(reading.id)
    if reading.notes:
        log.add_warning("model-name", f"{name!r} is read as {reading.id}: {', '.join(reading.notes)}.")
    if not row["params_disclosed"]:
        log.add_warning(
            "size-undisclosed", f"The size of {row['model_id']} was never disclosed; the table holds a guess."
        )
    total, active = (catalog.factor("models", row["model_id"], column, column, BILLION) for column in (TOTAL, ACTIVE))
    return ModelSize(
        total_factor=total,
        active_factor=active,
        total_b=None if total is None else total.value,
        active_b=None if active is None else active.value,
        row=row,
        precision=cast("Precision | None", reading.says.get("precision")),
        log=log,
    )


def resolve_layers(size: ModelSize, catalog: Catalog, log: FactorLog) -> FactorsOf[Layers]:
    """Transformer blocks of a model, its own or those that are usual for its size, with a warning.

    Args:
        size: The model.
        catalog: The tables.
        log: Receives the warning.
    """
    own = None
    if size.row is not None and size.row["layers"]:
        own = catalog.factor("models", size.row["model_id"], "layers", "layers", "1")
    else:
        text = "Layers of the model are not known; those of the usual model of its size are taken."
        log.add_warning("dimensions-assumed", text)
    coefficient, exponent = (
        Constant(present(catalog.factor("serving_fit", (name, ANY), "value", name)))
        for name in ("layers_coefficient", "layers_exponent")
    )
    active = size.active_b or size.total_b or 1.0
    fields = {
        "layers": None if own is None else Constant(own),
        "coefficient": coefficient,
        "exponent": exponent,
        "active_params_b": Constant(input_factor(ACTIVE, active, "1")),
    }
    return FactorsOf(Layers, fields)


def constants_of_row(catalog: Catalog, table: str, key: str, columns: tuple[str, ...]) -> dict[str, Constant]:
    """Those figures of a row that the table has, taken without width."""
    found = {name: catalog.factor(table, key, name, name, "1") for name in columns}
    return {name: Constant(factor) for name, factor in found.items() if factor is not None}


def find_alike(size: ModelSize, shaped_by: tuple[str, ...], catalog: Catalog) -> Row | None:
    """The catalogued model of known shape that is nearest in size, the newest of equals, if one is near.

    Args:
        size: The size.
        shaped_by: Columns that tell the shape.
        catalog: The tables.
    """
    near = list(_near(size, shaped_by, catalog))
    if not near:
        return None
    closest = min(distance for distance, _ in near)
    return max((row for distance, row in near if distance == closest), key=lambda row: str(row["released_on"]))


def _near(size: ModelSize, shaped_by: tuple[str, ...], catalog: Catalog) -> Iterator[tuple[float, Row]]:
    """Models of nearly the same parameters, total and active, with how far they are off."""
    total, active = size.total_b or math.nan, size.active_b or math.nan
    shaped = catalog.models_by_size(*shaped_by, TOTAL, ACTIVE)
    for place in range(bisect_left(shaped, total * (1 - SAME_SIZE), key=itemgetter(0)), len(shaped)):
        other, row = shaped[place]
        if other > total * (1 + SAME_SIZE):
            return
        distance = max(abs(other / total - 1), abs(row[ACTIVE] / active - 1))
        if distance <= SAME_SIZE:
            yield distance, row
