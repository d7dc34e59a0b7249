"""The tree stays small, plain and about the project alone."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
FILE_LINES, FUNCTION_LINES, MEDIAN_LINES = 400, 50, 160


def tracked(*patterns: str) -> list[Path]:
    """The files git knows (or would add), never through the link `.typing/netloom`."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("not a git checkout")
    files = [ROOT / line for line in found.stdout.splitlines() if not line.startswith(".typing")]
    return [f for f in files if f.is_file()]


def test_files_are_small() -> None:
    lengths = {f: len(f.read_text(encoding="utf-8").splitlines()) for f in tracked("*.py")}
    long = {str(f.relative_to(ROOT)): n for f, n in lengths.items() if n > FILE_LINES}
    assert not long, f"over {FILE_LINES} lines: {long}"
    assert median(lengths.values()) < MEDIAN_LINES


def test_functions_are_short() -> None:
    long = []
    for path in tracked("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} ({lines})")
    assert not long, f"over {FUNCTION_LINES} lines: {long}"


def test_package_files_hold_a_docstring_only() -> None:
    listing = {"__init__.py", "compiler/ops/__init__.py", "compiler/expand/__init__.py", "compiler/emit/__init__.py"}
    for path in tracked("*__init__.py"):
        name = str(path.relative_to(ROOT))
        if name in listing or name.startswith("tests/"):
            continue
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert len(body) == 1, f"{name} holds more than its docstring"
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{name} has no docstring"


def test_public_names_say_what_they_are() -> None:
    """A command's `run` is told by the docstring of its module, which `--help` prints."""
    silent = []
    for path in tracked("dsl/*.py", "compiler/*.py", "runtime/*.py", "tui/*.py", "cli/*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), f"{path.relative_to(ROOT)} has no docstring"
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            told_by_module = node.name == "run" and path.name.endswith("_command.py")
            if not node.name.startswith("_") and not told_by_module and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not silent, f"public and without a docstring: {silent}"


def test_no_vague_module_names() -> None:
    vague = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py", "manager.py"}
    assert not [f for f in tracked("*.py") if f.name in vague]


def test_every_module_is_imported_under_one_name() -> None:
    """A second copy of a module (as `netloom.dsl.load` and as `dsl.load`) would have its own registries."""
    script = (
        "import importlib, pathlib, sys, netloom\n"
        "root = pathlib.Path(netloom.__file__).resolve().parent\n"
        "for part in ('dsl', 'compiler', 'runtime', 'tui', 'cli'):\n"
        "    for f in sorted((root / part).rglob('*.py')):\n"
        "        names = f.relative_to(root).with_suffix('').parts\n"
        "        if names[-1] not in ('compile_worker',):\n"
        "            importlib.import_module('.'.join(('netloom', *names)).removesuffix('.__init__'))\n"
        "seen = {}\n"
        "for name, module in list(sys.modules.items()):\n"
        "    file = getattr(module, '__file__', None)\n"
        "    if file and pathlib.Path(file).resolve().is_relative_to(root) and '.venv' not in file:\n"
        "        assert seen.setdefault(pathlib.Path(file).resolve(), name) == name, (file, name)\n"
        "print(len(seen))\n"
    )
    import sys

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=_environment()
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50


def test_nothing_of_a_workplace_is_named() -> None:
    words = re.compile("/" + "work/|/" + "root/|sub" + "agents?\\b|file:" + "///|pypi\\." + "org", re.IGNORECASE)
    named = []
    for path in tracked():
        if path.suffix in {".png", ".gz", ".zip", ".npz"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if words.search(line):
                named.append(f"{path.relative_to(ROOT)}:{number}")
    assert not named


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT / ".typing")}
