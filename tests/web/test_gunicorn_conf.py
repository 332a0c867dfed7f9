import gc
import os
import runpy
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from prometheus_client import values

from costsvc.web.serving.worker import COUNTS

MODULE = "costsvc.web.gunicorn_conf"


@pytest.fixture
def configured():
    """The configuration under some environment, which is put back afterwards."""
    with patch.dict(os.environ), patch.object(values, "ValueClass", values.ValueClass):
        for name in ("PORT", "WEB_CONCURRENCY", "PROMETHEUS_MULTIPROC_DIR"):
            os.environ.pop(name, None)

        def load(**environment):
            os.environ.update(environment)
            return SimpleNamespace(**runpy.run_module(MODULE))

        yield load


@pytest.mark.parametrize(
    ("environment", "bind", "workers"),
    [
        pytest.param({}, "0.0.0.0:8000", 2, id="defaults"),
        pytest.param({"PORT": "9", "WEB_CONCURRENCY": "5"}, "0.0.0.0:9", 5, id="given"),
        pytest.param({"PORT": "", "WEB_CONCURRENCY": ""}, "0.0.0.0:8000", 2, id="set-but-empty"),
    ],
)
def test_takes_port_and_workers_from_the_environment(configured, environment, bind, workers):
    conf = configured(**environment)
    assert (conf.bind, conf.workers) == (bind, workers)


def test_makes_a_fresh_folder_for_metrics(configured):
    configured()
    assert Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).is_dir()


def test_keeps_a_folder_for_metrics_that_it_was_given(configured, tmp_path):
    configured(PROMETHEUS_MULTIPROC_DIR=str(tmp_path))
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path)


def test_forgets_the_live_gauges_and_the_connections_of_a_worker_that_ended(configured, tmp_path):
    conf = configured(PROMETHEUS_MULTIPROC_DIR=str(tmp_path))
    for name in ("gauge_livesum_7.db", "gauge_livesum_8.db", "counter_7.db"):
        (tmp_path / name).touch()
    COUNTS[3] = 5
    conf.child_exit(None, SimpleNamespace(pid=7, age=3))
    assert COUNTS[3] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"gauge_livesum_8.db", "counter_7.db"}


def test_keeps_the_tables_out_of_garbage_collection(configured, tmp_path):
    configured(PROMETHEUS_MULTIPROC_DIR=str(tmp_path)).when_ready(None)
    assert gc.get_freeze_count() > 0
    gc.unfreeze()


def test_shows_the_metrics_of_all_workers_from_their_folder(client, monkeypatch, tmp_path):
    client.get("/healthz")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert client.get("/metrics").text == ""
