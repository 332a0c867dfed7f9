"""Files of JSON documents are read as rows."""

import pyarrow as pa
import pytest

from costsvc.batch.formats.documents import as_batch, flat_row, nested_text, read_documents
from costsvc.errors import BadRequestError


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        pytest.param('{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}], id="lines"),
        pytest.param('\n{"a": 1}\n\n{"a": 2}', [{"a": 1}, {"a": 2}], id="empty-lines"),
        pytest.param('{\n  "a": {\n    "b": 1\n  }\n}\n', [{"a": {"b": 1}}], id="a-document-over-lines"),
        pytest.param('[\n{"a": 1},\n{"a": 2}\n]', [{"a": 1}, {"a": 2}], id="list"),
        pytest.param('{"data": [{"a": 1}], "total": 1}', [{"a": 1}], id="answer-of-an-api"),
        pytest.param("", [], id="empty-file"),
    ],
)
def test_reads_documents(text, documents):
    assert list(read_documents(text.splitlines(keepends=True))) == documents


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1}\n{"a": \n', "line 2 is not JSON"),
        ('{\n"a": 1\n', "neither its first line nor the whole is JSON"),
        ("name,value\n", "neither its first line nor the whole is JSON"),
        ("1\n", "must have JSON objects, got 1"),
    ],
)
def test_a_file_that_is_not_json_is_refused(text, message):
    with pytest.raises(BadRequestError, match=message):
        list(read_documents(text.splitlines(keepends=True)))


def test_nested_values_of_a_row_are_json_text():
    assert flat_row({"a": "x", "b": 1, "c": {"d": "é"}, "e": None}) == {
        "a": "x",
        "b": "1",
        "c": '{"d": "é"}',
        "e": None,
    }


def test_rows_of_documents_have_the_columns_of_all():
    batch = as_batch([{"b": "1"}, {"c": "2"}], ["a", "b"])
    assert batch.to_pydict() == {"a": [None, None], "b": ["1", None], "c": [None, "2"]}
    assert set(batch.schema.types) == {pa.string()}


def test_nested_columns_become_json_text():
    assert nested_text(pa.array([{"a": 1}, None])).to_pylist() == ['{"a": 1}', None]
