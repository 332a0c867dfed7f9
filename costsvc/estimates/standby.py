"""Footprint of idle replicas."""

from dataclasses import dataclass

from costsvc.model.chains.footprint import Footprint, footprint
from costsvc.model.chains.standby import StandbyInputs, stand_by
from costsvc.model.inputs import FactorsOf, Number
from costsvc.model.uncertainty import sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Hosting
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import resolve_host
from costsvc.resolve.standby import resolve_standby
from costsvc.resolve.surroundings import ResolvedSurroundings, resolve_surroundings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedHosting:
    """Resolved idle replicas with their site and prices.

    Attributes:
        inputs: Inputs of their chain.
        around: Their site and prices.
        log: The factors, warnings and gaps.
    """

    inputs: FactorsOf[StandbyInputs]
    around: ResolvedSurroundings
    log: FactorLog


def resolve_hosting(hosting: Hosting, catalog: Catalog) -> ResolvedHosting:
    """Resolve idle replicas and their site.

    Args:
        hosting: Accelerators, hours and site.
        catalog: The reference tables.

    Raises:
        UnknownNameError: If a name is not known.
    """
    log = FactorLog()
    machine, _, inputs = resolve_standby(hosting, catalog, log)
    around = resolve_surroundings(hosting.site, machine, catalog, log)
    if stand_by(inputs.numbers(sample)).has_fabric:
        log.record(catalog.memos[resolve_host](machine).fabric)
    return ResolvedHosting(inputs=inputs, around=around, log=log)


def compute_hosting(resolved: ResolvedHosting, number: Number = sample) -> Footprint:
    """Run the chain of idle replicas.

    Args:
        resolved: The replicas.
        number: Converts each factor to a number.
    """
    return footprint(stand_by(resolved.inputs.numbers(number)), resolved.around.inputs.numbers(number))
