"""A start with a wrong setting says one line and no traceback, and leaves nothing behind."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE

import pytest

from costsvc.errors import SettingsError
from costsvc.settings import bundled_data
from costsvc.web import start

pytestmark = pytest.mark.processes


def started(command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - ours


START = [sys.executable, "-c", "from costsvc.web import start; start.application()"]


@pytest.mark.parametrize("text", ["0", "70000", "abc", "-1", "1.5", " 8000", "99999999", "8000; x", "\u0661"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^PORT: must be a whole number between 1 and 65535, got .*$"):
        start.port({"PORT": text})


@pytest.mark.parametrize("text", ["0", "abc", "-2", "257", "1e3"])
def test_a_number_of_workers_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^WEB_CONCURRENCY: must be a whole number between 1 and 256, got .*$"):
        start.workers({"WEB_CONCURRENCY": text})


@pytest.mark.parametrize("env", [{}, {"PORT": "", "WEB_CONCURRENCY": ""}])
def test_what_is_not_set_has_a_default(env: dict[str, str]) -> None:
    assert (start.port(env), start.workers(env)) == (8000, 2)
    assert (start.port({"PORT": "9"}), start.workers({"WEB_CONCURRENCY": "5"})) == (9, 5)


def fifo(at: Path) -> Path:
    os.mkfifo(at)
    return at


def loop(at: Path) -> Path:
    at.symlink_to(at)
    return at


def holding(make: Callable[[Path], object]) -> Callable[[Path], Path]:
    def made(at: Path) -> Path:
        at.mkdir()
        make(at / "defaults.csv")
        return at

    return made


def huge(at: Path) -> None:
    with at.open("wb") as file:
        file.truncate(2**30)


OVERLAYS: list[tuple[str, Callable[[Path], Path], str]] = [
    ("missing", lambda at: at, "No such file"),
    ("fifo", fifo, "must be a folder"),
    ("device", lambda _: Path("/dev/zero"), "must be a folder"),
    ("file", lambda at: at.touch() or at, "must be a folder"),
    ("loop", loop, "symbolic links"),
    ("the-tables", lambda _: bundled_data(), "folder of the tables itself"),
    ("the-tables-by-a-link", lambda at: at.symlink_to(bundled_data()) or at, "folder of the tables itself"),
    ("fifo-inside", holding(fifo), "must be a regular file"),
    ("device-inside", holding(lambda at: at.symlink_to("/dev/zero")), "must be a regular file"),
    ("loop-inside", holding(loop), "symbolic links"),
    ("folder-inside", holding(Path.mkdir), "must be a regular file"),
    ("huge-inside", holding(huge), "must have at most"),
    ("nuls-inside", holding(lambda at: at.write_bytes(bytes(1000))), "defaults.csv"),
    ("unknown-inside", holding(lambda at: (at.parent / "mine.csv").touch()), "mine.csv"),
]


@pytest.mark.parametrize(("make", "words"), [pytest.param(make, said, id=name) for name, make, said in OVERLAYS])
def test_a_wrong_overlay_ends_the_start_in_one_line(tmp_path: Path, make: Callable[[Path], Path], words: str) -> None:
    overlay = make(tmp_path / "overlay")
    env = os.environ | {"COSTSVC_DATA_OVERLAY": str(overlay)}
    ended = started(START, env)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert ended.stderr.startswith("costsvc does not start: ")
    assert words in ended.stderr


def test_broken_tables_end_the_start_without_a_traceback(tmp_path: Path) -> None:
    package = json.loads((bundled_data() / "datapackage.json").read_text(encoding="utf-8"))
    (tmp_path / "datapackage.json").write_text(json.dumps(package)[:100], encoding="utf-8")
    env = os.environ | {"COSTSVC_DATA_DIR": str(tmp_path)}
    ended = started(START, env)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "datapackage.json" in ended.stderr


def test_no_room_for_the_metrics_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"PROMETHEUS_MULTIPROC_DIR: must be a folder with room"):
        start.metrics_folder({"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "nowhere")})
    assert start.metrics_folder({"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}) == str(tmp_path)


def test_a_start_that_fails_leaves_no_folder_behind() -> None:
    code = "import sys; from costsvc.web import start; print(start.metrics_folder({})); sys.exit('no')"
    ended = started([sys.executable, "-c", code], dict(os.environ))
    folder = Path(ended.stdout.strip())
    assert ended.returncode == 1
    assert folder.name.startswith(start.METRICS)
    assert not folder.exists()


def test_a_folder_that_a_killed_service_left_is_removed_at_the_next_start_and_that_of_a_running_one_is_not() -> None:
    code = "import sys; from costsvc.web import start; print(start.locks_folder(), flush=True); sys.stdin.read()"
    with ExitStack() as ends:

        def running() -> tuple["subprocess.Popen[str]", Path]:
            command = [sys.executable, "-c", code]
            process = ends.enter_context(subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True))  # noqa: S603 - ours
            return process, Path(process.stdout.readline().strip())

        (killed, left), (_, used) = running(), running()
        killed.kill()
        killed.wait()
        assert left.exists()
        running()
        assert (left.exists(), used.exists()) == (False, True)
