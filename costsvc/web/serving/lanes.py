"""A thread pool that schedules requests fairly among client addresses."""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Lane:
    """A pool of threads and its waiting jobs; only one thread may use it.

    The next job is of the address whose last job began longest ago, so a thousand requests of one address delay another
    address by one request. One address never gets the last thread, so its slow jobs do not block another address.
    """

    def __init__(self, threads: int) -> None:
        """Create the pool; threads start when needed.

        Args:
            threads: Number of threads.
        """
        self._pool = ThreadPoolExecutor(threads)
        self._threads, self._each = threads, max(1, threads - 1)
        self._waiting: OrderedDict[str, deque[Callable[[], object]]] = OrderedDict()
        self._working: Counter[str] = Counter()

    def put(self, address: str, job: Callable[[], object]) -> None:
        """Add a waiting job.

        Args:
            address: Address of the client.
            job: The job; it must not raise, and :meth:`ended` must be called after it.
        """
        self._waiting.setdefault(address, deque()).append(job)

    def ended(self, address: str) -> None:
        """Note that a job has ended."""
        self._working[address] -= 1
        if not self._working[address]:
            del self._working[address]

    def begin(self) -> None:
        """Start waiting jobs while threads are free."""
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
        """Drop the waiting jobs."""
        self._waiting.clear()
        self._pool.shutdown(wait=False, cancel_futures=True)
