"""What one accelerator of a request is: a board of several GPUs, a package of dies, a socket of cores, one of a box."""

from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.reference.names import Match
from costsvc.reference.table import Row
from costsvc.resolve.log import FactorLog, present

CODE = "unit-of-count"
PLURAL = {"gcd": "GCDs", "gpu": "GPUs", "die": "dies", "core": "cores", "tile": "tiles"}


def warn_of_unit(name: str, match: Match, row: Row, catalog: Catalog, log: FactorLog) -> None:
    """Warn where a unit of the answer is not what drivers, schedulers or people count.

    Args:
        name: The accelerator as the caller wrote it.
        match: What the name leads to.
        row: Its row.
        catalog: The tables.
        log: Collects the warning.
    """
    if match.units > 1:
        text = f"{name!r} names {match.units} of {match.id} in one machine; one of the {match.units} is a unit here."
        log.add_warning(
            CODE, f"{text} For the whole of it give accelerators {match.units} and their accelerator-hours."
        )
    elif "cores" in row:
        held = f" of {row['cores']:g} cores" if row["cores"] else ", whose cores are not known"
        text = f"A unit of {match.id} is a socket{held}: accelerators and accelerator_hours count sockets."
        log.add_warning(CODE, text + (" Give cores and hours in their place to count cores." if row["cores"] else ""))
    elif row["device_id"]:
        device = _device(catalog, row["device_id"])
        many = PLURAL[device["unit_of_count"]]
        unit = f"A unit of {match.id} is a {row['unit_of_count']} of {row['devices_per_unit']:g} {many}"
        log.add_warning(
            CODE, f"{unit}, each of which drivers or frameworks list: to count {many} name {row['device_id']} instead."
        )


def _device(catalog: Catalog, accelerator_id: str) -> Row:
    """The row of a device that another row names; tests of the tables see that it is there."""
    row = catalog.row("accelerators", accelerator_id)
    if row is None:
        raise LookupError(f"accelerators has no {accelerator_id}")
    return row


def sockets(table: str, row: Row, cores: float, catalog: Catalog, log: FactorLog) -> float:
    """How many sockets a number of cores is.

    Raises:
        BadRequestError: If the accelerator is no processor, or its cores are not known.
    """
    id_ = row["accelerator_id"]
    if table != "cpus":
        raise BadRequestError({"cores": f"{id_} is no processor; give accelerators in place of cores."})
    if row["cores"] is None:
        raise BadRequestError({"cores": f"The cores of a {id_} are not known; give its sockets as accelerators."})
    log.record_input("cores", cores, "1")
    known = catalog.factor(table, id_, "cores", "cores_per_socket", "1")
    log.record(present(known))
    return float(cores / row["cores"])
