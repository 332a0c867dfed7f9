"""How gunicorn serves the application: ``gunicorn --config python:costsvc.web.gunicorn_conf``.

Command-line flags and ``GUNICORN_CMD_ARGS`` override the values here.
"""

import gc
import os
import sys

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from costsvc.errors import CostsvcError
from costsvc.web import start
from costsvc.web.serving.long import is_long
from costsvc.web.serving.slots import WAITING, Den, Slots, cores, identity
from costsvc.web.serving.worker import COUNTS, SLOTS

# The arrays are small: a second thread of the linear algebra only takes a core from the next request.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# A thread that answers makes the main loop wait for the interpreter no longer than an estimate takes.
sys.setswitchinterval(1e-3)

bind = f"0.0.0.0:{start.or_exit(start.port)}"
workers = start.or_exit(start.workers)
worker_tmp_dir = str(start.or_exit(start.scratch))
LOCKS = start.or_exit(start.locks_folder)
# Fresh at each start, or the counts of workers long gone would be added to ours.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = start.or_exit(start.metrics_folder)

from prometheus_client import values  # noqa: E402 - its import reads the variable set above
from prometheus_client.multiprocess import mark_process_dead  # noqa: E402 - as above

values.ValueClass = values.MultiProcessValue(identity)  # type: ignore[no-untyped-call] # the library has no types here

from costsvc.web.app import reject  # noqa: E402 - as above

wsgi_app = "costsvc.web.start:application()"
worker_class = "costsvc.web.serving.worker.BufferingWorker"
worker_connections = 4000
RUNNERS = max(1, cores() // workers)
"""Processes of a worker for requests that take long."""
threads = WAITING + RUNNERS + 8
"""For requests that take long: those that wait for a runner, and some that say that there are too many."""
# The tables are read once, before the port opens, and their memory is shared by the workers; a
# broken table or setting ends the start instead of a worker.
preload_app = True
control_socket_disable = True
keepalive = 75  # longer than the 60 s after which common load balancers drop an idle connection
graceful_timeout = 25  # shorter than the 30 s after which Kubernetes kills


def when_ready(server: Arbiter) -> None:  # noqa: ARG001 - gunicorn's signature
    """Take the tables out of garbage collection before workers fork: they live as long as the service."""
    gc.collect()
    gc.freeze()


def on_reload(server: Arbiter) -> None:
    """Load the tables anew, before new workers fork; tables that are refused leave the old ones in place."""
    gc.unfreeze()
    try:
        server.app.callable = start.made()
    except CostsvcError as error:
        server.log.warning("The new tables are refused, the old ones stay: %s", error)
        reject(server.app.callable, str(error))
    when_ready(server)


def post_worker_init(worker: Worker) -> None:
    """Give the worker its runners, before it has threads."""
    den = Den(locks=LOCKS, listeners=worker.sockets)
    worker.wsgi = Slots(worker.wsgi, is_long, den, RUNNERS)


def child_exit(server: Arbiter, worker: Worker) -> None:  # noqa: ARG001 - gunicorn's signature
    """Forget the connections and the gauges of a worker that ended."""
    COUNTS[worker.age % SLOTS] = 0
    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call] # the library has no types here
