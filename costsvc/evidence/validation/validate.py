"""Validates the service's estimates against published figures."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from costsvc.errors import TableError
from costsvc.evidence.validation import other_estimators, scoreboard, scoreboard_page
from costsvc.evidence.validation.amortization import amortization_comparisons
from costsvc.evidence.validation.by_source import (
    Compared,
    SourceCrossValidation,
    SourceSummary,
    by_source,
    source_summaries,
)
from costsvc.evidence.validation.comparisons import (
    Comparison,
    Indispensable,
    Summary,
    Unanswered,
    summaries,
)
from costsvc.evidence.validation.cross_validation.engines import EngineCrossValidation
from costsvc.evidence.validation.cross_validation.serving import ServingCrossValidation
from costsvc.evidence.validation.cross_validation.training import TrainingCrossValidation
from costsvc.evidence.validation.hosted_sizes import hosted_comparisons
from costsvc.evidence.validation.list_prices import price_comparisons
from costsvc.evidence.validation.optional_inputs import InputPair, by_input, input_pairs, without_evidence
from costsvc.evidence.validation.prompts import prompt_comparisons
from costsvc.evidence.validation.scoreboard_json import scoreboard_json
from costsvc.evidence.validation.serving import serving_comparisons
from costsvc.evidence.validation.training import power_comparisons, training_comparisons
from costsvc.evidence.validation.unseen_sources import FILE, Answerer
from costsvc.evidence.validation.untested import not_tested
from costsvc.reference.catalog import Catalog
from costsvc.reference.scoreboard import OptionalInput, Scoreboard, points_of
from costsvc.report.figures import scoreboard as scoreboard_figure

HEAD = f"{'kind':<82}{'rows':>6}{'median':>9}{'90th':>8}{'inside':>9}{'of 0.9':>12}{'width':>8}"
SOURCES_HEAD = f"{HEAD}{'sources':>10}"
INPUTS_HEAD = f"{'optional input':<82}{'rows':>6}{'sources':>9}{'inside':>12}{'width':>16}{'left':>6}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """All comparisons.

    Attributes:
        by_source: Cross-validated by source: the fits exclude the whole source.
        by_row: Cross-validated by row: the fits exclude the run, the reading or the model.
        by_input: With and without each optional input, cross-validated by source.
        hosted: Hosted models, whose figures are not in the folder of published ones.
    """

    by_source: Sequence[Compared] = ()
    by_row: Sequence[Comparison] = ()
    by_input: Sequence[InputPair] = ()
    hosted: Sequence[Comparison | Unanswered] = ()


def validate(folder: Path, data: Path, answer_request: Answerer) -> Validation:
    """Compare every published row that has the inputs of an estimate.

    Estimates are cross-validated twice: the fits exclude the whole source of the figure, and only the run,
    the reading or the model.

    Args:
        folder: Folder with fresh.csv, training.csv, power_mfu.csv, inference.csv and amortization.csv; files that
            are absent are skipped.
        data: The data package.
        answer_request: Answers a request in JSON.

    Returns:
        One comparison per row and kind of comparison.

    Raises:
        TableError: If the data package is not as described.
    """
    catalog = Catalog.load(data)
    runs, models = TrainingCrossValidation.of(data, catalog), ServingCrossValidation.of(data, catalog)
    sources = _by_source(catalog, runs, models)
    readers: dict[str, Callable[[], Iterator[Comparison | Indispensable]]] = {
        "training.csv": lambda: training_comparisons(folder, runs),
        "power_mfu.csv": lambda: power_comparisons(folder, runs),
        "inference.csv": lambda: serving_comparisons(folder, models),
        "amortization.csv": lambda: amortization_comparisons(folder, catalog),
    }
    by_row = [one for name, read in readers.items() if (folder / name).exists() for one in read()]
    return Validation(
        by_source=list(by_source(folder, sources, answer_request)),
        by_row=[one for one in by_row if isinstance(one, Comparison)],
    )


def compare_inputs(folder: Path, data: Path, answer_request: Answerer) -> list[InputPair]:
    """Estimate the rows that state an optional input with and without it.

    Args:
        folder: Folder of the published figures; without fresh.csv nothing is estimated.
        data: The data package.
        answer_request: Answers a request in JSON.

    Raises:
        TableError: If the data package is not as described.
    """
    if not (folder / FILE).exists():
        return []
    catalog = Catalog.load(data)
    runs, models = TrainingCrossValidation.of(data, catalog), ServingCrossValidation.of(data, catalog)
    return list(input_pairs(folder, _by_source(catalog, runs, models), answer_request))


def compare_hosted(data: Path, answer_request: Answerer) -> list[Comparison | Unanswered]:
    """Compare estimates for hosted models with published sizes, footprints and amounts.

    Args:
        data: The data package.
        answer_request: Answers a request in JSON.

    Raises:
        TableError: If the data package is not as described.
    """
    catalog = Catalog.load(data)
    return [
        *price_comparisons(catalog, answer_request),
        *hosted_comparisons(catalog, answer_request),
        *prompt_comparisons(catalog, answer_request),
    ]


def report(validation: Validation) -> list[str]:
    """Format both tables: ratios, rows inside the interval, the accepted range, and width of each kind."""
    rows = [one for one in (*validation.by_source, *validation.hosted) if not isinstance(one, Indispensable)]
    by_source = [SOURCES_HEAD, *map(_source_line, source_summaries(rows)), ""] if rows else []
    inputs = [INPUTS_HEAD, *map(_input_line, by_input(validation.by_input)), ""] if validation.by_input else []
    return [*by_source, *inputs, HEAD, *map(_line, summaries(validation.by_row))]


def score_validation(validation: Validation, data: Path, ecologits: str | None = None) -> Scoreboard:
    """Make the scoreboard.

    Args:
        validation: The comparisons.
        data: The data package of the estimates.
        ecologits: Command that answers as EcoLogits does; without it EcoLogits is omitted.

    Raises:
        CostsvcError: If the command fails, or there is nothing to write about.
    """
    comparisons = [*(one for one in validation.by_source if isinstance(one, Comparison)), *validation.by_row]
    if not comparisons:
        raise TableError("no published figure was found that says enough to be asked for")
    catalog = Catalog.load(data)
    others = (*other_estimators.OTHER_ESTIMATORS, *(other_estimators.ecologits(ecologits) if ecologits else ()))
    board = scoreboard.score(
        validation.by_row,
        other_estimators.compare_estimators(comparisons, others, catalog),
        others,
        catalog.version,
        by_source=[*validation.by_source, *validation.hosted],
        not_tested=[
            *not_tested(data, catalog, [one.row for one in comparisons]),
            *(without_evidence(validation.by_input) if validation.by_input else ()),
        ],
    )
    return {**board, "optional_inputs": by_input(validation.by_input)}


def publish(board: Scoreboard, docs: Path, stored: Path) -> None:
    """Write a scoreboard as a page, as a figure and as the file that the service reads.

    Args:
        board: The scoreboard.
        docs: Folder of validation.md and validation.svg.
        stored: File that the service reads.
    """
    (docs / "validation.md").write_text(scoreboard_page.page(board), encoding="utf-8")
    (docs / "validation.svg").write_text(scoreboard_figure.svg(points_of(board)), encoding="utf-8")
    stored.write_text(scoreboard_json(board), encoding="utf-8")


def _by_source(
    catalog: Catalog, runs: TrainingCrossValidation, models: ServingCrossValidation
) -> SourceCrossValidation:
    return SourceCrossValidation(
        training=replace(runs, by_source=True, _made={}), serving=models, engines=EngineCrossValidation(catalog=catalog)
    )


def _line(one: Summary) -> str:
    return _cells(one.kind, one.rows, one, one.inside, one.expected)


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
