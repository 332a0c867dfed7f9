"""Holds the service's estimates against published figures."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from costsvc.errors import TableError
from costsvc.evidence import figure, peers, published, scoreboard, scoreboard_page, validate_fresh
from costsvc.evidence.by_source import Compared, SourcesLeftOut, SourceSummary, by_source, source_summaries
from costsvc.evidence.cases import Case, Indispensable, Summary, summaries
from costsvc.evidence.leave_out import LeaveOut
from costsvc.evidence.leave_out_engines import LeavePublisherOut
from costsvc.evidence.leave_out_serving import LeaveModelOut
from costsvc.evidence.optional_inputs import Twice, by_input, estimated_twice, without_evidence
from costsvc.evidence.published import OptionalInput, Scoreboard
from costsvc.evidence.untested import not_tested
from costsvc.evidence.validate_amortization import amortization_cases
from costsvc.evidence.validate_fresh import Ask
from costsvc.evidence.validate_inference import inference_cases
from costsvc.evidence.validate_training import power_cases, training_cases
from costsvc.reference.catalog import Catalog

HEAD = f"{'kind':<82}{'rows':>6}{'median':>9}{'90th':>8}{'inside':>9}{'of 0.9':>12}{'width':>8}"
SOURCES_HEAD = f"{HEAD}{'sources':>10}"


INPUTS_HEAD = f"{'optional input':<82}{'rows':>6}{'sources':>9}{'inside':>12}{'width':>16}{'left':>6}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What was compared.

    Attributes:
        by_source: With the whole source left out of the fits.
        by_row: With the run, the reading or the model left out of the fits.
        twice: With and without each optional input, the whole source left out of the fits.
    """

    by_source: Sequence[Compared] = ()
    by_row: Sequence[Case] = ()
    twice: Sequence[Twice] = ()


def validate(folder: Path, data: Path, ask: Ask) -> Validation:
    """Ask the service about every published row that says enough.

    A published figure takes no part in its own estimate, in two ways: its whole source is left out of the
    fits, and only the run, the reading or the model.

    Args:
        folder: Folder with fresh.csv, training.csv, power_mfu.csv, inference.csv and amortization.csv; files that
            are not there are passed over.
        data: The data package.
        ask: Answers a request in JSON.

    Returns:
        One case per row and kind of comparison.

    Raises:
        TableError: If the data package is not as described.
    """
    catalog = Catalog.load(data)
    runs, models = LeaveOut.of(data, catalog), LeaveModelOut.of(data, catalog)
    sources = _sources_left_out(catalog, runs, models)
    readers: dict[str, Callable[[], Iterator[Case | Indispensable]]] = {
        "training.csv": lambda: training_cases(folder, runs),
        "power_mfu.csv": lambda: power_cases(folder, runs),
        "inference.csv": lambda: inference_cases(folder, models),
        "amortization.csv": lambda: amortization_cases(folder, catalog),
    }
    by_row = [one for name, read in readers.items() if (folder / name).exists() for one in read()]
    return Validation(
        by_source=list(by_source(folder, sources, ask)), by_row=[one for one in by_row if isinstance(one, Case)]
    )


def twice(folder: Path, data: Path, ask: Ask) -> list[Twice]:
    """Estimate the rows that state an optional input with it and without it.

    Args:
        folder: Folder of the published figures; without fresh.csv nothing is estimated.
        data: The data package.
        ask: Answers a request in JSON.

    Raises:
        TableError: If the data package is not as described.
    """
    if not (folder / validate_fresh.FILE).exists():
        return []
    catalog = Catalog.load(data)
    sources = _sources_left_out(catalog, LeaveOut.of(data, catalog), LeaveModelOut.of(data, catalog))
    return list(estimated_twice(folder, sources, ask))


def report(found: Validation) -> list[str]:
    """Lines of the tables: for each kind its ratios, the rows inside the interval, how many may be, and the width."""
    rows = [one for one in found.by_source if not isinstance(one, Indispensable)]
    by_source = [SOURCES_HEAD, *map(_source_line, source_summaries(rows)), ""] if rows else []
    optional = [INPUTS_HEAD, *map(_input_line, by_input(found.twice)), ""] if found.twice else []
    return [*by_source, *optional, HEAD, *map(_line, summaries(found.by_row))]


def scored(found: Validation, data: Path, ecologits: str | None = None) -> Scoreboard:
    """The scoreboard of what was compared; the same cases give the same.

    Args:
        found: What was compared.
        data: The data package that answered.
        ecologits: Command that answers as EcoLogits does; without it EcoLogits is left out.

    Raises:
        CostsvcError: If the command fails, or there is nothing to write about.
    """
    cases = [*(one for one in found.by_source if isinstance(one, Case)), *found.by_row]
    if not cases:
        raise TableError("no published figure was found that says enough to be asked for")
    catalog = Catalog.load(data)
    others = (*peers.PEERS, *(peers.ecologits(ecologits) if ecologits else ()))
    board = scoreboard.score(
        found.by_row,
        peers.beside(cases, others, catalog),
        others,
        catalog.version,
        by_source=found.by_source,
        not_tested=[
            *not_tested(data, catalog, [one.row for one in cases]),
            *(without_evidence(found.twice) if found.twice else ()),
        ],
    )
    return {**board, "optional_inputs": by_input(found.twice)}


def publish(board: Scoreboard, docs: Path, stored: Path) -> None:
    """Write a scoreboard as a page, as a figure and as the file that the service reads.

    Args:
        board: The scoreboard.
        docs: Folder of validation.md and validation.svg.
        stored: File that the service reads.
    """
    (docs / "validation.md").write_text(scoreboard_page.page(board), encoding="utf-8")
    (docs / "validation.svg").write_text(figure.svg(published.cases_of(board)), encoding="utf-8")
    stored.write_text(published.text(board), encoding="utf-8")


def _sources_left_out(catalog: Catalog, runs: LeaveOut, models: LeaveModelOut) -> SourcesLeftOut:
    return SourcesLeftOut(
        training=replace(runs, by_source=True, _made={}), serving=models, engines=LeavePublisherOut(catalog=catalog)
    )


def _line(one: Summary) -> str:
    return _cells(one.kind, one.cases, one, one.inside, one.expected)


def _source_line(one: SourceSummary) -> str:
    votes = f"{one.holding}/{one.voting}" if one.voting else "-"
    return f"{_cells(one.kind, one.rows, one.answered, one.inside, one.expected)}{votes:>10}"


def _input_line(one: OptionalInput) -> str:
    inside = f"{one['inside_without']} -> {one['inside_with']}"
    width = f"{one['width_without']:.2f} -> {one['width_with']:.2f}"
    return f"{one['input']:<82}{one['rows']:>6}{one['sources']:>9}{inside:>12}{width:>16}{one['left']:>6}"


def _cells(kind: str, rows: int, answered: Summary | None, inside: int, expected: tuple[int, int] | None) -> str:
    ratios = f"{answered.median:>9.3f}{answered.ninetieth:>8.2f}" if answered else f"{'-':>9}{'-':>8}"
    if answered is None or answered.expected is None:
        return f"{kind:<82}{rows:>6}{ratios}{'-':>9}{'-':>12}{'-':>8}"
    least, most = expected or (0, rows)
    allowed = f"{least}..{most}{' ' if least <= inside <= most else '!'}" if expected else "-"
    return f"{kind:<82}{rows:>6}{ratios}{f'{inside}/{rows}':>9}{allowed:>12}{answered.width:>8.2f}"
