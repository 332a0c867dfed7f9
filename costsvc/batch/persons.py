"""Cells that name people, as hashes."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from costsvc.batch.formats.documents import nested_text
from costsvc.batch.rejects import Reject

DIGITS = 16
"""Hexadecimal digits of a hash."""


def hashed(batch: pa.RecordBatch, names: Sequence[str], salt: str) -> pa.RecordBatch:
    """A batch with some columns as hashes, equal for equal cells; empty cells stay empty.

    Args:
        batch: The batch.
        names: The columns; those that the batch lacks are passed over.
        salt: Text that makes the hashes of a run differ from those of others, so that nobody can look names up.
    """
    for name in names:
        if name in batch.schema.names:
            cells = nested_text(batch.column(name)).dictionary_encode()
            texts = [
                hashlib.sha256(f"{salt}{one}".encode()).hexdigest()[:DIGITS] for one in cells.dictionary.to_pylist()
            ]
            hashes = pa.array(texts, pa.string()).take(cells.indices)
            batch = batch.set_column(batch.schema.get_field_index(name), name, hashes)
    return batch


def without_person(reject: Reject, personal: Sequence[str]) -> Reject:
    """A rejected row without the cell at fault, if that names a person.

    Args:
        reject: The rejected row.
        personal: Columns that name people.
    """
    return replace(reject, value=None) if reject.column in personal else reject
