"""What an import of the client loads."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.processes
HEAVY = {"flask", "marshmallow", "numpy", "pandas", "pyarrow", "pydantic", "orjson", "yaml", "click", "codecarbon"}
ALLOWED = {"answers", "client", "docs", "limits", "model", "requests"}
LIST = "import sys, costsvc.client; print(*sys.modules)"


def test_the_client_loads_neither_the_service_nor_heavy_libraries() -> None:
    done = subprocess.run([sys.executable, "-c", LIST], capture_output=True, text=True, check=True, timeout=120)  # noqa: S603 - ours
    loaded = done.stdout.split()
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()
    assert {name.split(".")[1] for name in loaded if name.startswith("costsvc.")} <= ALLOWED
    assert [name for name in loaded if name.startswith("costsvc.model.")] == ["costsvc.model.quantities"]
