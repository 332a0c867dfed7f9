"""Cross-validation by source: comparisons whose whole source is excluded from the fits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from costsvc.evidence.estimating import Plain
from costsvc.evidence.validation.comparisons import (
    Comparison,
    Indispensable,
    Summary,
    Unanswered,
    likely_inside,
    number,
    published_rows,
    summaries,
)
from costsvc.evidence.validation.cross_validation.engines import EngineCrossValidation
from costsvc.evidence.validation.cross_validation.serving import ServingCrossValidation
from costsvc.evidence.validation.cross_validation.training import ALONE, TrainingCrossValidation
from costsvc.evidence.validation.provenance import Row, fitted_sources
from costsvc.evidence.validation.readings import reading_comparisons
from costsvc.evidence.validation.serving import COLUMNS, is_measured, serving_comparisons
from costsvc.evidence.validation.training import power_comparisons, training_comparisons
from costsvc.evidence.validation.unseen_sources import FILE, TRACKED, Answerer, unseen_comparisons
from costsvc.reference.catalog import Catalog
from costsvc.reference.hosted_scoreboard import ENERGY, PROMPTS

LEFT_OUT = ", source left out"
"""Suffix of kinds whose source is used in the fits and was excluded."""
ARITHMETIC = "arithmetic"
TRAINING, HOURS = "/v1/estimates/training", "/accelerator_hours"
ENOUGH, FEWEST = 0.8, 2
"""Share of its rows inside from which a source holds, and rows from which it has a vote."""
NO_BAR = {
    TRACKED: "a tracker measured the accelerators and assumed processors and memory",
    **dict.fromkeys(
        ENERGY.values(),
        "the estimate with the published size stands for the published figure, and shares all but the size",
    ),
    PROMPTS: "the tokens are not published, so the interval is that of a range of lengths",
}
"""Kinds that are reported without a verdict, and why."""
TOO_FEW = "a single row may lie on either side"

Compared: TypeAlias = Comparison | Unanswered | Indispensable


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVote:
    """The rows of one kind that one source published.

    Attributes:
        source: Publisher.
        rows: Number of rows.
        inside: Those whose figure lies in the interval.
        median: Median of the ratios; None where no row has an answer.
        holds: Whether at least 80 % of the rows are inside; None where a source has no vote: of a single row, and of a
            kind without a verdict.
    """

    source: str
    rows: int
    inside: int
    median: float | None
    holds: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSummary:
    """The rows of one kind together, cross-validated by source.

    Attributes:
        kind: What is compared.
        rows: Number of rows.
        answered: Summary of the rows with an estimate; None if there are none.
        votes: One vote per source.
    """

    kind: str
    rows: int
    answered: Summary | None
    votes: Sequence[SourceVote]

    @property
    def holding(self) -> int:
        """Of the sources with two rows or more, those whose rows are inside to at least 80 %."""
        return sum(one.holds is True for one in self.votes)

    @property
    def voting(self) -> int:
        """Sources with two rows or more."""
        return sum(one.holds is not None for one in self.votes)

    @property
    def inside(self) -> int:
        """Rows whose figure lies in the interval; one without an answer does not."""
        return self.answered.inside if self.answered else 0

    @property
    def has_interval(self) -> bool:
        """Whether the estimates have an interval."""
        return self.answered is None or self.answered.expected is not None

    @property
    def note(self) -> str | None:
        """Why a kind with an interval has no verdict; None if it has one."""
        too_few = TOO_FEW if likely_inside(self.rows)[0] == 0 else None
        return NO_BAR.get(self.kind, too_few) if self.has_interval else None

    @property
    def expected(self) -> tuple[int, int] | None:
        """Least and most rows inside that a 90 % interval allows; None without an interval or a verdict."""
        return likely_inside(self.rows) if self.has_interval and self.note is None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCrossValidation:
    """Fits without whole sources.

    Attributes:
        training: Fits of training without the source of a row.
        serving: Fits of serving.
        engines: Fits of engines without a publisher.
    """

    training: TrainingCrossValidation
    serving: ServingCrossValidation
    engines: EngineCrossValidation

    def without(self, row: Row, body: Plain) -> Catalog | None:
        """The tables for a request, fitted without the source of its row and others that report the same run.

        Args:
            row: The published row.
            body: Its request.

        Returns:
            The tables; None where the source cannot be left out.
        """
        sources = fitted_sources(row)
        if row["path"] != TRAINING:
            others = self.engines.publishers(sources)
            # the fits of a source that took part in none leave every table as it is
            return self.serving.source(sources) if others is self.serving.catalog else others
        if sources & ALONE.keys():
            return None
        chip = self.training.catalog.accelerators.find(str(body.get("accelerator")))
        size, hours = body.get("active_params_b", body.get("total_params_b")), number(row["truth"])
        if chip and isinstance(size, int | float) and hours and row["answer_pointer"] == HOURS:
            return self.training.run(chip.id, size, hours, row)
        return self.training.source(sources)


def by_source(folder: Path, left_out: SourceCrossValidation, answer_request: Answerer) -> Iterator[Compared]:
    """Compare every published row, with its source excluded from the fits.

    Args:
        folder: Folder of the published figures; files that are absent are skipped.
        left_out: Fits without sources.
        answer_request: Answers a request.

    Yields:
        One comparison per row and kind of comparison, or why there is none.
    """
    if (folder / FILE).exists():
        yield from unseen_comparisons(folder, answer_request, left_out.without)
        yield from reading_comparisons(left_out.serving.catalog)
    for name, read in (("training.csv", training_comparisons), ("power_mfu.csv", power_comparisons)):
        if (folder / name).exists():
            yield from _training(read(folder, left_out.training))
    if (folder / "inference.csv").exists():
        yield from _serving(folder, left_out.serving)


def source_summaries(compared: Iterable[Comparison | Unanswered]) -> list[SourceSummary]:
    """One summary for each kind, in the order of their first row.

    Args:
        compared: Comparisons, cross-validated by source.
    """
    by_kind: dict[str, list[Comparison | Unanswered]] = defaultdict(list)
    for one in compared:
        by_kind[one.kind].append(one)
    return [_summary(kind, rows) for kind, rows in by_kind.items()]


def _summary(kind: str, rows: Sequence[Comparison | Unanswered]) -> SourceSummary:
    by_publisher: dict[str, list[Comparison | Unanswered]] = defaultdict(list)
    for one in rows:
        by_publisher[one.source].append(one)
    return SourceSummary(
        kind=kind,
        rows=len(rows),
        answered=_answered(rows),
        votes=[_vote(source, some) for source, some in by_publisher.items()],
    )


def _vote(source: str, rows: Sequence[Comparison | Unanswered]) -> SourceVote:
    answered = _answered(rows)
    inside = answered.inside if answered else 0
    has_vote = len(rows) >= FEWEST and rows[0].kind not in NO_BAR
    return SourceVote(
        source=source,
        rows=len(rows),
        inside=inside,
        median=answered.median if answered else None,
        holds=inside >= ENOUGH * len(rows) if has_vote else None,
    )


def _answered(rows: Iterable[Comparison | Unanswered]) -> Summary | None:
    return next(iter(summaries(one for one in rows if isinstance(one, Comparison))), None)


def _training(result: Iterable[Comparison | Indispensable]) -> Iterator[Compared]:
    for one in result:
        if isinstance(one, Indispensable):
            yield one
        elif not one.kind.startswith(ARITHMETIC):
            yield replace(one, kind=one.kind + LEFT_OUT)


def _serving(folder: Path, cross_validation: ServingCrossValidation) -> Iterator[Compared]:
    rows = (row for row in published_rows(folder / "inference.csv", COLUMNS) if is_measured(row))
    for sources in dict.fromkeys(fitted_sources(row) for row in rows):
        others = cross_validation.another(sources)
        if others is None:
            yield from (Indispensable(source=name) for name in sorted(sources))
        else:
            yield from (replace(one, kind=one.kind + LEFT_OUT) for one in serving_comparisons(folder, others, sources))
