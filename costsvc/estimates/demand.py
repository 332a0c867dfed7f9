"""A workload that can run at one time or another, and in one place or another."""

from dataclasses import dataclass

import numpy as np

from costsvc.estimates import site
from costsvc.estimates.alternatives import Load
from costsvc.estimates.facts import Facts
from costsvc.estimates.hardware import Hardware
from costsvc.estimates.parts import located
from costsvc.estimates.site import Setting
from costsvc.estimates.spec import Site, TrainingRun
from costsvc.estimates.training import Run, running
from costsvc.model import footprint as formulas
from costsvc.reference.profiles import HOURS, MONTHS, Profile, profile
from costsvc.units import Array, Numeric

FLAT = np.ones((MONTHS, HOURS))
"""The shape of a grid of which only the mean of the year is known."""
RESTS_ON = ("pue", "grid_g_per_kwh")
SAID = ("region-unspecified", "household", "grid-fallback", "grid-year")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Demand:
    """A workload wherever it runs.

    Attributes:
        energy_kwh: Energy of a run at its servers, of a load at the meter. [kWh]
        run: The run; None for a load.
        site: Where, as the caller says it.
    """

    energy_kwh: Numeric
    run: Run | None
    site: Site

    @property
    def machine(self) -> Hardware | None:
        """What it runs on, where that is known."""
        return self.run.usage.hardware if self.run else None

    def meter_kwh(self, setting: Setting) -> Numeric:
        """Energy at the meter of a place [kWh]."""
        return formulas.meter_energy_kwh(self.energy_kwh, setting.pue) if self.run else self.energy_kwh

    def kg(self, setting: Setting) -> Numeric:
        """CO2e in a place at the mean of its year [kg]."""
        return formulas.grid_kg(self.meter_kwh(setting), level(setting), setting.losses)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Local:
    """A workload in a place.

    Attributes:
        setting: The place.
        profile: Its profile, None where it has none and its intensity is taken as the same all year.
        energy_kwh: Energy at the meter. [kWh]
        kg: CO2e at the mean of the year. [kg]
        facts: What was used.
    """

    setting: Setting
    profile: Profile | None
    energy_kwh: Numeric
    kg: Numeric
    facts: Facts

    @property
    def shape(self) -> Array:
        """Intensity by month and hour over the mean of the year [1]."""
        return FLAT if self.profile is None else self.profile.shape


def level(setting: Setting) -> Numeric:
    """Intensity of a place at the mean of its year, 0 where it is not known [g/kWh]."""
    return 0.0 if setting.location is None else setting.location


def demanded(workload: TrainingRun | Load, facts: Facts) -> Demand:
    """Resolve a workload but for its place.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If what is said of a run does not go together.
    """
    if isinstance(workload, Load):
        energy = facts.given("energy_kwh", workload.energy_kwh, "kWh")
        return Demand(energy_kwh=energy, run=None, site=workload.site)
    with located("training"):
        run = running(workload, facts)
    facts.unavailable.clear()  # what a run leaves open is no field of this answer
    energy = formulas.energy_kwh(run.usage.power.it_w, run.usage.hours)
    return Demand(energy_kwh=energy, run=run, site=workload.site)


def local(where: Site, demand: Demand, facts: Facts) -> Local:
    """The workload in a place; of the place only what this answer rests on is recorded."""
    seen = Facts(facts.catalog)
    setting = site.resolve(where, demand.machine, seen)
    wanted = RESTS_ON if demand.run else RESTS_ON[1:]
    facts.factors |= {name: seen.factors[name] for name in wanted if name in seen.factors}
    facts.warnings |= {code: seen.warnings[code] for code in SAID if code in seen.warnings}
    if setting.location is None:
        facts.miss("annual_g_per_kwh", seen.unavailable["carbon.location_kg"])
    found = profile(setting.place, where.scope, facts.catalog)
    if found is not None:
        facts.factors[found.mean.name] = found.mean
    return Local(
        setting=setting,
        profile=found,
        energy_kwh=demand.meter_kwh(setting),
        kg=demand.kg(setting),
        facts=facts,
    )
