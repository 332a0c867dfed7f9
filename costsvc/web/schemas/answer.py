"""What an answer looks like: these schemas document, the answers themselves are plain data."""

from typing import Any

import marshmallow as ma

from costsvc.limits import ERRORS, WRONG_ENTRIES
from costsvc.web.fields import Part
from costsvc.web.schemas.explain import steps

NULLABLE = "null where it does not exist; unavailable says why"


class Quantity(ma.Schema):
    """A number and its 90 % interval."""

    value = ma.fields.Float(required=True)
    low = ma.fields.Float(required=True)
    high = ma.fields.Float(required=True)


class OpenQuantity(ma.Schema):
    """A number and its 90 % interval, which may be open: a null end has no bound."""

    value = ma.fields.Float(required=True)
    low = ma.fields.Float(required=True, allow_none=True)
    high = ma.fields.Float(required=True, allow_none=True)


def number(description: str) -> ma.fields.Nested:
    """A quantity that always exists."""
    return Part(Quantity, description, required=True)


def maybe(description: str, schema: type[ma.Schema] = Quantity) -> ma.fields.Nested:
    """A quantity that may not exist."""
    return Part(schema, f"{description}; {NULLABLE}", required=True, allow_none=True)


class Basis(ma.Schema):
    """What an intensity is: scope, method, zone, year, and how near it is to what was asked."""

    scope = ma.fields.String(required=True)
    method = ma.fields.String(required=True)
    zone = ma.fields.String(required=True, allow_none=True)
    year = ma.fields.Integer(required=True, allow_none=True)
    resolution = ma.fields.String(required=True)


class Bases(ma.Schema):
    """The basis of each of the three intensities."""

    location = ma.fields.Nested(Basis, required=True, allow_none=True)
    market = ma.fields.Nested(Basis, required=True, allow_none=True)
    marginal = ma.fields.Nested(Basis, required=True, allow_none=True)


class Carbon(ma.Schema):
    """CO2e in kg."""

    location_kg = maybe("At the average of the grid")
    market_kg = maybe("At contracts and residual mix")
    marginal_kg = maybe("At the margin of the grid")
    embodied_kg = number("Manufacture, by hours used")
    total_kg = maybe("location_kg and embodied_kg")
    basis = ma.fields.Nested(Bases, required=True)


class Water(ma.Schema):
    """Water in L."""

    onsite_l = number("Cooling")
    offsite_l = maybe("At the power plants")
    total_l = maybe("Both")


class Cost(ma.Schema):
    """Money in USD."""

    rental_usd = maybe("Rent")
    hardware_usd = maybe("Write-off of owned hardware")
    electricity_usd = maybe("Electricity of owned hardware")
    facility_usd = maybe("Building of owned hardware")
    total_usd = maybe("What is paid")
    social_usd = maybe("Damage of the CO2e, beside what is paid")


class Place(ma.Schema):
    """Where it runs."""

    region = ma.fields.String(required=True)
    country = ma.fields.String(required=True, allow_none=True)
    zone = ma.fields.String(required=True, allow_none=True)
    resolution = ma.fields.String(required=True, allow_none=True)
    year = ma.fields.Integer(required=True)
    pue = ma.fields.Float(required=True)


class Equivalent(ma.Schema):
    """A total in something that a person can picture."""

    name = ma.fields.String(required=True)
    value = ma.fields.Float(required=True)
    unit = ma.fields.String(required=True)
    source_id = ma.fields.String(required=True)


class FactorAnswer(ma.Schema):
    """A number that the answer rests on."""

    name = ma.fields.String(required=True)
    value = ma.fields.Float(required=True)
    low = ma.fields.Float(required=True)
    high = ma.fields.Float(required=True)
    unit = ma.fields.String(required=True)
    origin = ma.fields.String(required=True, metadata={"enum": ["request", "table", "default", "measured", "overlay"]})
    source_id = ma.fields.String(required=True, allow_none=True)
    locator = ma.fields.String(required=True, allow_none=True)
    year = ma.fields.Integer(required=True, allow_none=True)
    as_of = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "Day, month or year on which it was seen to hold"}
    )


class Gap(ma.Schema):
    """A field that is null, and why."""

    field = ma.fields.String(required=True)
    reason = ma.fields.String(required=True)


class Warned(ma.Schema):
    """Something that the caller should know."""

    code = ma.fields.String(required=True)
    message = ma.fields.String(required=True)


class Driver(ma.Schema):
    """A factor's share of the width of a total."""

    name = ma.fields.String(required=True)
    share = ma.fields.Float(required=True)


class Phase(ma.Schema):
    """One phase of a training run."""

    name = ma.fields.String(required=True, metadata={"enum": ["final", "development", "failed", "retraining"]})
    hours = number("Accelerator-hours")
    energy_kwh = number("Energy at the meter")
    carbon_kg = maybe("Total CO2e")
    water_l = maybe("Total water")
    cost_usd = maybe("Total money")


class Sci(ma.Schema):
    """Software Carbon Intensity, ISO/IEC 21031: operational and embodied CO2e per functional unit."""

    g_per_unit = maybe("CO2e per unit, in g")
    unit = ma.fields.String(required=True)


class Explained(ma.Schema):
    """What an answer rests on."""

    factors = ma.fields.List(ma.fields.Nested(FactorAnswer), required=True)
    unavailable = ma.fields.List(ma.fields.Nested(Gap), required=True)
    sources = ma.fields.List(ma.fields.Dict(), required=True)
    warnings = ma.fields.List(ma.fields.Nested(Warned), required=True)
    data_version = ma.fields.String(required=True)
    version = ma.fields.String(required=True)


class Totals(ma.Schema):
    """What a workload comes to in its place."""

    place = ma.fields.Nested(Place, required=True)
    accelerator_hours = number("Accelerators times hours, all phases")
    duration_h = maybe("Wall-clock hours of the final run")
    accelerator_energy_kwh = number("Energy of the accelerators alone")
    it_energy_kwh = number("Energy of the servers")
    energy_kwh = number("Energy at the building's meter")
    carbon = ma.fields.Nested(Carbon, required=True)
    water = ma.fields.Nested(Water, required=True)
    cost = ma.fields.Nested(Cost, required=True)


class Estimate(Totals, Explained):
    """What a workload costs, how sure that is, and where each number comes from."""

    id = ma.fields.String(required=True, metadata={"description": "Equal requests on equal versions have equal ids"})
    request = ma.fields.Dict(required=True, metadata={"description": "The request under canonical names"})
    equivalents = ma.fields.List(ma.fields.Nested(Equivalent), required=True)
    drivers = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.List(ma.fields.Nested(Driver)), required=True)
    sci = ma.fields.Nested(Sci, required=True)
    explanation = steps("The steps from the factors to the answer, at central values")


class TrainingEstimate(Estimate):
    """What a training run costs."""

    training_flop = maybe("Model FLOP of the final run")
    phases = ma.fields.List(ma.fields.Nested(Phase), required=True)


class ProblemSchema(ma.Schema):
    """RFC 9457 problem details."""

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)
    errors: Any = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.List(ma.fields.String()),
        metadata={"description": f"What is wrong, by the path of the field: the first {ERRORS} errors"},
    )
    error_count = ma.fields.Integer(
        metadata={
            "description": f"How many errors were found; a list is read up to {WRONG_ENTRIES} entries with errors"
        }
    )
