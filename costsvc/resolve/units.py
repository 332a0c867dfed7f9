"""The unit in which accelerators are counted: a board of several GPUs, a package of dies, a socket, or one of a box."""

from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.reference.reading import AcceleratorReading
from costsvc.reference.table import Row
from costsvc.resolve.log import FactorLog, present

CODE = "unit-of-count"
PLURAL = {"gcd": "GCDs", "gpu": "GPUs", "die": "dies", "core": "cores", "tile": "tiles"}


def warn_of_reading(name: str, reading: AcceleratorReading, log: FactorLog) -> None:
    """Warn of what a name says besides the accelerator, and of other accelerators that it could mean.

    Args:
        name: The accelerator as the caller wrote it.
        reading: The reading of the name.
        log: Receives the warnings.
    """
    if reading.others:
        others = ", ".join(reading.others)
        log.add_warning("ambiguous-name", f"{name!r} is read as {reading.id}; it could also mean {others}.")
    if reading.notes:
        log.add_warning("accelerator-name", f"{name!r} is read as {reading.id}: {'; '.join(reading.notes)}.")


def warn_of_unit(id_: str, row: Row, catalog: Catalog, log: FactorLog) -> None:
    """Warn if the unit of the answer differs from what drivers, schedulers or people count.

    Args:
        id_: The accelerator.
        row: Its row.
        catalog: The tables.
        log: Receives the warning.
    """
    if "cores" in row:
        held = f" of {row['cores']:g} cores" if row["cores"] else ", whose cores are not known"
        text = f"A unit of {id_} is a socket{held}: accelerators and accelerator_hours count sockets."
        log.add_warning(CODE, text + (" To count cores, give cores and hours instead." if row["cores"] else ""))
    elif row["device_id"]:
        device = _device(catalog, row["device_id"])
        many = PLURAL[device["unit_of_count"]]
        unit = f"A unit of {id_} is a {row['unit_of_count']} of {row['devices_per_unit']:g} {many}"
        log.add_warning(
            CODE, f"{unit}, which drivers or frameworks list separately; to count {many}, give {row['device_id']}."
        )


def _device(catalog: Catalog, accelerator_id: str) -> Row:
    """The row of a device that another row names; tests of the tables check that it exists."""
    row = catalog.row("accelerators", accelerator_id)
    if row is None:
        raise LookupError(f"accelerators has no {accelerator_id}")
    return row


def agreed_count(name: str, given: float | None, said: float, box: float) -> float:
    """The number of accelerators of a request and of the name in it.

    Args:
        name: The accelerator as the caller wrote it.
        given: Number from the request; None if it has none. [1]
        said: Number that the name says. [1]
        box: Accelerators of the named machine, of which there may be several. [1]

    Raises:
        BadRequestError: If the two contradict each other.
    """
    if given is None or given == said:
        return said
    several = box != 1
    if several and (given / box).is_integer():
        return given
    number = f"{said:g} {'accelerator' if said == 1 else 'accelerators'}"
    way = f"give a multiple of {box:g}, or omit accelerators" if several else "omit one of them"
    raise BadRequestError({"accelerators": f"{name!r} names {number}, got {given:g}; {way}"})


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
