"""How tests compare tables that were computed in two ways."""

import numpy as np
import pyarrow as pa


def assert_same(one: pa.Table, other: pa.Table, tolerance: float = 1e-12) -> None:
    """Numbers are equal but for rounding, and all else is equal, but for the drivers of totals, which are rounded."""
    assert one.schema.names == other.schema.names
    assert one.num_rows == other.num_rows > 0
    for name in one.schema.names:
        if pa.types.is_floating(one[name].type):
            np.testing.assert_allclose(one[name].to_numpy(), other[name].to_numpy(), rtol=tolerance, err_msg=name)
        elif name != "drivers":
            assert one[name].to_pylist() == other[name].to_pylist(), name
