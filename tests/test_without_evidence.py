"""The service without the extra: no evidence/ and no scipy, as in the image."""

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import costsvc
from costsvc.settings import bundled_data

pytestmark = pytest.mark.processes

SERVICE = """
import json
from costsvc.web.app import create_app

client = create_app().test_client()
run = {"accelerator": "H100 SXM", "accelerators": 8, "accelerator_hours": 1000, "region": "eu-west-1"}
answers = {
    "/healthz": client.get("/healthz"),
    "/v1/validation": client.get("/v1/validation"),
    "/v1/validation/figure.svg": client.get("/v1/validation/figure.svg"),
    "estimate": client.post("/v1/estimates/training", json=run),
}
print(json.dumps({path: [answer.status_code, answer.get_data(as_text=True)[:200]] for path, answer in answers.items()}))
"""
COMMAND = "from costsvc.cli import main; main()"
NO_SCIPY = "raise ModuleNotFoundError(\"No module named 'scipy'\", name='scipy')"


@pytest.fixture(scope="module", params=["no evidence", "no scipy"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as the image has it, or as it is installed without the extra."""
    folder = tmp_path_factory.mktemp("installed")
    left_out = ["__pycache__", *(["evidence"] if request.param == "no evidence" else [])]
    copytree(Path(costsvc.__file__).parent, folder / "costsvc", ignore=ignore_patterns(*left_out))
    (folder / "costsvc" / "_data").symlink_to(bundled_data())
    (folder / "scipy.py").write_text(NO_SCIPY, encoding="utf-8")
    return folder


def python(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python where the copy comes before everything that is installed."""
    environment = {**os.environ, "PYTHONPATH": str(package)}
    command = [sys.executable, *arguments]
    return subprocess.run(  # noqa: S603 - ours
        command, capture_output=True, text=True, check=False, env=environment, cwd=package, timeout=120
    )


def test_the_service_estimates_and_shows_the_scoreboard(package: Path) -> None:
    done = python(package, "-c", SERVICE)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert {path: status for path, (status, _) in answers.items()} == dict.fromkeys(answers, 200), answers


@pytest.mark.parametrize("arguments", [["validate", "folder", "--docs", "docs"], ["--help"]])
def test_commands_of_the_extra_name_it(package: Path, arguments: list[str]) -> None:
    done = python(package, "-c", COMMAND, "data", *arguments)
    assert done.returncode == 1
    assert done.stderr.endswith("install costsvc[calibration]\n")


def test_other_commands_are_as_ever(package: Path) -> None:
    done = python(package, "-c", COMMAND, "openapi")
    assert done.returncode == 0, done.stderr
    assert "openapi: 3.1" in done.stdout
