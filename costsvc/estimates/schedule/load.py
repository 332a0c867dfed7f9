"""A workload that can run at one time or another, and in one place or another."""

from dataclasses import dataclass

import numpy as np

from costsvc.errors import located
from costsvc.estimates.training import record_training
from costsvc.model import footprint as formulas
from costsvc.model.chains.footprint import Place
from costsvc.model.chains.training import Training, train
from costsvc.model.inputs import decisive
from costsvc.model.uncertainty import central_value, sample
from costsvc.reference.catalog import Catalog
from costsvc.reference.profiles import HOURS, MONTHS, Profile, profile
from costsvc.requests.comparisons import Load
from costsvc.requests.workloads import Site, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ResolvedMachine
from costsvc.resolve.site import ResolvedSite, resolve_site
from costsvc.resolve.training import ResolvedTraining, resolve_training
from costsvc.units import Array, Numeric

FLAT = np.ones((MONTHS, HOURS))
"""The shape of a grid of which only the mean of the year is known."""
RESTS_ON = ("pue", "grid_g_per_kwh")
REPEATED = ("region-unspecified", "household", "grid-fallback", "grid-year")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """A training run that can be moved.

    Attributes:
        resolved: The run, resolved but for its place.
        training: What it takes of its machines.
    """

    resolved: ResolvedTraining
    training: Training

    @property
    def count(self) -> float:
        """Accelerators of the run [1]."""
        return central_value(decisive(self.training.usage.accelerators))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FlexibleLoad:
    """A workload wherever and whenever it runs.

    Attributes:
        energy_kwh: Energy of a run at its servers, of a load at the meter. [kWh]
        run: The run; None for a load.
        site: Where, as the caller gave it.
    """

    energy_kwh: Numeric
    run: Run | None
    site: Site

    @property
    def machine(self) -> ResolvedMachine | None:
        """What it runs on, if that is known."""
        return self.run.resolved.machine if self.run else None

    def meter_kwh(self, place: Place) -> Numeric:
        """Energy at the meter of a place [kWh]."""
        return formulas.meter_energy_kwh(self.energy_kwh, place.pue) if self.run else self.energy_kwh


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadAtSite:
    """A workload in a place.

    Attributes:
        site: The place.
        profile: Its profile, None if it has none and its intensity is taken as the same all year.
        g_per_kwh: Intensity at the mean of its year, 0 if it is not known. [g/kWh]
        energy_kwh: Energy at the meter. [kWh]
        kg: CO2e at the mean of the year. [kg]
        log: What was used.
    """

    site: ResolvedSite
    profile: Profile | None
    g_per_kwh: Numeric
    energy_kwh: Numeric
    kg: Numeric
    log: FactorLog

    @property
    def shape(self) -> Array:
        """Intensity by month and hour over the mean of the year [1]."""
        return FLAT if self.profile is None else self.profile.shape


def resolve_load(workload: TrainingRun | Load, catalog: Catalog, log: FactorLog) -> FlexibleLoad:
    """Complete a workload but for its place.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If fields of a run contradict each other.
    """
    if isinstance(workload, Load):
        energy = sample(log.record_input("energy_kwh", workload.energy_kwh, "kWh"))
        return FlexibleLoad(energy_kwh=energy, run=None, site=workload.site)
    with located("training"):
        resolved = resolve_training(workload, catalog, log)
    training = train(resolved.inputs.numbers(sample))
    record_training(resolved, training, log)
    log.unavailable.clear()  # what a run leaves open is no field of this answer
    energy = formulas.energy_kwh(training.usage.it_w, training.usage.hours)
    return FlexibleLoad(energy_kwh=energy, run=Run(resolved=resolved, training=training), site=workload.site)


def locate_load(where: Site, load: FlexibleLoad, catalog: Catalog, log: FactorLog) -> LoadAtSite:
    """The workload in a place; of the place only what this answer rests on is recorded."""
    whole = FactorLog()
    site = resolve_site(where, load.machine, catalog, whole)
    wanted = RESTS_ON if load.run else RESTS_ON[1:]
    log.factors |= {name: whole.factors[name] for name in wanted if name in whole.factors}
    log.warnings |= {code: whole.warnings[code] for code in REPEATED if code in whole.warnings}
    if site.grid is None:
        log.mark_unavailable("annual_g_per_kwh", whole.unavailable["carbon.location_kg"])
    found = profile(site.place, where.scope, catalog)
    if found is not None:
        log.factors[found.mean.name] = found.mean
    place = site.inputs.numbers(sample)
    intensity = 0.0 if site.grid is None else place.grid_g_per_kwh
    energy = load.meter_kwh(place)
    return LoadAtSite(
        site=site,
        profile=found,
        g_per_kwh=intensity,
        energy_kwh=energy,
        kg=formulas.grid_kg(energy, intensity, place.grid_losses),
        log=log,
    )
