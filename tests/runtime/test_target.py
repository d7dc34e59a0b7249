"""What a process may use of its machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from netloom.runtime.target import UNLIMITED, host, quota, usable_cores


@pytest.mark.parametrize("lanes", [16, 8, 4])
def test_lanes_can_be_asked_for(lanes: int) -> None:
    assert host(lanes).lanes == lanes
    assert host(lanes).features == host().features
    assert host().lanes in (16, 8, 4)


def test_no_more_cores_than_the_process_may_run_on() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
    return root


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, UNLIMITED),
        ({"cpu.max": "max 100000\n"}, UNLIMITED),
        ({"cpu.max": "400000 100000\n"}, 4),
        # rounded down, but never to nothing
        ({"cpu.max": "350000 100000\n"}, 3),
        ({"cpu.max": "50000 100000\n"}, 1),
        # the narrowest of a group and those above it
        ({"a/b/cpu.max": "800000 100000\n", "a/cpu.max": "200000 100000\n"}, 2),
        ({"a/b/cpu.max": "300000 100000\n", "a/cpu.max": "max 100000\n"}, 3),
        ({"cpu.max": "nonsense"}, UNLIMITED),
    ],
)
def test_quota_of_one_tree(tmp_path: Path, files: dict[str, str], cores: int) -> None:
    assert quota(write(tmp_path, files), "0::/a/b\n") == cores
    assert quota(write(tmp_path, files), "0::/a/b\n9:memory:/a\n") == cores


@pytest.mark.parametrize(("allowed", "cores"), [("-1\n", UNLIMITED), ("200000\n", 2), ("1\n", 1)])
def test_quota_of_one_tree_for_each_controller(tmp_path: Path, allowed: str, cores: int) -> None:
    files = {"cpu,cpuacct/box/cpu.cfs_quota_us": allowed, "cpu,cpuacct/box/cpu.cfs_period_us": "100000\n"}
    assert quota(write(tmp_path, files), "3:cpu,cpuacct:/box\n2:memory:/other\n") == cores


def test_quota_seen_from_inside_a_container(tmp_path: Path) -> None:
    files = {"cpu.max": "200000 100000\n"}
    assert quota(write(tmp_path, files), "0::/the/hosts/path\n") == 2
    assert quota(tmp_path, "") == 2
