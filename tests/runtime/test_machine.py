"""The machine's limits: what is measured is put together right, kept, and read with care. No time is measured here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from netloom.runtime import peak_kernels
from netloom.runtime.caches import cache_bytes, cpu_name, size
from netloom.runtime.machine import LEVELS, Bandwidth, Peak, Team, keep_peak, machine_peak
from netloom.runtime.peak import SLICES, Bench, Probe, probe_plan, probes, slice_bytes, summed_up, taken, thread_counts
from netloom.runtime.target import host

CACHES = {"L1": 32 << 10, "L2": 1 << 20, "L3": 16 << 20}


def made_up() -> Peak:
    """100 multiply-adds a nanosecond and thread; 400, 200, 100 and 50 bytes from near to far."""
    teams = {
        threads: Team(
            multiply_adds=100.0 * threads,
            bandwidth={
                level: Bandwidth(read=rate * threads, write=rate * threads / 2, copy_=rate * threads)
                for level, rate in zip(LEVELS, (400.0, 200.0, 100.0, 50.0), strict=True)
            },
            meeting_ns=200.0 * (threads - 1),
        )
        for threads in (1, 2)
    }
    target = host()
    return Peak(
        cpu=target.cpu, name=cpu_name(), lanes=target.lanes, cores=target.cores, date="2026-01-02T03:04:05+00:00",
        caches=CACHES, call_ns=2.0, stamp_ns=0.0, teams=teams, spread=0.1,
    )  # fmt: skip


def test_a_floor_is_arithmetic_or_memory() -> None:
    peak = made_up()
    busy = peak.floor(1_000_000, 4000, 4000, 2)
    assert (busy.ns, busy.limit, busy.level) == (5000.0, "arithmetic", "L1")
    far = peak.floor(1000, 64 << 20, 0, 1)
    assert (far.limit, far.level) == ("memory", "memory")
    assert far.ns == pytest.approx((64 << 20) / 50)


def test_reads_and_writes_overlap_but_never_beat_the_fastest() -> None:
    peak = made_up()
    assert peak.floor(0, 4000, 1000, 1).memory == 5000 / 400
    assert peak.floor(0, 1000, 4000, 1).memory == 4000 / 200


def test_near_caches_grow_with_the_threads() -> None:
    peak = made_up()
    sizes = [1 << 15, 1 << 16, 1 << 21, 1 << 24, 1 << 25]
    assert [peak.level(n, 1) for n in sizes] == ["L1", "L2", "L3", "L3", "memory"]
    assert [peak.level(n, 2) for n in sizes] == ["L1", "L1", "L2", "L3", "memory"]


def test_a_team_that_was_not_measured_is_the_next_smaller() -> None:
    peak = made_up()
    assert [peak.multiply_adds(n) for n in (1, 2, 3, 64)] == [100, 200, 200, 200]


def test_limits_are_kept_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "machine.json"
    assert keep_peak(made_up(), path) is None
    assert machine_peak(path) == made_up()
    assert [p.name for p in path.parent.iterdir()] == ["machine.json"]


@pytest.mark.parametrize(
    "change", [{"cpu": "another"}, {"lanes": 1}, {"version": 0}, {"cores": 99}, {"name": "another"}]
)
def test_limits_of_another_machine_are_none(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "machine.json"
    keep_peak(made_up().model_copy(update=change), path)
    assert machine_peak(path) is None


@pytest.mark.parametrize("text", ["", "{}", "[1", '{"version": 1}', "\x00"])
def test_a_damaged_file_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "machine.json"
    path.write_text(text, encoding="utf-8")
    assert machine_peak(path) is None


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_limits_nothing_can_be_divided_by_are_none(tmp_path: Path, rate: float) -> None:
    path, peak = tmp_path / "machine.json", made_up()
    team = peak.teams[1].model_copy(update={"multiply_adds": rate})
    keep_peak(peak.model_copy(update={"teams": {1: team}}), path)
    assert machine_peak(path) is None


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = keep_peak(made_up(), tmp_path / "file" / "machine.json")
    assert said is not None
    assert "are not kept" in said


def test_caches_as_the_system_tells_them(tmp_path: Path) -> None:
    for number, (level, kind, bytes_) in enumerate(
        [("1", "Data", "48K"), ("1", "Instruction", "32K"), ("3", "Unified", "4M")]
    ):
        folder = tmp_path / f"index{number}"
        folder.mkdir()
        for name, word in (("level", level), ("type", kind), ("size", bytes_)):
            (folder / name).write_text(word + "\n", encoding="ascii")
    assert cache_bytes(tmp_path) == {"L1": 48 << 10, "L2": 1 << 20, "L3": 4 << 20}
    (tmp_path / "index0" / "size").write_text("many\n", encoding="ascii")
    assert cache_bytes(tmp_path)["L1"] == 32 << 10
    assert cache_bytes(tmp_path / "none") == {"L1": 32 << 10, "L2": 1 << 20, "L3": 16 << 20}
    assert (size("7"), size("2G")) == (7, 2 << 30)


@pytest.mark.parametrize("threads", [1, 2, 7, 64])
@pytest.mark.parametrize("lanes", [4, 8, 16])
def test_slices_are_whole_vectors_of_each_level(threads: int, lanes: int) -> None:
    sizes = slice_bytes(CACHES, threads)
    turn = 4 * lanes * peak_kernels.STREAMS
    assert all(count % (2 * turn) == 0 for count in sizes.values())
    assert list(sizes) == list(LEVELS)
    assert sizes["L1"] <= CACHES["L1"] < sizes["L2"]
    for probe in probes(CACHES, lanes, [threads]):
        if probe.kernel != "fma":
            vectors, turns = probe.sizes
            assert probe.amount == vectors * lanes * 4 * turns * threads


def test_thread_counts_end_with_all() -> None:
    assert thread_counts(1) == [1]
    assert thread_counts(2) == [1, 2]
    assert thread_counts(12) == [1, 2, 3, 4, 8, 12]


class FakeBench:
    """Slices of a made-up machine: a millisecond, and every second one twice that."""

    def slices(self, program: str, threads: int) -> list[float]:
        return [1e6, 2e6]

    def empty(self, program: str, threads: int) -> list[float]:
        return [22.0 if program == "calls" else 322.0, 1000.0]

    def untimed(self, program: str, threads: int) -> list[float]:
        return [2.0, 5.0]


def test_the_best_slice_counts() -> None:
    wanted, said = probes(CACHES, 16, [1, 2]), list[tuple[int, int]]()
    times = taken(wanted, [1, 2], FakeBench(), 3, lambda done, count: said.append((done, count)))
    assert said == [(1, 3), (2, 3), (3, 3)]
    assert all(len(times[probe.program]) == 6 for probe in wanted)
    found = summed_up(wanted, [1, 2], times, CACHES, replace(host(), lanes=16))
    assert found.multiply_adds(2) == 2 * found.multiply_adds(1) == 2 * wanted[0].amount / 1e6
    assert (found.call_ns, found.stamp_ns) == (2.0, 20.0)
    assert [team.meeting_ns for team in found.teams.values()] == [0.0, 300.0]
    assert found.spread == pytest.approx(1 / 3)


def test_probes_run_on_this_machine() -> None:
    """Every kernel, on memory of its own alone; how fast is not asked."""
    target = host()
    small = [
        Probe("fma", "", 1, (10,), 1.0),
        *(Probe(kernel, "L1", 1, (32, 2), 1.0) for kernel in ("write", "read", "copy")),
    ]
    bench = Bench(small, target)
    try:
        times = taken(small, [1], bench, 1)
        made = bench._engine._arena.bytes
        numbers = made[4096 : 4096 + 4 * 32 * target.lanes].view(np.float32)
        # the last turn wrote ones; reading left its sums where the first ones were, copying the first half in the second
        half = numbers.size // 2
        np.testing.assert_array_equal(numbers[half:], numbers[:half])
        assert set(numbers[peak_kernels.STREAMS * target.lanes : half]) == {1.0}
        first = 1.0
        for _ in range(SLICES):
            first = 2 * (first + 32 / peak_kernels.STREAMS - 1)
        assert set(numbers[: peak_kernels.STREAMS * target.lanes]) == {first}
    finally:
        bench.close()
    assert {name: len(found) > 0 for name, found in times.items()} == dict.fromkeys(
        [*(probe.program for probe in small), "calls", "stamped"], True
    )


def test_a_plan_of_probes_holds_their_bytes() -> None:
    wanted = probes(CACHES, 16, [1, 2])
    plan = probe_plan(wanted, dict.fromkeys(peak_kernels.TEXTS, "0" * 64), 16)
    for probe in wanted:
        if probe.kernel != "fma":
            assert 4096 + 64 * probe.sizes[0] * probe.threads <= plan.arena_bytes
