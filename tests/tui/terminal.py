"""A real terminal for the tests: a pane of a tmux server of our own, with a plain shell in it."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

TMUX = shutil.which("tmux")
"""Where it is; None where there is none."""
DEADLINE_SECONDS, LOOK_SECONDS = 60.0, 0.05
"""For what is waited for: far more than it takes, so that only what never comes is late."""
PROMPT = "ready>"
MODES = ("alternate_on", "mouse_any_flag", "mouse_all_flag", "mouse_button_flag", "mouse_standard_flag",
         "mouse_sgr_flag")  # fmt: skip
"""What a program may switch on in a pane; a shell has none of them."""


class Terminal:
    """One pane. Every look at it that is not there at once is waited for."""

    def __init__(self, folder: Path, size: tuple[int, int], term: str, environment: dict[str, str]) -> None:
        self._name = f"netloom-{uuid.uuid4().hex[:12]}"
        self._folder = folder
        settings = folder / "tmux.conf"
        settings.write_text(
            f"set -g default-terminal {term}\nset -g status off\nset -sg escape-time 0\n",
            encoding="utf-8",
        )
        known = {name: os.environ[name] for name in ("PATH", "HOME", "NETLOOM_CACHE") if name in os.environ}
        state = {"XDG_STATE_HOME": str(folder / "state")}
        kept = {**known, **state, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PS1": f"{PROMPT} ", **environment}
        shell = ["env", "-i", f"TERM={term}", *(f"{name}={value}" for name, value in kept.items()), "sh"]
        width, height = map(str, size)
        # tmux itself runs in the environment of the tests; the shell in a clean one
        self._tmux(
            "-f", str(settings), "new-session", "-d", "-x", width, "-y", height, "-c", str(folder), shlex.join(shell)
        )
        self.shows(PROMPT)

    def _tmux(self, *words: str) -> str:
        assert TMUX is not None
        command = [TMUX, "-L", self._name, *words]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        environment.pop("TMUX", None)
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def close(self) -> None:
        """End the server and all that is in it."""
        with contextlib.suppress(AssertionError):
            self._tmux("kill-server")

    def text(self) -> str:
        """What is on the pane."""
        return self._tmux("capture-pane", "-p")

    def colours(self) -> set[str]:
        """The colour commands of what is on the pane: `31`, `38;5;17`, `48;2`."""
        found = set()
        for codes in re.findall(r"\x1b\[([0-9;:]*)m", self._tmux("capture-pane", "-p", "-e")):
            found |= set(re.findall(r"(?:^|;)(3[0-79]|4[0-79]|9[0-7]|10[0-7]|[34]8[;:]5[;:]\d+|[34]8[;:]2)", codes))
        return found - {"39", "49"}

    def modes(self) -> set[str]:
        """Which of MODES are on."""
        told = self._tmux("display-message", "-p", " ".join(f"#{{{mode}}}" for mode in MODES)).split()
        return {mode for mode, flag in zip(MODES, told, strict=True) if flag == "1"}

    def cursor_shown(self) -> bool:
        """Whether there is a cursor."""
        return self._tmux("display-message", "-p", "#{cursor_flag}").strip() == "1"

    def process(self) -> int:
        """The process of the pane: its shell, or what took the shell's place."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    def type(self, text: str) -> None:
        """Type letters as they stand."""
        self._tmux("send-keys", "-l", "--", text)

    def press(self, *keys: str) -> None:
        """Press keys by the names tmux has for them: `Enter`, `C-q`."""
        self._tmux("send-keys", *keys)

    def click(self, words: str) -> None:
        """Click on the first letter of words that are on the pane."""
        for row, line in enumerate(self.text().splitlines(), 1):
            if words in line:
                column = line.index(words) + 1
                for end in "Mm":
                    report = f"\x1b[<0;{column};{row}{end}"
                    self._tmux("send-keys", "-H", *(f"{byte:02x}" for byte in report.encode()))
                return
        raise AssertionError(f"nowhere to click: {words}\n{self.text()}")

    def resize(self, width: int, height: int) -> None:
        """Give the pane another size."""
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def shows(self, *words: str) -> str:
        """Wait until all the words are on the pane, and give what is."""
        return self.until(lambda text: all(word in text for word in words), " and ".join(words))

    def hides(self, *words: str) -> str:
        """Wait until none of the words is on the pane, and give what is."""
        return self.until(lambda text: not any(word in text for word in words), "without " + " and ".join(words))

    def until(self, good: Callable[[str], bool], wanted: str) -> str:
        """Wait until the pane is as wanted."""
        end = time.monotonic() + DEADLINE_SECONDS
        while not good(text := self.text()):
            assert time.monotonic() < end, f"never came: {wanted}; the pane shows\n{text}"
            time.sleep(LOOK_SECONDS)
        return text

    def restored(self) -> None:
        """Wait for the shell, and see that nothing of a program is left: no mouse, no alternate screen."""
        self.type("echo re''stored")
        self.press("Enter")
        self.shows("restored", PROMPT)
        assert self.modes() == set()
        assert self.cursor_shown()
        assert not re.search(r"\[<\d+;|;\d+[Mm]", self.text()), self.text()


@contextlib.contextmanager
def terminal(
    folder: Path, size: tuple[int, int] = (120, 40), term: str = "screen-256color", **environment: str
) -> Iterator[Terminal]:
    """A new terminal with a shell in `folder`, of so many columns and rows."""
    pane = Terminal(folder, size, term, environment)
    try:
        yield pane
    finally:
        pane.close()
