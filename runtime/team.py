"""The threads that run the driver. They are plain Python threads: inside the driver they hold no lock of
Python's.

The main thread is not one of them, so that a Ctrl-C is seen at once; but for work of a moment (`run`), which is done
before a sleeping thread would have begun.
"""

from __future__ import annotations

import ctypes
import threading
from queue import SimpleQueue

import numpy as np

from .arena import aligned_zeros
from .driver import HAND_OVER, POST_WORDS, TOGETHER

Driver = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64)
Job = tuple[int, int] | None
NOTHING, NOBODY = -2, -1
"""Of a start: nothing is done yet; those that linger have the block, and nobody else was told."""


class Team:
    """Up to `size` threads that wait for work. `start` hands the same team block to some of them.

    The first of them is done when all are, and says so. `posts` is where the others wait a moment for more work (see
    `driver`): whoever fills a team block puts the address of it there."""

    def __init__(self, driver: int, size: int) -> None:
        """`driver` is the address of the driver's function, which must outlive the team."""
        self.size = size
        self._driver = Driver(driver)
        self._queues: list[SimpleQueue[Job]] = [SimpleQueue() for _ in range(size)]
        self._threads: dict[int, threading.Thread] = {}
        self._finished = threading.Event()
        self._finished.set()
        self._here = threading.Lock()
        """Held while the calling thread itself is at work: 20 times as cheap to take as an event is to set."""
        self._told = 0
        """The last thread that was told of the present run (of `run` the first is ourselves); their number, where we have
        done our own part."""
        self._posts = aligned_zeros(8 * POST_WORDS * size).view(np.int64).reshape(size, POST_WORDS)
        self._post_words = self._posts.data
        self.posts = int(self._posts.ctypes.data)

    @property
    def idle(self) -> bool:
        return self._finished.is_set() and not self._here.locked()

    def start(self, block: int, count: int) -> None:
        """Run the driver on the team block at address `block` with `count` threads; returns at once. A Ctrl-C is raised
        with all threads at work."""
        assert self.idle, "the team is still at work"
        self._gather(range(count))
        self._told = NOTHING
        self._set_off(block, count)

    def run(self, block: int, count: int) -> None:
        """The same, with the calling thread as the first of them; returns, or raises a Ctrl-C, when all is done."""
        with self._here:
            if count == 1:
                self._driver(block, 0)
                return
            self._gather(range(1, count))
            self._told = 0
            try:
                self._driver(block, TOGETHER)
                self._rest(block, count)
            except KeyboardInterrupt:
                # the others wait for what is left to do; of what was done before, nothing is left
                self._rest(block, count)
                raise

    # Python looks for a Ctrl-C behind a call, not in front of it: what is noted in `_told` before a call has come about.
    # So each of these goes on where it was stopped, and raises only when nobody waits for anything any more.

    def _set_off(self, block: int, count: int) -> None:
        """Hand the block to all threads."""
        try:
            if self._told == NOTHING:
                # a new one: to clear the old takes its lock, which a Ctrl-C may leave taken
                self._finished = threading.Event()
                self._told = NOBODY
                if count > 1:
                    self._driver(block, HAND_OVER)
            self._wake(block, count)
        except KeyboardInterrupt:
            self._set_off(block, count)
            raise

    def _rest(self, block: int, count: int) -> None:
        """What the driver has left to us of a run: to wake the others, and our own part."""
        if self._post_words[0, 1]:
            return
        try:
            self._wake(block, count)
            if self._told < count:
                self._told = count
                self._driver(block, 0)
        except KeyboardInterrupt:
            self._rest(block, count)
            raise

    def _wake(self, block: int, count: int) -> None:
        """Tell those behind `_told` that sleep: the driver has told the others. The first never lingers."""
        while self._told < count - 1:
            self._told += 1
            if self._told == 0 or not self._post_words[self._told, 1]:
                self._queues[self._told].put((block, self._told))

    def _gather(self, numbers: range) -> None:
        """All threads are there before one begins: those that meet wait for every other."""
        for number in numbers:
            if number not in self._threads:
                thread = threading.Thread(target=self._serve, args=(number,), name=f"netloom-{number}", daemon=True)
                thread.start()
                self._threads[number] = thread

    def wait(self, timeout: float | None = None) -> bool:
        """Whether the work is done; waits for it at most `timeout` seconds."""
        if not self._finished.wait(timeout):
            return False
        # a lock that is taken only to look would stay taken by a Ctrl-C
        if not self._here.locked():
            return True
        if not self._here.acquire(timeout=-1 if timeout is None else timeout):
            return False
        self._here.release()
        return True

    def close(self) -> None:
        """End the threads once their work is done."""
        self.wait()
        for number in self._threads:
            self._queues[number].put(None)
        for number, thread in self._threads.items():
            thread.join()
            self._queues[number] = SimpleQueue()
        self._threads.clear()

    def _serve(self, number: int) -> None:
        queue = self._queues[number]
        while (job := queue.get()) is not None:
            self._driver(*job)
            if number == 0:
                self._finished.set()
        # for another that serves the same number: a Ctrl-C came between its start and the note of it
        queue.put(None)
