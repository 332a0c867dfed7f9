"""Holds the service's estimates against published figures."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from costsvc.errors import TableError
from costsvc.evidence import figure, peers, published, scoreboard
from costsvc.evidence.cases import Case, Summary, summaries
from costsvc.evidence.leave_out import LeaveOut
from costsvc.evidence.leave_out_serving import LeaveModelOut
from costsvc.evidence.published import Scoreboard
from costsvc.evidence.validate_amortization import amortization_cases
from costsvc.evidence.validate_inference import inference_cases
from costsvc.evidence.validate_training import power_cases, training_cases
from costsvc.reference.catalog import Catalog

HEAD = f"{'kind':<82}{'rows':>6}{'median':>9}{'90th':>8}{'inside':>9}{'of 0.9':>12}{'width':>8}"


def validate(folder: Path, data: Path) -> Iterator[Case]:
    """Ask the service about every published row that says enough.

    What is tested takes no part in its own estimate: the run, the reading or the model is left out
    of the fits.

    Args:
        folder: Folder with training.csv, power_mfu.csv, inference.csv and amortization.csv; files that
            are not there are passed over.
        data: The data package.

    Yields:
        One case per row and kind of comparison.

    Raises:
        TableError: If the data package is not as described.
    """
    catalog = Catalog.load(data)
    runs = LeaveOut.of(data, catalog)
    readers: dict[str, Callable[[], Iterator[Case]]] = {
        "training.csv": lambda: training_cases(folder, runs),
        "power_mfu.csv": lambda: power_cases(folder, runs),
        "inference.csv": lambda: inference_cases(folder, LeaveModelOut.of(data, catalog)),
        "amortization.csv": lambda: amortization_cases(folder, catalog),
    }
    for name, read in readers.items():
        if (folder / name).exists():
            yield from read()


def report(cases: Iterable[Case]) -> list[str]:
    """Lines of a table: for each kind its ratios, the rows inside the interval, how many may be, and the width."""
    return [HEAD, *(_line(one) for one in summaries(cases))]


def scored(cases: Sequence[Case], data: Path, ecologits: str | None = None) -> Scoreboard:
    """The scoreboard of what was compared; the same cases give the same.

    Args:
        cases: What was compared.
        data: The data package that answered.
        ecologits: Command that answers as EcoLogits does; without it EcoLogits is left out.

    Raises:
        CostsvcError: If the command fails, or there is nothing to write about.
    """
    if not cases:
        raise TableError("no published figure was found that says enough to be asked for")
    catalog = Catalog.load(data)
    others = (*peers.PEERS, *(peers.ecologits(ecologits) if ecologits else ()))
    return scoreboard.score(cases, peers.beside(cases, others, catalog), others, catalog.version)


def publish(board: Scoreboard, docs: Path, stored: Path) -> None:
    """Write a scoreboard as a page, as a figure and as the file that the service reads.

    Args:
        board: The scoreboard.
        docs: Folder of validation.md and validation.svg.
        stored: File that the service reads.
    """
    (docs / "validation.md").write_text(scoreboard.page(board), encoding="utf-8")
    (docs / "validation.svg").write_text(figure.svg(published.cases_of(board)), encoding="utf-8")
    stored.write_text(published.text(board), encoding="utf-8")


def _line(one: Summary) -> str:
    missed = f"{one.kind:<82}{one.cases:>6}{one.median:>9.3f}{one.ninetieth:>8.2f}"
    if one.expected is None:
        return f"{missed}{'-':>9}{'-':>12}{'-':>8}"
    least, most = one.expected
    allowed = f"{least}..{most}{' ' if one.holds else '!'}"
    return f"{missed}{f'{one.inside}/{one.cases}':>9}{allowed:>12}{one.width:>8.2f}"
