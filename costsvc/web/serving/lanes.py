"""Threads that answer requests, the addresses from which these come taking turns."""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Lane:
    """Some threads and the jobs that wait for them; for use by one thread, which is told when a job ends.

    The next job is one of the address whose last one began longest ago: a thousand requests of one address cost another
    address the time of one. One address never has the last thread, so that no job of another waits for a slow one.
    """

    def __init__(self, threads: int) -> None:
        """Prepare the threads; they start as they are needed.

        Args:
            threads: How many.
        """
        self._pool = ThreadPoolExecutor(threads)
        self._threads, self._each = threads, max(1, threads - 1)
        self._waiting: OrderedDict[str, deque[Callable[[], object]]] = OrderedDict()
        self._working: Counter[str] = Counter()

    def put(self, address: str, job: Callable[[], object]) -> None:
        """Add a job to those that wait.

        Args:
            address: Whose job it is.
            job: What to do; it raises nothing, and has ``ended`` called when it ends.
        """
        self._waiting.setdefault(address, deque()).append(job)

    def ended(self, address: str) -> None:
        """Note that a job has ended."""
        self._working[address] -= 1
        if not self._working[address]:
            del self._working[address]

    def begin(self) -> None:
        """Begin the jobs that may begin."""
        while self._working.total() < self._threads:
            address = next((one for one in self._waiting if self._working[one] < self._each), None)
            if address is None:
                return
            jobs = self._waiting[address]
            self._working[address] += 1
            self._pool.submit(jobs.popleft())
            self._waiting.move_to_end(address)
            if not jobs:
                del self._waiting[address]

    def close(self) -> None:
        """Begin no other job."""
        self._waiting.clear()
        self._pool.shutdown(wait=False, cancel_futures=True)
