"""What an answer rests on: factors, sources, warnings, missing fields, versions and the steps of the calculation."""

from typing import Annotated, Literal

from typing_extensions import TypedDict

from costsvc.docs import Doc

Origin = Literal["request", "table", "default", "measured", "inferred", "overlay"]
STEPS_ONLY = "only with ?explain=true"


class FactorAnswer(TypedDict):
    """A number that the answer rests on."""

    name: Annotated[str, Doc("Name of the factor")]
    value: Annotated[float, Doc("Central value")]
    low: Annotated[float, Doc("Lower end of the 90 % interval")]
    high: Annotated[float, Doc("Upper end of the 90 % interval")]
    unit: Annotated[str, Doc("Unit of value, low and high")]
    origin: Annotated[Origin, Doc("Where the value comes from")]
    source_id: Annotated[str | None, Doc("Key of the publication in sources")]
    locator: Annotated[str | None, Doc("Page, table or file within the publication")]
    year: Annotated[int | None, Doc("Year that the value describes")]
    as_of: Annotated[str | None, Doc("Day, month or year on which the value was last confirmed")]


class Gap(TypedDict):
    """A field that is null, and the reason."""

    field: Annotated[str, Doc("Path of the field")]
    reason: Annotated[str, Doc("Why it is not available")]


class Warned(TypedDict):
    """A warning."""

    code: Annotated[str, Doc("Stable code of the warning")]
    message: Annotated[str, Doc("Explanation of the warning")]


class Driver(TypedDict):
    """A factor's share of the uncertainty of a total."""

    name: Annotated[str, Doc("Name of the factor")]
    share: Annotated[float, Doc("Share of the variance, 0 to 1")]


class Step(TypedDict):
    """One step of the calculation."""

    name: Annotated[str, Doc("Name of the result")]
    formula: Annotated[
        str, Doc("In names of inputs and numbers, with + - * / ** and sqrt, log, log2, exp, expm1, min, max")
    ]
    inputs: Annotated[dict[str, float], Doc("Values by name: factors of the answer, or earlier steps")]
    value: Annotated[float, Doc("Result at central values")]
    unit: Annotated[str, Doc("Unit of the result")]
    reference: Annotated[str | None, Doc("Publication of the formula or of the number")]


class Provenance(TypedDict):
    """Sources, warnings, missing fields and versions of an answer."""

    names: Annotated[dict[str, str], Doc("Names for people of the ids in request and results, by id")]
    unavailable: Annotated[list[Gap], Doc("Fields that are null, with reasons")]
    sources: Annotated[list[dict[str, object]], Doc("Publications that the factors come from")]
    warnings: Annotated[list[Warned], Doc("Assumptions and limits that the caller should know")]
    data_version: Annotated[str, Doc("Version of the reference tables")]
    version: Annotated[str, Doc("Version of the service")]


class Explained(Provenance):
    """Provenance with every factor."""

    factors: Annotated[list[FactorAnswer], Doc("Every number that the answer rests on")]
