"""Which model a request is about: a row of the table, or sizes of the caller's own."""

from dataclasses import dataclass

from costsvc.errors import BadRequestError
from costsvc.estimates.facts import Facts
from costsvc.estimates.spec import Subject
from costsvc.model.uncertainty import Factor
from costsvc.reference.table import Row
from costsvc.units import Numeric

TOTAL, ACTIVE = "total_params_b", "active_params_b"
BILLION = "10^9 parameters"
UNKNOWN_ACTIVE = (
    "{model} is a mixture of experts, and how many of its parameters are active is not known;"
    " give total_params_b and active_params_b in place of model."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Parameters of a model, None where nothing was said of it.

    Attributes:
        total_factor: All parameters. [10^9]
        active_factor: Those that one token passes through. [10^9]
        row: The model's row, where it was named.
    """

    total_factor: Factor | None = None
    active_factor: Factor | None = None
    row: Row | None = None

    @property
    def total_b(self) -> float | None:
        """Central value of all parameters [10^9]."""
        return self.total_factor.value if self.total_factor else None

    @property
    def active_b(self) -> float | None:
        """Central value of the active parameters [10^9]."""
        return self.active_factor.value if self.active_factor else None

    @property
    def key(self) -> str:
        """What tells the model from others: its name, or its parameters."""
        return self.row["model_id"] if self.row else f"{self.total_b:g}-{self.active_b:g}"

    def active(self, facts: Facts) -> Numeric:
        """Record the active parameters as used and return their sample [10^9].

        Raises:
            BadRequestError: If the model is sparse and nobody said how much of it is active.
        """
        if self.row is not None and self.active_factor is None:
            raise BadRequestError({"model": UNKNOWN_ACTIVE.format(model=self.row["model_id"])})
        return facts.use(self.active_factor) if self.active_factor else 0.0

    def total(self, facts: Facts) -> Numeric:
        """Record all parameters as used and return their sample [10^9]."""
        return facts.use(self.total_factor) if self.total_factor else 0.0


def sizes(subject: Subject, facts: Facts) -> Sizes:
    """Parameters of a model by its name or as the caller gives them.

    Raises:
        UnknownNameError: If the model is not known.
    """
    if subject.model is not None:
        return _of_table(facts.catalog.model(subject.model), facts)
    if subject.total_params_b is None:
        return Sizes()
    active = subject.active_params_b or subject.total_params_b
    return Sizes(total_factor=_said(TOTAL, subject.total_params_b), active_factor=_said(ACTIVE, active))


def _of_table(row: Row, facts: Facts) -> Sizes:
    if not row["params_disclosed"]:
        facts.warn("size-undisclosed", f"The size of {row['model_id']} was never disclosed; the table holds a guess.")
    total, active = (
        facts.catalog.factor("models", row["model_id"], column, column, BILLION) for column in (TOTAL, ACTIVE)
    )
    return Sizes(total_factor=total, active_factor=active, row=row)


def _said(name: str, value: float) -> Factor:
    return Factor(
        name=name, value=value, low=value, high=value, unit=BILLION, origin="request", identity=f"request/{name}"
    )
