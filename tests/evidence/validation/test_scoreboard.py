"""The scoreboard, its page, its file, its figure, and the other estimators on it."""

import json
import shlex
import sys
from dataclasses import replace
from math import comb
from pathlib import Path

import pytest
from click.testing import CliRunner

from costsvc.cli import main
from costsvc.errors import CostsvcError
from costsvc.evidence.validation import other_estimators, scoreboard
from costsvc.evidence.validation.comparisons import Comparison, Indispensable, Unanswered, likely_inside, summaries
from costsvc.evidence.validation.optional_inputs import InputPair
from costsvc.evidence.validation.scoreboard_json import scoreboard_json
from costsvc.evidence.validation.scoreboard_page import page as page_of
from costsvc.evidence.validation.unseen_sources import TRACKED
from costsvc.evidence.validation.untested import BY_HAND
from costsvc.evidence.validation.validate import Validation, publish, score_validation
from costsvc.reference import scoreboard as stored_board
from costsvc.reference.scoreboard import FigurePoint, points_of
from costsvc.report.figures import scoreboard as scoreboard_figure
from costsvc.settings import bundled_data

PAGE = Path(__file__).parents[3] / "docs" / "validation.md"
RUN = {"hardware": "A100-80GB SXM", "gpu_hours": "1000", "pue": "1.1", "scope_notes": "", "n_gpus": "8"}
SIZED = {**RUN, "params_total": "7e9", "params_active": "7e9", "tokens": "1e12"}
SERVED = {"model": "nothing we know", "params_total_b": "14", "params_active_b": "14", "batch_size": "8", "notes": ""}
PARITY = """id,comparison,shared_cost_value,shared_cost_unit,per_task_cost_value,per_task_cost_unit,\
ratio_shared_over_task,break_even_n
parity,training vs inference,59257,kWh,0.0001,kWh per inference,,592570000
"""
AT_THE_METER = "training: energy at the meter, hours given"
AT_THE_WALL = "training: energy at the wall, hours given"
HOURS = "training: hours from parameters and tokens"
TOKENS = "serving: joules per token, current software"
ANOTHER = "another source: hours from parameters and tokens"
ANSWERS_HALF_A_JOULE = "import json, sys; json.dump([0.5 for _ in json.load(sys.stdin)], sys.stdout)"
ANSWERS_THE_BATCH = "import json, sys; json.dump([request[2] or 64 for request in json.load(sys.stdin)], sys.stdout)"


def of(kind, published=1.0, value=1.0, id_="row", row=None, spread=2.0):
    return Comparison(
        kind=kind, id=id_, value=value, low=value / spread, high=value * spread, published=published, row=row or {}
    )


def of_point(one: FigurePoint) -> Comparison:
    return Comparison(kind=one.kind, id="", value=one.predicted, low=one.low, high=one.high, published=one.published)


def by(source: str, one: Comparison) -> Comparison:
    return replace(one, source=source)


def command(program: str) -> str:
    return shlex.join([sys.executable, "-c", program])


@pytest.mark.parametrize("comparisons", [1, 9, 11, 40, 151])
def test_all_but_five_in_a_hundred_counts_are_allowed(comparisons):
    least, most = likely_inside(comparisons)
    chance = [comb(comparisons, k) * 0.9**k * 0.1 ** (comparisons - k) for k in range(comparisons + 1)]
    assert sum(chance[:least]) < 0.025 <= sum(chance[: least + 1])
    assert sum(chance[most + 1 :]) <= 0.025 + 1e-12


@pytest.mark.parametrize(
    ("inside", "holds"),
    [
        pytest.param(19, True, id="nearly-all"),
        pytest.param(15, True, id="the-fewest-that-may-be"),
        pytest.param(14, False, id="too-few"),
    ],
)
def test_the_verdict_is_on_the_count_inside(inside, holds):
    # Binomial(20, 0.9): P(14 or fewer) = 0.011, P(15 or fewer) = 0.043
    comparisons = [of("k", published=1.0 if place < inside else 9.0) for place in range(20)]
    (summary,) = summaries(comparisons)
    assert (summary.expected, summary.holds) == ((15, 20), holds)


def test_arithmetic_has_no_verdict():
    (summary,) = summaries([of("arithmetic", spread=1.0)])
    assert summary.expected is None


def test_nameplate_energy_by_hand():
    # 400 W x 1000 h = 400 kWh at the chips, x 1.1 at the meter
    assert other_estimators.nameplate(400, 1000, 1.0) == 400
    assert other_estimators.nameplate(400, 1000, 1.1) == pytest.approx(440)


@pytest.mark.parametrize(
    ("params", "efficiency"),
    [
        # (133.95 + 1.68591e-9 x 7e9 - 8.82079e-20 x 4.9e19) / 312 = (133.95 + 11.80 - 4.32) / 312
        pytest.param(7e9, 0.4533, id="within-a-node"),
        # (134.55 + 8.45436e-11 x 1.75e11 - 5.60234e-23 x 3.0625e22) / 312 = (134.55 + 14.80 - 1.72) / 312
        pytest.param(175e9, 0.4732, id="over-nodes"),
    ],
)
def test_efficiency_of_llmcarbon_by_hand(params, efficiency):
    assert other_estimators.llmcarbon_efficiency(params) == pytest.approx(efficiency, abs=1e-4)


def test_hours_of_llmcarbon_by_hand():
    # 6 x 7e9 x 1e12 = 4.2e22 FLOP over 312e12 x 0.45331 x 3600 = 5.0916e17 FLOP an hour
    assert other_estimators.llmcarbon_hours(7e9, 7e9, 1e12, 312) == pytest.approx(82489, rel=1e-3)


@pytest.mark.parametrize(
    ("kind", "row", "expected"),
    [
        pytest.param(AT_THE_METER, RUN, 440, id="tdp-at-the-meter"),
        pytest.param(AT_THE_METER, {**RUN, "scope_notes": "energy excludes PUE"}, 400, id="tdp-without-pue"),
        pytest.param(AT_THE_WALL, RUN, 400, id="tdp-at-the-wall"),
        pytest.param("training: chip power", RUN, 400, id="tdp"),
        pytest.param(HOURS, SIZED, 82489, id="llmcarbon"),
        # 82489 h x 400 W x 1.1
        pytest.param("training: chip energy from parameters and tokens", SIZED, 36295, id="llmcarbon-energy"),
        pytest.param(AT_THE_METER, {**RUN, "hardware": "TPU v4"}, None, id="no-rating"),
        pytest.param(AT_THE_METER, {**RUN, "gpu_hours": ""}, None, id="no-hours"),
        pytest.param(HOURS, {**SIZED, "tokens": ""}, None, id="no-tokens"),
        pytest.param(AT_THE_METER, {}, None, id="nothing-said"),
    ],
)
def test_peers_answer_from_the_published_row(catalog, kind, row, expected):
    found = other_estimators.compare_estimators(
        [of(kind, published=100.0, row=row)], other_estimators.OTHER_ESTIMATORS, catalog
    )
    medians = [one.theirs.median * 100 for one in found]
    assert medians == ([] if expected is None else [pytest.approx(expected, rel=1e-3)])


def test_ecologits_is_asked_by_its_own_command(catalog):
    comparisons = [of(TOKENS, published=2.0, row=SERVED), of(TOKENS, row={**SERVED, "params_total_b": ""}), of(TOKENS)]
    found = other_estimators.compare_estimators(
        comparisons, other_estimators.ecologits(command(ANSWERS_HALF_A_JOULE)), catalog
    )
    # one of three rows has sizes: 0.5 against 2
    assert [(one.estimator, one.theirs.rows, one.theirs.median) for one in found] == [
        ("EcoLogits", 1, 4.0),
        ("EcoLogits, batch given", 1, 4.0),
    ]


def test_ecologits_knows_the_batch_only_where_it_is_given(catalog):
    comparisons = [of(TOKENS, row=SERVED), of("serving: joules per token, at a rate of requests", row=SERVED)]
    found = other_estimators.compare_estimators(
        comparisons, other_estimators.ecologits(command(ANSWERS_THE_BATCH)), catalog
    )
    assert [(one.estimator, one.theirs.median) for one in found] == [
        ("EcoLogits", 64.0),
        ("EcoLogits, batch given", 8.0),
        ("EcoLogits", 64.0),
    ]


def test_a_command_that_fails_is_told(catalog):
    with pytest.raises(CostsvcError, match="ended with 1: no such thing"):
        other_estimators.compare_estimators(
            [of(TOKENS, row=SERVED)], other_estimators.ecologits(command("raise SystemExit('no such thing')")), catalog
        )


def test_the_page_says_what_was_missed_and_why():
    comparisons = [
        of(HOURS, published=100.0, value=150.0, id_="time_tinyllama"),
        of(HOURS, published=100.0, value=500.0, id_="other"),
        of(AT_THE_METER, published=100.0, value=300.0, id_="other"),
    ]
    page = page_of(scoreboard.score(comparisons, [], [], "abc"))
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `other` | {HOURS} | 100 h | 500 | 250 to 1,000 | 5.00 | not explained |",
        f"| `time_tinyllama` | {HOURS} | 100 h | 150 | 75 to 300 | 1.50 | "
        "tuned to 56 % utilisation, where most runs on A100 stay below 50 % |",
    ]
    assert f"| {HOURS} | 2 | 3.250 | 5.00 | 1 | 1 to 2 | yes | 4.00 |" in page
    assert "Data version abc." in page


def test_the_table_by_source_comes_first_and_says_what_has_no_answer():
    board = scoreboard.score(
        [of(HOURS, id_="by row")],
        [],
        [],
        "abc",
        by_source=[
            *(by("a report", of(ANOTHER, id_="met")) for _ in range(2)),
            by("a card", of(ANOTHER, published=9.0, id_="missed")),
            Unanswered(kind=ANOTHER, id="strange", source="a card", why="'abacus' is not known."),
            by("a tracker", of(TRACKED)),
            Indispensable(source="wall-logs", why="the only ones"),
        ],
        not_tested=BY_HAND[:1],
    )
    page = page_of(board)
    hours, tracked = board["by_source"]
    assert (hours["rows"], hours["unanswered"], hours["inside"], hours["sources"]) == (4, 1, 2, 2)
    # Binomial(4, 0.9): P(1 or fewer) = 0.004, P(2 or fewer) = 0.052
    assert (hours["may_be"], hours["holds"]) == ({"least": 2, "most": 4}, True)
    assert (hours["sources_holding"], hours["sources_of_two_rows"]) == (1, 2)
    assert [(one["row"], one["source"]) for one in hours["points"]] == [
        ("met", "a report"),
        ("met", "a report"),
        ("missed", "a card"),
    ]
    assert [(one["source"], one["inside"], one["holds"]) for one in hours["votes"]] == [
        ("a report", 2, True),
        ("a card", 0, False),
    ]
    assert f"| a card | {ANOTHER} | 2 | 9.00 | 0 | **no** |" in page
    assert (tracked["inside"], tracked["may_be"], tracked["holds"]) == (1, None, None)
    assert page.index("## By source") < page.index("## By row") < page.index("## What no measurement tests")
    assert f"| {ANOTHER} | 4 | 2 | 1.00 | 1.00 | 2 | 2 to 4 | yes | 4.00 | 1 of 2 |" in page
    assert "| `strange` | another source: hours from parameters and tokens | a card | 'abacus' is not known. |" in page
    assert "| `wall-logs` | the only ones |" in page
    assert f"- {TRACKED}: a tracker measured the accelerators" in page
    assert [one["row"] for one in board["misses"]] == ["missed", "row", "met", "by row"]


@pytest.mark.parametrize(
    ("inside", "verdict"),
    [
        pytest.param(30, "**too narrow**", id="too-few-inside"),
        pytest.param(45, "yes", id="as-many-as-may-be"),
        pytest.param(50, "too wide", id="all-inside"),
    ],
)
def test_the_page_says_which_way_an_interval_fails(inside, verdict):
    # Binomial(50, 0.9): the central 95 % is 41 to 49
    comparisons = [of(HOURS, published=1.0 if place < inside else 9.0) for place in range(50)]
    page = page_of(scoreboard.score(comparisons, [], [], "abc", by_source=comparisons))
    assert page.count(f"| {inside} | 41 to 49 | {verdict} |") == 2


def test_the_page_shows_what_optional_inputs_narrow():
    wide, narrow, out = of(HOURS, spread=3.0), of(HOURS), of(HOURS, published=9.0)
    pairs = [
        InputPair(input="tuned", without_input=wide, with_input=narrow),
        InputPair(input="layout", without_input=wide, with_input=out),
    ]
    board = score_validation(Validation(by_row=[of(HOURS, row=SIZED)], by_input=pairs), bundled_data())
    page = page_of(board)
    assert "| `tuned` | 1 | 1 | 1 | 1 | 9.00 | 4.00 | 0 | yes |" in page
    assert "| `layout` | 1 | 1 |" in page
    assert [one["input"] for one in board["not_tested"][-4:]] == [
        "engine",
        "concurrency_share",
        "cache_precision",
        "accelerator_power_limit_w",
    ]


def test_ten_rows_at_most_are_told():
    assert len(scoreboard.worst(of(HOURS, value=float(place), id_=str(place)) for place in range(2, 20))) == 10


def test_every_explanation_says_something():
    known = scoreboard.explanations(scoreboard.EXPLANATIONS)
    assert known
    assert all(known.values())


def test_each_panel_has_its_kinds_and_a_diagonal():
    hours = FigurePoint(HOURS, published=0.001, predicted=900_000.0, low=450_000.0, high=1_800_000.0)
    others = [FigurePoint(kind, 1.0, 1.0, 0.5, 2.0) for kind in (TOKENS, "arithmetic: energy")]
    spec = scoreboard_figure.specification([hours, *others])
    assert [panel["title"] for panel in spec["concat"]] == [
        "Training: accelerator-hours",
        "Serving: chips, the model named",
    ]
    hours, tokens = spec["concat"]
    points = hours["layer"][-1]["data"]["values"]
    assert points[0] == {
        "kind": "hours from parameters and tokens",
        "published": 0.001,
        "predicted": 900_000.0,
        "low": 450_000.0,
        "high": 1_800_000.0,
    }
    ticks = hours["layer"][0]["encoding"]["x"]["axis"]["values"]
    assert ticks == [10.0**decade for decade in range(-3, 7)]
    assert tokens["layer"][0]["encoding"]["y"]["axis"]["values"] == [0.5, 1.0, 2.0]
    assert json.dumps(spec)


def test_a_kind_that_is_not_drawn_has_no_points_and_one_without_an_interval_no_verdict():
    board = scoreboard.score([of("arithmetic: energy", spread=1.0), of(HOURS)], [], [], "abc")
    arithmetic, hours = board["kinds"]
    assert [arithmetic[name] for name in ("inside", "may_be", "holds", "width", "points")] == [None] * 4 + [[]]
    assert hours["points"] == [{"row": "row", "published": 1.0, "predicted": 1.0, "low": 0.5, "high": 2.0}]


def test_what_is_written_is_read_again_a_row_to_a_line(tmp_path):
    board = scoreboard.score([of(HOURS, id_="a"), of(HOURS, id_='"b'), of("arithmetic: energy")], [], [], "abc")
    path = tmp_path / "scoreboard.json"
    path.write_text(scoreboard_json(board), encoding="utf-8")
    assert stored_board.read(path) == board
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line for line in lines if line.startswith("[")] == [
        '["a", 1.0, 1.0, 0.5, 2.0],',
        '["\\"b", 1.0, 1.0, 0.5, 2.0]',
    ]


def test_a_figure_without_a_number_is_not_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        scoreboard_json(scoreboard.score([of(HOURS, value=float("nan"))], [], [], "abc"))


def test_nothing_compared_is_told():
    with pytest.raises(CostsvcError, match="no published figure"):
        score_validation(Validation(), bundled_data())


def test_page_figure_and_file_are_written_from_one_scoreboard(tmp_path):
    found = Validation(by_row=[of(HOURS, published=1e5, row=SIZED)], by_source=[of(ANOTHER, published=1e5, row=SIZED)])
    publish(
        score_validation(found, bundled_data(), command(ANSWERS_HALF_A_JOULE)), tmp_path, tmp_path / "scoreboard.json"
    )
    assert "| LLMCarbon | 1 |" in (tmp_path / "validation.md").read_text()
    assert (tmp_path / "validation.svg").read_text().startswith("<svg")
    board = stored_board.read(tmp_path / "scoreboard.json")
    assert page_of(board) == (tmp_path / "validation.md").read_text()
    assert [(one["kind"], one["estimator"]) for one in board["peers"]] == [(ANOTHER, "LLMCarbon"), (HOURS, "LLMCarbon")]
    assert board["not_tested"][-1] == BY_HAND[-1]


@pytest.mark.fits
def test_the_command_writes_all_three(tmp_path):
    (tmp_path / "amortization.csv").write_text(PARITY, encoding="utf-8")
    command_line = ["data", "validate", str(tmp_path), "--docs", str(tmp_path), "--stored", str(tmp_path / "s.json")]
    answer = CliRunner().invoke(main, command_line)
    assert answer.exit_code == 0, answer.output
    assert {path.name for path in tmp_path.iterdir()} >= {"validation.md", "validation.svg", "s.json"}
    assert [one["kind"] for one in stored_board.read(tmp_path / "s.json")["kinds"]] == ["arithmetic: break-even"]


def test_the_page_in_the_docs_is_of_the_scoreboard_that_the_service_shows():
    assert page_of(stored_board.read()) == PAGE.read_text(encoding="utf-8")


def test_the_figure_can_be_drawn_from_what_the_package_travels_with():
    points = points_of(stored_board.read())
    panels = scoreboard_figure.specification(points)["concat"]
    shown = [len(panel["layer"][-1]["data"]["values"]) for panel in panels]
    assert len(shown) == len(scoreboard_figure.PANELS)
    assert sum(shown) == len(points)
    board = stored_board.read()
    another = [one for one in board["by_source"] if one["kind"].startswith(("another source", "hosted open models"))]
    assert len(points) == sum(len(one["points"]) for one in (*another, *board["kinds"]) if one["unit"])


def test_points_give_the_same_summaries_as_the_figures_they_were_rounded_from():
    board = stored_board.read()
    kinds = {one["kind"]: one for one in (*board["by_source"], *board["kinds"])}
    for one in summaries(of_point(one) for one in points_of(board)):
        assert one.rows == len(kinds[one.kind]["points"])
        assert one.median == pytest.approx(kinds[one.kind]["median"], rel=1e-3)
        if kinds[one.kind]["inside"] is not None:  # an edge may round to the other side
            assert one.inside == pytest.approx(kinds[one.kind]["inside"], abs=1)
