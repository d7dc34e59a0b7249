"""`netloom fmt` as a user meets it: files changed in place or only told, mistakes refused, standard input."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .test_commands import environment, imported, netloom

MESSY = "network: {layers: [{dense: {units: 5}}]}  # small\nname: 'small'\n"
TIDY = "netloom: 1\nname: small\n\nnetwork:  # small\n  layers:\n    - dense: 5\n"


def piped(text: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "netloom", "fmt", *words], input=text, capture_output=True, text=True,
        check=False, env=environment(),
    )  # fmt: skip


def test_a_file_is_laid_out_in_place_and_keeps_its_rights(tmp_path: Path) -> None:
    file, link = tmp_path / "net.yaml", tmp_path / "link.yaml"
    file.write_text(MESSY, encoding="utf-8")
    file.chmod(0o640)
    link.symlink_to(file)
    assert "would change" in netloom("fmt", str(file), "--check", code=1).stderr
    assert file.read_text(encoding="utf-8") == MESSY
    assert "changed" in netloom("fmt", str(link)).stderr
    assert file.read_text(encoding="utf-8") == TIDY
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert "nothing to change" in netloom("fmt", str(file), "--check").stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "net.yaml"]


def test_a_file_with_mistakes_is_left_alone_and_the_others_are_done(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.yaml", tmp_path / "good.yaml"
    bad.write_text("network: {layers: [{dens: 5}]}\n", encoding="utf-8")
    good.write_text(MESSY, encoding="utf-8")
    told = netloom("fmt", str(bad), str(good), str(tmp_path / "none.yaml"), code=1).stderr
    assert "E101" in told
    assert "E001" in told
    assert bad.read_text(encoding="utf-8") == "network: {layers: [{dens: 5}]}\n"
    assert good.read_text(encoding="utf-8") == TIDY


def test_diff_prints_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(MESSY, encoding="utf-8")
    said = netloom("fmt", str(file), "--diff").stdout
    assert "-name: 'small'\n" in said
    assert "+    - dense: 5\n" in said
    assert netloom("fmt", str(file), "--diff", "--check", code=1).stdout == said
    assert file.read_text(encoding="utf-8") == MESSY


def test_standard_input() -> None:
    done = piped(MESSY, "-")
    assert (done.returncode, done.stdout, done.stderr) == (0, TIDY, "")
    assert piped(MESSY, "-", "--check").returncode == 1
    assert piped(TIDY, "-", "--check").returncode == 0
    refused = piped("network: {layers: [{dens: 5}]}", "-")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "<input>:1:21" in refused.stderr


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(MESSY, encoding="utf-8")
    assert not imported("fmt", str(file)) & {"numpy", "numba", "networkx", "textual"}
