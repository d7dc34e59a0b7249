"""The page of a benchmark: its tables word for word."""

from __future__ import annotations

from typing import Any

import pytest

from netloom.benchmarks import chart, report
from netloom.benchmarks.kernels import KernelTime, beside_peak, by_lost_time, of_step
from netloom.runtime.machine import Floor


def spread(median: float) -> dict[str, float]:
    return {"median": median, "low": median / 2, "high": median * 2}


def kernel(name: str, us: float, least: float | None) -> dict[str, Any]:
    limit = None if least is None else "memory"
    return {
        "kernel": name, "layers": "dense1", "us": us, "multiply_adds": 0, "bytes": 8, "least": least, "limit": limit,
    }  # fmt: skip


def results(**changes: Any) -> dict[str, Any]:
    race = {
        "workload": "lenet5", "mode": "train", "batch": 64, "threads": 2, "kernels": [],
        "engines": {
            "netloom": {"manner": "stretches", "seconds": spread(1e-3)},
            "torch": {"manner": "channels-last", "seconds": spread(4e-3), "ratio": spread(4.0)},
            "jax": {"manner": "scan"},
        },
    }  # fmt: skip
    return {
        "machine": {"name": "A processor", "cores": 2, "lanes": 16, "system": "Linux", "peak": {1: 66.5, 2: 133.0}},
        "plan": {"rounds": 15, "turn": 0.5, "quick": False, "threads": (1, 2)},
        "versions": {"torch": "2.13.0"}, "races": [race], "starts": [], "memory": [], "notes": [], **changes,
    }  # fmt: skip


def test_a_race_is_a_row_an_engine() -> None:
    page = report.text(results(), chart=False)
    assert "| lenet5 | 64 | 2 | netloom | stretches | 1 ms (500 µs – 2 ms) |  |\n" in page
    assert "|  |  |  | PyTorch eager | channels-last | 4 ms (2 ms – 8 ms) | 4× (2× – 8×) |\n" in page
    assert "JAX" not in page, "an engine without a time has no row"
    assert "133 GF/s on 1, 266 GF/s on 2 threads" in page
    assert "quick run" not in page


def test_sections_without_results_are_left_out() -> None:
    page = report.text(results(), chart=False)
    assert [line for line in page.splitlines() if line.startswith("#")] == ["# Side by side", "## Training, a step"]


def test_starts_memory_and_notes() -> None:
    start = {"workload": "lenet5", "peer": "jax", "threads": 2, "cold_seconds": 2.0, "cold_whole": 3.0,
             "warm_seconds": 0.25, "warm_whole": 1.25}  # fmt: skip
    grown = [
        {"workload": "lenet5", "mode": "train", "peer": "netloom", "bytes": 12_345_678},
        {"workload": "lenet5", "mode": "train", "peer": "torch", "bytes": 250_000_000},
        {"workload": "lenet5", "mode": "infer", "peer": "torch", "bytes": 1_000_000},
    ]
    page = report.text(results(starts=[start], memory=grown, notes=["onnx is\nleft out"]), chart=False)
    assert "| lenet5 | JAX jit | 2 s | 3 s | 250 ms | 1.25 s |\n" in page
    assert "| lenet5 | train | 12.3 MB | 250 MB |\n| lenet5 | infer |  | 1 MB |\n" in page
    assert page.endswith("## Left out\n\n- onnx is left out\n")


def test_kernels_that_lose_most_come_first() -> None:
    found = results()
    found["races"][0]["kernels"] = [kernel("small", 3.0, 1.0), kernel("large", 9.0, 4.0)]
    page = report.text(found, chart=False)
    assert "2 calls a step, 12.0 µs together, 42% of the machine's peak. A step in the race took 1000.0 µs" in page
    assert ": 988.0 µs beside the calls, and 5.0 µs at the peak." in page
    assert page.index("| large | dense1 | 9.0 | 4.0 | 44% | memory | 5.0 |") < page.index("| small |")


def test_an_unmeasured_peak_is_said_to_be_unknown() -> None:
    found = results()
    found["machine"]["peak"] = None
    found["races"][0]["kernels"] = [kernel("small", 3.0, None)]
    page = report.text(found, chart=False)
    assert "Measured peak of multiply-adds: unknown (`netloom doctor --peak` measures it)" in page
    assert "| small | dense1 | 3.0 | unknown | unknown | unknown | unknown |" in page


@pytest.mark.parametrize(
    ("seconds", "shown"), [(123.4, "123 s"), (1.0, "1 s"), (0.0123, "12.3 ms"), (4.56e-6, "4.56 µs"), (1e-8, "0.01 µs")]
)
def test_durations(seconds: float, shown: str) -> None:
    assert report.duration(seconds) == shown


def test_bars_of_a_line_in_a_cell_are_escaped() -> None:
    assert report.table(("a", "b>"), [("x|y", "1")]) == "| a | b |\n|---|---:|\n| x\\|y | 1 |\n"


def test_the_chart_shows_peers_with_ratios() -> None:
    found = results()
    assert chart.bars(found, 2) == {"torch": {"lenet5\ntraining 64": (4.0, 2.0, 8.0)}}
    assert chart.bars(found, 1) == {}


class Limits:
    """100 operations and 10 bytes a nanosecond; a stamp of the time takes a microsecond."""

    stamp_ns = 1000.0

    def floor(self, multiply_adds: float, read: float, written: float, _threads: int) -> Floor:
        return Floor(multiply_adds / 100, max(read, written) / 10, "memory")


def test_kernels_beside_a_peak() -> None:
    peak = Limits()
    work = {
        "kernel": "matmul",
        "layers": "",
        "us": 21.0,
        "multiply_adds": 600_000,
        "operations": 400_000,
        "read": 20_000,
        "written": 100,
    }
    (row,) = beside_peak([work], peak, 2)
    assert (row.least, row.limit, row.lost, row.share) == (10.0, "arithmetic", 10.0, 0.5)
    (row,) = beside_peak([work | {"read": 200_000}], peak, 2)
    assert (row.least, row.limit) == (20.0, "memory")
    (row,) = beside_peak([work], None, 2)
    assert (row.least, row.share, row.lost) == (None, None, 21.0)


def test_the_share_of_a_whole_step() -> None:
    rows = [KernelTime(**kernel("a", 3.0, 1.0)), KernelTime(**kernel("b", 1.0, 1.0))]
    assert of_step(rows) == 0.5
    assert of_step([*rows, KernelTime(**kernel("c", 1.0, None))]) is None
    assert [row.kernel for row in by_lost_time(rows)] == ["a", "b"]
