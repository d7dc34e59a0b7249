"""The threads that run the driver. They are plain Python threads: inside the driver they hold no lock of Python's.

The main thread is never one of them, so that a Ctrl-C is seen at once.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from queue import SimpleQueue

Entry = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64)
Job = tuple[int, int] | None


class Team:
    """`size` threads that wait for work. `start` hands the same team block to `count` of them."""

    def __init__(self, driver: int, size: int) -> None:
        self.size = size
        self._driver = Entry(driver)
        self._queues: list[SimpleQueue[Job]] = [SimpleQueue() for _ in range(size)]
        self._threads: list[threading.Thread] = []
        self._finished = threading.Event()
        self._finished.set()
        self._left = 0
        self._lock = threading.Lock()

    def start(self, block: int, count: int) -> None:
        """Run the driver on the team block at address `block` with `count` threads; returns at once."""
        assert self._finished.is_set(), "the team is still at work"
        self._finished.clear()
        self._left = count
        while len(self._threads) < count:
            number = len(self._threads)
            thread = threading.Thread(target=self._serve, args=(number,), name=f"netloom-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()
        for number in range(count):
            self._queues[number].put((block, number))

    def wait(self, timeout: float | None = None) -> bool:
        """Whether the work is done; waits for it at most `timeout` seconds."""
        return self._finished.wait(timeout)

    def close(self) -> None:
        """End the threads once their work is done."""
        self._finished.wait()
        for number in range(len(self._threads)):
            self._queues[number].put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _serve(self, number: int) -> None:
        run: Callable[[int, int], None] = self._driver
        while (job := self._queues[number].get()) is not None:
            run(*job)
            with self._lock:
                self._left -= 1
                if self._left == 0:
                    self._finished.set()
