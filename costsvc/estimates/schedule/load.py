"""A flexible load: a workload that can run at different times and sites."""

from dataclasses import dataclass

import numpy as np

from costsvc.errors import BadRequestError, located
from costsvc.estimates.metered import is_metered
from costsvc.estimates.training import record_training
from costsvc.model import footprint as formulas
from costsvc.model.chains.surroundings import Place
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
"""The shape of a grid whose profile is not known."""
FACTORS = ("pue", "grid_g_per_kwh")
"""Factors of a site that a schedule depends on."""
WARNINGS = ("region-unspecified", "household", "grid-fallback", "grid-year")
"""Warnings of a site that a schedule repeats."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """A training run that can be shifted.

    Attributes:
        resolved: The resolved run, without its site.
        training: Its use of machines.
    """

    resolved: ResolvedTraining
    training: Training

    @property
    def count(self) -> float:
        """Accelerators of the run [1]."""
        return central_value(decisive(self.training.usage.accelerators))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FlexibleLoad:
    """A workload that can run at any time and site.

    Attributes:
        energy_kwh: Energy of a run at its servers, of a load at the meter. [kWh]
        run: The run; None for a load.
        site: The site of the request.
    """

    energy_kwh: Numeric
    run: Run | None
    site: Site

    @property
    def machine(self) -> ResolvedMachine | None:
        """Its machine; None for a load."""
        return self.run.resolved.machine if self.run else None

    def meter_kwh(self, place: Place) -> Numeric:
        """Energy at the meter of a place [kWh]."""
        return formulas.meter_energy_kwh(self.energy_kwh, place.pue) if self.run else self.energy_kwh


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadAtSite:
    """A flexible load at a site.

    Attributes:
        site: The resolved site.
        profile: Its hourly profile; None if it has none and the intensity is assumed constant.
        g_per_kwh: Annual mean intensity, 0 if it is not known. [g/kWh]
        energy_kwh: Energy at the meter. [kWh]
        kg: CO2e at the annual mean intensity. [kg]
        log: The factors, warnings and gaps.
    """

    site: ResolvedSite
    profile: Profile | None
    g_per_kwh: Numeric
    energy_kwh: Numeric
    kg: Numeric
    log: FactorLog

    @property
    def shape(self) -> Array:
        """Intensity by month and hour relative to the annual mean [1]."""
        return FLAT if self.profile is None else self.profile.shape


def resolve_load(workload: TrainingRun | Load, catalog: Catalog, log: FactorLog) -> FlexibleLoad:
    """Resolve a workload without its site.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If fields of a run contradict each other.
    """
    if isinstance(workload, Load):
        energy = sample(log.record_input("energy_kwh", workload.energy_kwh, "kWh"))
        return FlexibleLoad(energy_kwh=energy, run=None, site=workload.site)
    with located("training"):
        if is_metered(workload):
            raise BadRequestError({"energy_kwh": "not allowed in a schedule; give its own energy_kwh and duration_h"})
        resolved = resolve_training(workload, catalog, log)
    training = train(resolved.inputs.numbers(sample))
    record_training(resolved, training, log)
    log.unavailable.clear()  # the gaps of a run are not fields of this answer
    energy = formulas.energy_kwh(training.usage.it_w, training.usage.hours)
    return FlexibleLoad(energy_kwh=energy, run=Run(resolved=resolved, training=training), site=workload.site)


def locate_load(site: Site, load: FlexibleLoad, catalog: Catalog, log: FactorLog) -> LoadAtSite:
    """Resolve the site of a load, and log the factors and warnings of the site that this answer depends on."""
    site_log = FactorLog()
    resolved = resolve_site(site, load.machine, catalog, site_log)
    used = FACTORS if load.run else FACTORS[1:]
    log.factors |= {name: site_log.factors[name] for name in used if name in site_log.factors}
    log.warnings |= {code: site_log.warnings[code] for code in WARNINGS if code in site_log.warnings}
    if resolved.grid is None:
        log.mark_unavailable("annual_g_per_kwh", site_log.unavailable["carbon.location_kg"])
    hourly = profile(resolved.place, site.scope, catalog)
    if hourly is not None:
        log.factors[hourly.mean.name] = hourly.mean
    place = resolved.inputs.numbers(sample)
    intensity = 0.0 if resolved.grid is None else place.grid_g_per_kwh
    energy = load.meter_kwh(place)
    return LoadAtSite(
        site=resolved,
        profile=hourly,
        g_per_kwh=intensity,
        energy_kwh=energy,
        kg=formulas.grid_kg(energy, intensity, place.grid_losses),
        log=log,
    )
