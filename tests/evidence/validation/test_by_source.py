"""Rows whose whole source took no part in the fits, and the vote of each source."""

from dataclasses import replace

import pytest

from costsvc.evidence.fits.serving_rows import Measured
from costsvc.evidence.validation.by_source import NO_BAR, TOO_FEW, SourceCrossValidation, by_source, source_summaries
from costsvc.evidence.validation.comparisons import Comparison, Indispensable, Unanswered, with_tables
from costsvc.evidence.validation.cross_validation.engines import EngineCrossValidation
from costsvc.evidence.validation.cross_validation.serving import ServingCrossValidation
from costsvc.evidence.validation.cross_validation.training import TrainingCrossValidation
from costsvc.evidence.validation.unseen_sources import TRACKED
from costsvc.evidence.validation.untested import BY_HAND, not_tested
from costsvc.settings import bundled_data

KIND = "another source: hours from parameters and tokens"


def of(source: str, *, inside: bool = True, kind: str = KIND) -> Comparison:
    return Comparison(
        kind=kind, id="row", value=1.0, low=0.5, high=2.0, published=1.0 if inside else 9.0, source=source
    )


def missing(source: str) -> Unanswered:
    return Unanswered(kind=KIND, id="row", source=source, why="not known")


@pytest.mark.parametrize(
    ("rows", "holding", "voting"),
    [
        pytest.param([of("a"), of("a"), of("b"), of("b", inside=False)], 1, 2, id="one-of-two"),
        pytest.param([of("a"), of("b", inside=False)], 0, 0, id="single-rows-have-no-vote"),
        pytest.param([*[of("a")] * 4, of("a", inside=False)], 1, 1, id="four-of-five-are-enough"),
        pytest.param([*[of("a")] * 3, of("a", inside=False)], 0, 1, id="three-of-four-are-not"),
        pytest.param([*[of("a")] * 99, of("b", inside=False), of("b")], 1, 2, id="many-rows-are-one-vote"),
        pytest.param([of("a"), missing("a")], 0, 1, id="no-answer-is-a-miss"),
    ],
)
def test_each_source_of_two_rows_or_more_has_one_vote(rows, holding, voting):
    (summary,) = source_summaries(rows)
    assert (summary.holding, summary.voting) == (holding, voting)


def test_rows_without_an_answer_count_as_misses():
    # Binomial(6, 0.9): P(2 or fewer) = 0.001, P(3 or fewer) = 0.016, P(4 or fewer) = 0.114
    (summary,) = source_summaries([*[of("a")] * 3, *[missing("b")] * 3])
    assert summary.answered is not None
    assert (summary.rows, summary.answered.rows, summary.inside, summary.expected) == (6, 3, 3, (4, 6))


def test_a_kind_that_nothing_answers_does_not_hold():
    (summary,) = source_summaries([missing("a")] * 3)
    assert (summary.answered, summary.inside, summary.expected) == (None, 0, (1, 3))


def test_a_single_row_has_no_verdict():
    (summary,) = source_summaries([of("a", inside=False)])
    assert (summary.inside, summary.expected, summary.note) == (0, None, TOO_FEW)


def test_what_a_tracker_assumed_has_no_verdict():
    (summary,) = source_summaries([of("a", kind=TRACKED)] * 9)
    assert (summary.expected, summary.note, summary.voting) == (None, NO_BAR[TRACKED], 0)


@pytest.fixture(scope="module")
def left_out(catalog) -> TrainingCrossValidation:
    return replace(TrainingCrossValidation.of(bundled_data(), catalog), by_source=True)


ROW = {"id": "row", "source": "Touvron et al. 2023, LLaMA, arXiv 2302.13971, Table 15"}
A100 = "nvidia-a100-sxm4-80gb"


def test_the_runs_of_a_source_are_left_out_whichever_of_them_is_tested(catalog, left_out):
    seven, thirteen = (left_out.run(A100, *run, ROW) for run in ((6.7, 82432.0), (13.0, 135168.0)))
    assert seven is thirteen
    assert seven.row("mfu", "a100")["locator"] != catalog.row("mfu", "a100")["locator"]


def test_the_source_that_told_of_the_same_run_is_left_out_though_another_restates_it(left_out):
    restated = {"id": "row", "source": "Somebody who restates it"}
    assert left_out.run(A100, 6.7, 82432.0, restated) is left_out.run(A100, 6.7, 82432.0, ROW)


@pytest.mark.parametrize(
    ("row", "body", "is_left_out"),
    [
        pytest.param({"source": "Biderman et al. 2023"}, {}, True, id="source-of-the-fits"),
        pytest.param({"truth": "82432"}, {"accelerator": A100, "total_params_b": 6.7}, True, id="run-of-the-fits"),
        pytest.param({"truth": "9"}, {"accelerator": A100, "total_params_b": 6.7}, False, id="another-run"),
        pytest.param({"truth": "9"}, {"accelerator": A100, "total_params_b": "seven"}, False, id="no-size"),
        pytest.param({"path": "/v1/estimates/inference"}, {}, False, id="serving"),
    ],
)
def test_a_request_is_answered_without_what_the_fits_know_of_its_row(catalog, left_out, row, body, is_left_out):
    sources = SourceCrossValidation(
        training=left_out,
        serving=ServingCrossValidation(catalog=catalog, rows={}, best={}),
        engines=EngineCrossValidation(catalog=catalog),
    )
    blank = {"id": "row", "path": "/v1/estimates/training", "answer_pointer": "/accelerator_hours", "source": ""}
    found = sources.without({**blank, "truth": "1", **row}, body)
    assert (found is not catalog) is is_left_out


def test_a_request_of_a_source_that_the_fits_need_has_no_tables(catalog, left_out):
    sources = SourceCrossValidation(
        training=left_out,
        serving=ServingCrossValidation(catalog=catalog, rows={}, best={}),
        engines=EngineCrossValidation(catalog=catalog),
    )
    row = {"id": "row", "path": "/v1/estimates/training", "source": "MLPerf Training power logs"}
    assert sources.without(row, {}) is None


def test_a_source_that_no_fit_has_seen_leaves_the_tables_as_they_are(catalog, left_out):
    assert left_out.source({"mlcommons-power"}) is catalog  # the fits cannot do without it


def test_serving_is_fitted_without_a_source_where_the_others_determine_all_constants(catalog):
    models = ServingCrossValidation.of(bundled_data(), catalog)
    text = models.rows["text"].frame
    # every fifth row as though somebody else had measured it
    split = text.assign(source_id=["else" if place % 5 == 0 else "most" for place in range(len(text))])
    some = replace(models, rows={**models.rows, "text": Measured(frame=split)})
    found = some.source({"else"})
    assert found is not None
    assert found.tables["serving_fit"] is not catalog.tables["serving_fit"]
    assert some.source({"most", "else"}) is None
    assert some.another({"nobody"}).catalog is catalog


def test_a_source_of_serving_that_the_constants_need_is_told(catalog, left_out, tmp_path):
    header = (
        "id,task,model,params_total_b,params_active_b,hardware,n_gpus,batch_size,precision,tokens_in,tokens_out,unit,"
        "energy_per_request_wh,energy_per_output_token_j,measurement_scope,evidence_kind,source,notes\n"
    )
    row = ",chat,Qwen/Qwen3-14B,14,14,B200,1,8,bfloat16,,615,request,0.1195,0.6993,GPU only,measured,{},\n"
    known, other = "ML.ENERGY leaderboard v3 (2026-02-16)", "Somebody else"
    (tmp_path / "inference.csv").write_text(
        header + f"known{row.format(known)}" + f"other{row.format(other)}", encoding="utf-8"
    )
    sources = SourceCrossValidation(
        training=left_out,
        serving=ServingCrossValidation.of(bundled_data(), catalog),
        engines=EngineCrossValidation(catalog=catalog),
    )
    found = list(by_source(tmp_path, sources, lambda *_: {}))
    assert [one.source for one in found if isinstance(one, Indispensable)] == ["mlenergy-v3"]
    comparisons = [one for one in found if isinstance(one, Comparison) and one.kind.endswith(", source left out")]
    assert {one.id for one in comparisons} == {"other"}


def test_inputs_that_nothing_measured_are_named(catalog):
    body = '{"precision": "int8", "method": "lora", "accelerator": "wse-3"}'
    rows = [{"path": "/v1/estimates/training", "body_json": body}, {"id": "a row without a request"}]
    before, after = (
        {one["input"]: one["what"] for one in not_tested(bundled_data(), catalog, some)} for some in ([], rows)
    )
    assert "int8" in before["precision of training"]
    assert "int8" not in after["precision of training"]
    assert "lora" in before["method of training"]
    assert "embedding" in before["task of serving"]
    assert "Cerebras" in before["accelerators in training"]
    assert "Cerebras" not in after["accelerators in training"]
    assert {one["input"] for one in BY_HAND} <= set(before)


def test_tables_fitted_without_a_source_forget_what_was_resolved_with_it(catalog):
    catalog.memos[len] = len
    assert len not in with_tables(catalog, {}).memos
    del catalog.memos[len]
