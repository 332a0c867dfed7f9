"""Estimates of training runs and of inference requests."""

from typing import Annotated, Literal, NotRequired, final

from typing_extensions import TypedDict

from costsvc.answers.explanation import STEPS_ONLY, Driver, Explained, Step
from costsvc.answers.quantities import Quantity
from costsvc.answers.request_body import RequestBody
from costsvc.docs import Doc, nullable

PhaseName = Literal["final", "development", "failed", "retraining"]


class Basis(TypedDict):
    """What an intensity of electricity describes, and how closely it matches the requested place."""

    scope: Annotated[str, Doc("lifecycle or direct emissions")]
    method: Annotated[str, Doc("How the intensity is defined")]
    zone: Annotated[str | None, Doc("Grid zone; null if the intensity is not from a table")]
    year: Annotated[int | None, Doc("Year of the intensity")]
    resolution: Annotated[str, Doc("Level of the area that the intensity describes")]


class Bases(TypedDict):
    """The basis of each of the three intensities."""

    location: Annotated[Basis | None, Doc("Of location_kg; null if that is not available")]
    market: Annotated[Basis | None, Doc("Of market_kg; null if that is not available")]
    marginal: Annotated[Basis | None, Doc("Of marginal_kg; null if that is not available")]


class Carbon(TypedDict):
    """Greenhouse gas emissions as CO2e."""

    location_kg: Annotated[Quantity | None, nullable("At the grid's average intensity", "kg")]
    market_kg: Annotated[Quantity | None, nullable("With contracts and the residual mix", "kg")]
    marginal_kg: Annotated[Quantity | None, nullable("At the grid's marginal intensity", "kg")]
    embodied_kg: Annotated[Quantity | None, nullable("Share of the hardware's manufacture, by hours of use", "kg")]
    total_kg: Annotated[Quantity | None, nullable("location_kg plus embodied_kg", "kg")]
    basis: Annotated[Bases, Doc("What the three intensities describe")]


class Water(TypedDict):
    """Water consumed."""

    onsite_l: Annotated[Quantity, Doc("Cooling of the data center", "L")]
    offsite_l: Annotated[Quantity | None, nullable("Generation of the electricity", "L")]
    total_l: Annotated[Quantity | None, nullable("onsite_l plus offsite_l", "L")]


class Cost(TypedDict):
    """Money."""

    rental_usd: Annotated[Quantity | None, nullable("Rent", "USD")]
    hardware_usd: Annotated[Quantity | None, nullable("Depreciation of owned hardware", "USD")]
    electricity_usd: Annotated[Quantity | None, nullable("Electricity of owned hardware", "USD")]
    facility_usd: Annotated[Quantity | None, nullable("Building of owned hardware", "USD")]
    api_usd: Annotated[Quantity | None, nullable("List price of calls to a hosted model", "USD")]
    total_usd: Annotated[Quantity | None, nullable("Total paid", "USD")]
    social_usd: Annotated[Quantity | None, nullable("Social cost of the CO2e, not part of total_usd", "USD")]


class Place(TypedDict):
    """Where the workload runs."""

    region: Annotated[str, Doc("Cloud region, country, subdivision, grid zone, city, continent or world")]
    country: Annotated[str | None, Doc("ISO 3166 code of the country")]
    zone: Annotated[str | None, Doc("Grid zone")]
    resolution: Annotated[str | None, Doc("Level of the area that the grid's figures describe")]
    year: Annotated[int, Doc("Year of annual figures")]
    pue: Annotated[float, Doc("Power usage effectiveness of the building")]


class Equivalent(TypedDict):
    """A total expressed in an everyday unit."""

    name: Annotated[str, Doc("What the total is expressed in")]
    value: Annotated[float, Doc("Number of them")]
    unit: Annotated[str, Doc("Unit of value")]
    source_id: Annotated[str, Doc("Key of the publication")]


class Sci(TypedDict):
    """Software Carbon Intensity, ISO/IEC 21031: operational and embodied CO2e per functional unit."""

    g_per_unit: Annotated[Quantity | None, nullable("CO2e per functional unit", "g")]
    unit: Annotated[str, Doc("The functional unit")]


class Totals(TypedDict):
    """Totals of a workload in its place."""

    place: Annotated[Place, Doc("Where the workload runs")]
    accelerator_hours: Annotated[Quantity | None, nullable("Accelerators times hours, all phases", "h")]
    duration_h: Annotated[Quantity | None, nullable("Wall-clock time of the final run", "h")]
    accelerator_energy_kwh: Annotated[Quantity | None, nullable("Energy of the accelerators alone", "kWh")]
    it_energy_kwh: Annotated[Quantity, Doc("Energy of the servers", "kWh")]
    energy_kwh: Annotated[Quantity, Doc("Energy at the building's meter", "kWh")]
    carbon: Annotated[Carbon, Doc("Greenhouse gas emissions")]
    water: Annotated[Water, Doc("Water consumed")]
    cost: Annotated[Cost, Doc("Money")]


class Estimate(Totals, Explained):
    """Energy, CO2e, water and cost of a workload, with the factors and sources behind them."""

    id: Annotated[str, Doc("Equal requests on equal versions have equal ids")]
    request: Annotated[RequestBody, Doc("The request under canonical names")]
    equivalents: Annotated[list[Equivalent], Doc("Totals in everyday units")]
    drivers: Annotated[
        dict[str, list[Driver]], Doc("For each total the factors that contribute most to its uncertainty")
    ]
    sci: Annotated[Sci, Doc("Software Carbon Intensity")]
    explanation: NotRequired[
        Annotated[list[Step], Doc(f"Calculation steps from the factors to the results; {STEPS_ONLY}")]
    ]


class Phase(TypedDict):
    """One phase of a training run."""

    name: Annotated[PhaseName, Doc("Which phase")]
    hours: Annotated[Quantity | None, nullable("Accelerator-hours", "h")]
    energy_kwh: Annotated[Quantity, Doc("Energy at the building's meter", "kWh")]
    carbon_kg: Annotated[Quantity | None, nullable("Total CO2e", "kg")]
    water_l: Annotated[Quantity | None, nullable("Total water", "L")]
    cost_usd: Annotated[Quantity | None, nullable("Total cost", "USD")]


@final
class TrainingEstimate(Estimate):
    """Estimate of a training run."""

    training_flop: Annotated[Quantity | None, nullable("Model FLOP of the final run", "FLOP")]
    phases: Annotated[list[Phase], Doc("The run by phase")]


class PerUnit(TypedDict):
    """Footprint and cost of one request or token."""

    accelerator_energy_j: Annotated[Quantity | None, nullable("Energy of the accelerators alone", "J")]
    it_energy_j: Annotated[Quantity | None, nullable("Energy of the servers", "J")]
    energy_j: Annotated[Quantity | None, nullable("Energy at the building's meter", "J")]
    carbon_g: Annotated[Quantity | None, nullable("CO2e", "g")]
    water_ml: Annotated[Quantity | None, nullable("Water", "mL")]
    cost_usd: Annotated[Quantity | None, nullable("Cost", "USD")]


@final
class InferenceEstimate(Estimate):
    """Estimate of inference requests, per unit and in total."""

    per_request: Annotated[PerUnit, Doc("Of one request")]
    per_output_token: Annotated[PerUnit, Doc("Of one generated token")]
    per_million_tokens: Annotated[PerUnit, Doc("Of a million generated tokens")]
    throughput_tokens_per_s: Annotated[Quantity | None, nullable("Tokens that the replica generates", "tokens/s")]
    latency_s: Annotated[Quantity, Doc("Time from the arrival of a request to its end", "s")]
