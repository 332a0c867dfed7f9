"""Invalid tables are refused, with all faults in one message."""

import json

import pytest

from costsvc.errors import TableError
from costsvc.reference.table import Table, cell, describe

NUMBER = {"type": "number", "constraints": {"minimum": 0, "maximum": 3000}}
RESOURCE = {
    "name": "chips",
    "path": "chips.csv",
    "schema": {
        "primaryKey": "chip_id",
        "fields": [
            {"name": "chip_id", "type": "string", "constraints": {"required": True}},
            {"name": "segment", "type": "string", "constraints": {"enum": ["datacenter", "edge"]}},
            {"name": "tdp_w", **NUMBER},
            {"name": "tdp_w_low", **NUMBER},
            {"name": "tdp_w_high", **NUMBER},
            {"name": "year", "type": "year"},
            {"name": "sold", "type": "boolean"},
            {"name": "source_id", "type": "string", "constraints": {"required": True}},
        ],
    },
}
HEADER = ",".join(field["name"] for field in RESOURCE["schema"]["fields"])
GOOD = "a,datacenter,300,250,350,2024,true,datasheet"


def load(folder, *rows, header=HEADER):
    (folder / "chips.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return Table.load(folder, RESOURCE, {"datasheet"})


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param([GOOD, GOOD], "chip_id repeats [['a']]", id="repeated-key"),
        pytest.param([",edge,1,,,,,datasheet"], "chip_id is missing in 1 rows", id="missing-key"),
        pytest.param(["a,edge,many,,,,,datasheet"], "tdp_w must be a number, got ['many']", id="word-for-a-number"),
        pytest.param(["a,edge,inf,,,,,datasheet"], "tdp_w is no number: [inf]", id="infinite"),
        pytest.param(["a,edge,1,,,2024.5,,datasheet"], "year is no year: [2024.5]", id="half-a-year"),
        pytest.param(["a,edge,1,,,,yes,datasheet"], "sold is no boolean: ['yes']", id="yes-for-true"),
        pytest.param(["a,edge,-1,,,,,datasheet"], "tdp_w breaks minimum 0: [-1.0]", id="below-range"),
        pytest.param(["a,edge,3001,,,,,datasheet"], "tdp_w breaks maximum 3000: [3001.0]", id="above-range"),
        pytest.param(["a,attic,1,,,,,datasheet"], "segment has ['attic'], allowed are", id="not-in-the-enum"),
        pytest.param(["a,edge,1,,,,,hearsay"], "source_id is not in sources.csv: ['hearsay']", id="unknown-source"),
        pytest.param(["a,edge,1,,,,,"], "source_id is missing", id="no-source"),
        pytest.param(
            ["a,edge,9,1,8,,,datasheet"], "tdp_w lies outside tdp_w_low to tdp_w_high", id="bounds-miss-value"
        ),
        pytest.param(["a,edge,5,8,1,,,datasheet"], "tdp_w_low and tdp_w_high are not an interval", id="bounds-crossed"),
        pytest.param(["a,edge,5,1,,,,datasheet"], "tdp_w_low and tdp_w_high are not an interval", id="one-bound-only"),
        pytest.param(["a,edge,1,,,,,datasheet,9"], "source_id is not in sources.csv: ['9']", id="all-rows-too-long"),
        pytest.param([GOOD, "b,edge,1,,,,,datasheet,9"], "Expected 8 fields in line 3, saw 9", id="one-row-too-long"),
    ],
)
def test_refuses_a_bad_row(tmp_path, rows, message):
    with pytest.raises(TableError) as refused:
        load(tmp_path, *rows)
    assert str(refused.value).startswith("chips.csv: ")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        pytest.param(HEADER.replace(",year", ""), "columns are not as described: ['year']", id="missing"),
        pytest.param(HEADER + ",colour", "columns are not as described: ['colour']", id="unknown"),
        pytest.param(
            HEADER.replace("tdp_w_low,tdp_w_high", "tdp_w_high,tdp_w_low"),
            "columns are not as described: their order",
            id="order",
        ),
    ],
)
def test_refuses_other_columns(tmp_path, header, message):
    with pytest.raises(TableError) as refused:
        load(tmp_path, header=header)
    assert message in str(refused.value)


def test_names_every_fault_of_a_table_at_once(tmp_path):
    with pytest.raises(TableError) as refused:
        load(tmp_path, GOOD, GOOD, "b,attic,9999,,,,perhaps,hearsay")
    for part in ("repeats", "attic", "9999", "perhaps", "hearsay"):
        assert part in str(refused.value)


def test_names_every_unreadable_cell_at_once(tmp_path):
    with pytest.raises(TableError) as refused:
        load(tmp_path, "a,edge,many,few,,soon,,datasheet")
    for part in ("many", "few", "soon"):
        assert part in str(refused.value)


@pytest.mark.parametrize("text", [None, '"a', "\xff"], ids=["absent", "open-quote", "latin-1"])
def test_refuses_a_file_that_cannot_be_read(tmp_path, text):
    if text is not None:
        (tmp_path / "chips.csv").write_text(text, encoding="latin-1")
    with pytest.raises(TableError, match=r"^chips\.csv: "):
        Table.load(tmp_path, RESOURCE, set())


def test_an_empty_cell_is_missing_and_not_zero_and_nothing_else_is_missing(tmp_path):
    row = load(tmp_path, "NA,edge,,,,,,datasheet").find("NA")
    assert row["tdp_w"] is None
    assert row["year"] is None
    assert row["sold"] is None
    assert cell(row, "tdp_w") is None


def test_cells_have_the_described_type_and_their_bounds(tmp_path):
    table = load(tmp_path, GOOD, "b,edge,5,,,,false,datasheet")
    assert (len(table), list(table), "a" in table, "c" in table) == (2, ["a", "b"], True, False)
    row = table.find("a")
    assert row["year"] == 2024
    assert isinstance(row["year"], int)
    assert (row["sold"], table.find("b")["sold"]) == (True, False)
    wide, exact = cell(row, "tdp_w"), cell(table.find("b"), "tdp_w")
    assert (wide.value, wide.low, wide.high) == (300, 250, 350)
    assert (exact.low, exact.high) == (5, 5)
    assert table.find("c") is None


def test_rows_of_an_overlay_replace_those_of_equal_key_and_are_marked(tmp_path):
    below = load(tmp_path, GOOD, "b,edge,5,,,,,datasheet")
    both = below.with_rows(load(tmp_path, "b,edge,6,,,,,datasheet"))
    assert {key: row["tdp_w"] for key, row in both.rows.items()} == {"a": 300, "b": 6}
    assert both.overlaid == {"b"}
    assert below.find("b")["tdp_w"] == 5


@pytest.mark.parametrize("text", [None, "{", "\xff", "{}", "[]", '{"resources": [{}]}'])
def test_refuses_a_package_without_a_readable_description(tmp_path, text):
    if text is not None:
        (tmp_path / "datapackage.json").write_text(text, encoding="latin-1")
    with pytest.raises(TableError, match=r"datapackage\.json"):
        describe(tmp_path)


def test_a_description_names_its_tables(tmp_path):
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [RESOURCE]}), encoding="utf-8")
    assert describe(tmp_path) == {"chips": RESOURCE}
