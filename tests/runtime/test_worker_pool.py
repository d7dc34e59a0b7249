"""Workers are fed, watched and ended; what goes wrong names the kernel."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from netloom.runtime.worker_pool import CompileError, Job, WorkerPool, worker_command

ECHO = """
import base64, json, os, sys
for line in sys.stdin:
    request = json.loads(line)
    {body}
    made = base64.b64encode(answer.encode()).decode()
    print(json.dumps({{"symbol": request["symbol"], "object": made}}), flush=True)
"""


def echo(body: str) -> list[str]:
    """A worker that answers with what `body` puts into `answer`."""
    return [sys.executable, "-c", ECHO.format(body=body)]


def jobs(count: int) -> list[Job]:
    return [Job(f"netloom_{i}", f"kernel {i}", "x" * 100, 8) for i in range(count)]


def test_every_job_is_done_once() -> None:
    with WorkerPool(3, echo('answer = request["symbol"] + request["name"]')) as pool:
        made = dict(pool.compile(jobs(20)))
    assert {job.symbol: content.decode() for job, content in made.items()} == {
        f"netloom_{i}": f"netloom_{i}kernel {i}" for i in range(20)
    }


def test_long_texts_and_long_objects_pass_through_the_pipes() -> None:
    job = Job("netloom_long", "long", "é" * 300_000, 8)
    with WorkerPool(1, echo('answer = request["text"]')) as pool:
        ((_, content),) = pool.compile([job])
    assert content.decode() == job.text


def test_more_workers_than_jobs() -> None:
    with WorkerPool(3, echo("answer = str(os.getpid())")) as pool:
        assert len(list(pool.compile(jobs(1)))) == 1
        assert list(pool.compile([])) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("os.kill(os.getpid(), 9)", "by signal 9 while it made the kernel kernel 0"),
        ("print('out of ideas', file=sys.stderr); sys.exit(3)", "with status 3 while it made the kernel kernel 0"),
        ("raise MemoryError('so large')", "so large"),
    ],
)
def test_a_worker_that_dies_is_named_with_its_kernel(body: str, said: str) -> None:
    with WorkerPool(1, echo(body)) as pool, pytest.raises(CompileError, match=said):
        list(pool.compile(jobs(2)))


def test_a_worker_that_is_dead_before_it_is_asked() -> None:
    with WorkerPool(1, [sys.executable, "-c", "raise SystemExit('not today')"]) as pool:
        pool._workers[0]._process.wait()
        with pytest.raises(CompileError, match="not today"):
            list(pool.compile(jobs(1)))


def test_an_error_names_the_kernel() -> None:
    body = 'print(json.dumps({"symbol": "s", "error": "TypingError: no"}), flush=True); continue'
    with (
        WorkerPool(1, echo(body)) as pool,
        pytest.raises(CompileError, match="kernel 0 could not be compiled: TypingError"),
    ):
        list(pool.compile(jobs(1)))


def test_workers_end_with_the_block_whatever_happens() -> None:
    pool = WorkerPool(2, echo("answer = ''"))
    processes = [worker._process for worker in pool._workers]
    with pytest.raises(KeyboardInterrupt), pool:
        for _ in pool.compile(jobs(9)):
            raise KeyboardInterrupt
    assert [process.returncode for process in processes] == [-9, -9]


def test_workers_are_in_a_session_of_their_own() -> None:
    with WorkerPool(1, echo("answer = str(os.getsid(0))")) as pool:
        ((_, session),) = pool.compile(jobs(1))
        assert int(session) == pool._workers[0]._process.pid != os.getsid(0)


def test_the_real_worker_is_nice_ignores_interrupts_and_sees_no_strange_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a file of the user's in the current folder, called like a module that the worker needs
    (tmp_path / "json.py").write_text("raise ImportError('the wrong json')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    text = "def kernel(arena, offsets, sizes, thread, threads):\n    put(arena, 0, thread)\n"
    with WorkerPool(1, worker_command()) as pool:
        ((_, first),) = pool.compile([Job("netloom_n", "n", text, 8)])
        worker = pool._workers[0]._process
        status = Path(f"/proc/{worker.pid}/status")
        if status.exists():
            assert int(status.read_text().split("SigIgn:\t")[1].split()[0], 16) & 2
            assert os.getpriority(os.PRIO_PROCESS, worker.pid) > os.getpriority(os.PRIO_PROCESS, 0)
    assert b"netloom_n" in first


def test_a_request_is_one_line_of_json() -> None:
    with WorkerPool(1, echo("answer = line")) as pool:
        ((_, line),) = pool.compile([Job("s", "n", "a\nb", 4)])
    assert json.loads(line) == {"symbol": "s", "name": "n", "text": "a\nb", "lanes": 4}
