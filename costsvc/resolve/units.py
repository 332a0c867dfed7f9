"""The unit in which accelerators are counted: a board of several GPUs, a package of dies, a socket, or one of a box."""

from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.reference.names import Match
from costsvc.reference.table import Row
from costsvc.resolve.log import FactorLog, present

CODE = "unit-of-count"
PLURAL = {"gcd": "GCDs", "gpu": "GPUs", "die": "dies", "core": "cores", "tile": "tiles"}


def warn_of_unit(name: str, match: Match, row: Row, catalog: Catalog, log: FactorLog) -> None:
    """Warn if the unit of the answer differs from what drivers, schedulers or people count.

    Args:
        name: The accelerator as the caller wrote it.
        match: The match of the name.
        row: Its row.
        catalog: The tables.
        log: Receives the warning.
    """
    if match.units > 1:
        text = f"{name!r} is a machine with {match.units} of {match.id}; the unit of accelerators is one of them."
        log.add_warning(CODE, f"{text} For the whole machine give accelerators: {match.units} and their hours.")
    elif "cores" in row:
        held = f" of {row['cores']:g} cores" if row["cores"] else ", whose cores are not known"
        text = f"A unit of {match.id} is a socket{held}: accelerators and accelerator_hours count sockets."
        log.add_warning(CODE, text + (" To count cores, give cores and hours instead." if row["cores"] else ""))
    elif row["device_id"]:
        device = _device(catalog, row["device_id"])
        many = PLURAL[device["unit_of_count"]]
        unit = f"A unit of {match.id} is a {row['unit_of_count']} of {row['devices_per_unit']:g} {many}"
        log.add_warning(
            CODE, f"{unit}, which drivers or frameworks list separately; to count {many}, give {row['device_id']}."
        )


def _device(catalog: Catalog, accelerator_id: str) -> Row:
    """The row of a device that another row names; tests of the tables check that it exists."""
    row = catalog.row("accelerators", accelerator_id)
    if row is None:
        raise LookupError(f"accelerators has no {accelerator_id}")
    return row


def sockets(table: str, row: Row, cores: float, catalog: Catalog, log: FactorLog) -> float:
    """Convert a number of cores to sockets.

    Raises:
        BadRequestError: If the accelerator is not a processor, or its cores are not known.
    """
    id_ = row["accelerator_id"]
    if table != "cpus":
        raise BadRequestError({"cores": f"not allowed with {id_}, which is not a processor; give accelerators"})
    if row["cores"] is None:
        raise BadRequestError(
            {"cores": f"not allowed with {id_}, whose cores are not known; give its sockets as accelerators"}
        )
    log.record_input("cores", cores, "1")
    known = catalog.factor(table, id_, "cores", "cores_per_socket", "1")
    log.record(present(known))
    return float(cores / row["cores"])
