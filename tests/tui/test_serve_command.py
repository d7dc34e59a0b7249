"""The command that serves the designer: what it starts and prints, and how it ends."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from netloom.cli.serve_command import command

from ..cli.test_commands import environment
from .test_serve import EXAMPLES, PATIENCE, aiohttp, ended, until


def test_each_tab_starts_the_designer_on_the_file() -> None:
    words = command(Path("-odd.yaml"), Path("elsewhere"), read_only=True)
    assert words[1:] == [
        "-P", "-m", "netloom", "design", "--runs", "elsewhere", "--read-only", "--", "-odd.yaml",
    ]  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_its_address_and_ends_when_asked(number: signal.Signals, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "netloom", "serve", "--port", "0", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment(), cwd=tmp_path) as running:
        assert running.stdout is not None
        told = json.loads(running.stdout.readline())
        assert set(told) == {"url", "port", "pid"}
        assert told["url"].startswith(f"http://127.0.0.1:{told['port']}/?token=")

        async def opened() -> int:
            async with aiohttp.ClientSession() as client, client.get(told["url"]) as answer:
                return int(answer.status)

        assert asyncio.run(opened()) == 200
        running.send_signal(number)
        try:
            assert running.wait(PATIENCE) == 0
        finally:
            running.kill()
        assert running.stdout.read() == ""
    assert list(tmp_path.iterdir()) == []


def test_designers_end_when_their_server_is_killed(tmp_path: Path) -> None:
    file, state = tmp_path / "digits.yaml", tmp_path / "state"
    shutil.copy(EXAMPLES / "start" / "digits.yaml", file)
    words = [sys.executable, "-m", "netloom", "serve", "--port", "0", "--json", str(file)]
    space = {**environment(), "XDG_STATE_HOME": str(state)}

    async def killed(running: subprocess.Popen[str], told: dict[str, Any]) -> None:
        base = f"http://127.0.0.1:{told['port']}"
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
            async with client.get(told["url"]) as answer:
                assert answer.status == 200
            async with client.ws_connect(f"{base}/ws?width=80&height=24", headers={"Origin": base}) as tab:
                await until(tab, b"flatten1")
                (designer,) = children(running.pid)
                await tab.send_json(["stdin", "d"])
                await until(tab, b"flatten2")
                running.kill()
                running.wait()
        await ended(designer)

    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=space, cwd=tmp_path) as running:
        assert running.stdout is not None
        try:
            told = json.loads(running.stdout.readline())
            asyncio.run(asyncio.wait_for(killed(running, told), PATIENCE))
        finally:
            running.kill()
    kept = [path.read_text(encoding="utf-8") for path in state.rglob("*") if path.is_file()]
    assert any(text.count("- flatten") == 2 for text in kept), kept


def children(process: int) -> list[int]:
    """The processes that a process has started, by Linux's own list."""
    listed = Path(f"/proc/{process}/task/{process}/children")
    if not listed.exists():
        pytest.skip("this system does not list a process's children")
    return [int(word) for word in listed.read_text(encoding="ascii").split()]


def test_without_the_extra_the_command_says_how_to_have_it(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['textual_serve'] = None\n"
        "sys.argv = ['netloom', 'serve']\n"
        "from netloom.cli.entry import main; main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment(), cwd=tmp_path, check=False
    )
    assert done.returncode == 1
    assert "pip install 'netloom[serve]'" in done.stderr
    assert "Traceback" not in done.stderr
