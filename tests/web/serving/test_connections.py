"""Slow clients cost a socket; reloads and ends lose nothing. The service runs as it is started for use."""

import json
import os
import shutil
import signal
import socket
import time
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest

from costsvc.settings import bundled_data
from costsvc.web.api import placement, training

pytestmark = pytest.mark.processes

MANY = 60
"""More connections than the workers have threads."""
BODY = json.dumps(training.EXAMPLE).encode()
HEAD = (
    b"POST /v1/estimates/training HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)
WHOLE = HEAD % len(BODY) + BODY
LARGE = b"GET /v1/models?limit=1000 HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def server(serve):
    with serve() as found:
        yield found


def connected(server, buffer=None):
    sock = socket.socket()
    if buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    sock.settimeout(30)
    sock.connect(("127.0.0.1", server.port))
    return sock


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param(b"", id="says nothing"),
        pytest.param(b"P", id="has sent one byte"),
        pytest.param(WHOLE[:40], id="has sent half of its head"),
        pytest.param(HEAD % len(BODY), id="has sent its head"),
        pytest.param(WHOLE[:-1], id="keeps the last byte back"),
        pytest.param(LARGE, id="does not read its answer"),
    ],
)
def test_others_are_served_beside_many_connections_of_which_each(server, begin):
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(connected(server, buffer=4096)).sendall(begin)
        for _ in range(20):
            assert server.post("/v1/estimates/training", training.EXAMPLE)[0] == 200


def test_a_slow_request_is_answered_when_it_is_whole(server):
    with connected(server) as sock:
        for start in range(0, len(WHOLE), 50):
            sock.sendall(WHOLE[start : start + 50])
            time.sleep(0.01)
        assert sock.recv(12) == b"HTTP/1.1 200"


def test_requests_that_come_at_once_are_answered_in_their_order(server):
    with connected(server) as sock:
        sock.sendall(WHOLE + b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answers = b"".join(iter(lambda: sock.recv(65536), b""))
    assert answers.index(b"HTTP/1.1 200") < answers.index(b"HTTP/1.1 404")


def test_a_client_that_waits_to_be_told_to_go_on_is_told(server):
    with connected(server) as sock:
        sock.sendall((HEAD % len(BODY)).replace(b"Host: a", b"Host: a\r\nExpect: 100-continue"))
        assert sock.recv(100).startswith(b"HTTP/1.1 100")
        sock.sendall(BODY)
        assert sock.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("chunk", [b"zz\r\n{}\r\n0\r\n\r\n", b"2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n"])
def test_chunks_that_are_none_are_a_bad_request(server, chunk):
    head = b"POST /v1/estimates/training HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    with connected(server) as sock:
        sock.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk)
        assert sock.recv(12) == b"HTTP/1.1 400"


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        pytest.param(HEAD % 2_000_000, b"x" * 1_100_000, 413, id="too long"),
        pytest.param(HEAD.replace(b"%d", b"%020d") % len(BODY), BODY, 400, id="of a length in twenty digits"),
    ],
)
def test_a_body_that_is_not_read_to_its_end_is_not_taken_for_a_request(server, head, body, status):
    with connected(server) as sock:
        sock.sendall(head + body)
        time.sleep(0.2)
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        answers = b"".join(iter(lambda: sock.recv(65536), b""))
    assert answers.startswith(b"HTTP/1.1 %d" % status)
    assert b"\r\nConnection: close\r\n" in answers
    assert answers.count(b"HTTP/1.1") == 1


def test_old_arguments_of_gunicorn_still_start(serve):
    with serve(GUNICORN_CMD_ARGS="--worker-class gthread --threads 12 --keep-alive 5") as server:
        assert server.post("/v1/estimates/training", training.EXAMPLE)[0] == 200
        assert server.post("/v1/comparisons/placement", placement.EXAMPLE)[0] == 200


class TestReload:
    @pytest.fixture
    def folder(self, tmp_path):
        return shutil.copytree(bundled_data(), tmp_path / "data")

    def test_new_tables_answer_without_a_restart_and_broken_ones_leave_the_old_in_place(self, serve, folder):
        table = folder / "equivalences.csv"
        with serve(COSTSVC_DATA_DIR=str(folder)) as server:
            first = json.loads(server.get("/readyz"))
            table.write_text(table.read_text().replace(",total_kg,", ",total_kg,", 1) + "")
            rows = table.read_text().splitlines()
            table.write_text("\n".join([rows[0], *rows[2:]]) + "\n")
            server.process.send_signal(signal.SIGHUP)
            server.wait_until(lambda: json.loads(server.get("/readyz"))["data_version"] != first["data_version"])
            second = json.loads(server.get("/readyz"))
            assert second["rejected"] is None
            table.write_text("nonsense\n")
            server.process.send_signal(signal.SIGHUP)
            server.wait_until(lambda: json.loads(server.get("/readyz"))["rejected"])
            third = json.loads(server.get("/readyz"))
            assert third["data_version"] == second["data_version"]
            assert "equivalences.csv" in third["rejected"]
            assert b"costsvc_tables_rejected 1.0" in server.get("/metrics")

    def test_a_worker_that_dies_after_a_reload_is_followed_by_one_with_the_new_tables(self, serve, folder):
        table = folder / "equivalences.csv"
        with serve(COSTSVC_DATA_DIR=str(folder)) as server:
            before = json.loads(server.get("/readyz"))["data_version"]
            table.write_text("\n".join(table.read_text().splitlines()[:-1]) + "\n")
            server.process.send_signal(signal.SIGHUP)
            server.wait_until(lambda: json.loads(server.get("/readyz"))["data_version"] != before)
            after = json.loads(server.get("/readyz"))["data_version"]
            victims = server.workers()
            for victim in victims:
                os.kill(victim, signal.SIGKILL)
            server.wait_until(lambda: len(server.workers() - victims) == 2)
            assert {json.loads(server.get("/readyz"))["data_version"] for _ in range(10)} == {after}


def test_requests_on_kept_connections_are_answered_while_the_service_stops(serve):
    with serve() as server:
        kept = [HTTPConnection("127.0.0.1", server.port, timeout=30) for _ in range(8)]
        for one in kept:
            one.request("GET", "/healthz")
            assert one.getresponse().read()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        for one in kept:
            one.request("GET", "/healthz")
            answer = one.getresponse()
            assert (answer.status, answer.headers["Connection"], bool(answer.read())) == (200, "close", True)
        assert server.process.wait(timeout=30) == 0
        assert not server.listens()
