"""The notebook of the docs runs as it is written."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebooks" / "slurm-month.ipynb"


@pytest.mark.processes
def test_the_notebook_shows_totals_with_intervals_and_the_chart(tmp_path: Path) -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    printed = "".join(output.get("text", "") for output in outputs)
    assert "20,000 jobs: " in printed
    shown = [kind for output in outputs for kind in output.get("data", {})]
    assert shown.count("text/html") == 1
    assert "image/svg+xml" in shown
    assert (tmp_path / "jobs.parquet").exists()
