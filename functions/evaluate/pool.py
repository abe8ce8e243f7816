"""The worker pool: one process for each core, started at init and shared by every thread that evaluates.

Processes because SEAL's bindings hold the interpreter's lock, and because a stranger's bytes may kill native code.
Sockets and an anonymous file because Lambda has no /dev/shm, which `multiprocessing` makes queues and locks of.
"""

import os
import weakref
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from evaluate.process import Process, Work
from evaluate.spans import Span, spans


class Pool:
    """Worker processes, and as many threads to speak with them."""

    def __init__(self, workers: int, memory: int) -> None:
        self._processes = [Process(memory, cpu) for cpu in _cpus(workers)]
        self._idle: SimpleQueue[Process] = SimpleQueue()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        # workers end with the pool, and the pool at the latest with the interpreter
        self.close = weakref.finalize(self, _stop, self._processes)
        for process in self._processes:
            process.start()
            self._idle.put(process)

    @property
    def pids(self) -> list[int]:
        """Ids of the worker processes."""
        return [process.pid for process in self._processes if process.pid]

    def evaluate(self, work: Work, body: memoryview, rows: int, deadline: float) -> bytes:
        """Return the evaluated body of a sealed input, its blocks shared by all workers.

        `deadline` is a time of `time.monotonic`. Raises what a worker refused, or WorkerLost.
        """
        # one for each worker: whoever hands out the next span waits for a core while workers keep all of them busy
        cut = spans(work.plan, rows, len(self._processes))
        futures = [self._threads.submit(self._evaluate, work, body, span, deadline) for span in cut]
        try:
            return b"".join([future.result() for future in futures])
        finally:
            for future in futures:
                future.cancel()

    def _evaluate(self, work: Work, body: memoryview, span: Span, deadline: float) -> bytes:
        process = self._idle.get()
        try:
            return process.evaluate(work, body, span, deadline)
        finally:
            self._idle.put(process)


def _cpus(workers: int) -> list[int | None]:
    """Return a core for each worker if there are as many: a scheduler leaves two on one for milliseconds."""
    cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return [*cpus] if len(cpus) == workers else [None] * workers


def _stop(processes: list[Process]) -> None:
    for process in processes:
        process.stop()
