"""What a run was asked for besides its file: kept in `request.json` in the run's folder, so that the copy of the file
stays as its writer left it, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from . import checkpoints
from .runs import RunError, RunFolder

REQUEST = "request.json"
SET, FROM = "# set: ", "# from: "
"""How the first runs there were began their copy of the file: a line for each setting, then one for the file."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`file` is the spec the run was started from, with its whole path; `sets` the values of `--set`; `epochs` the
    length asked for, None for that of the file."""

    file: str | None = None
    sets: dict[str, str] = field(default_factory=dict)
    epochs: int | None = None

    @property
    def base(self) -> Path | None:
        """The folder that paths in the spec are read from."""
        return Path(self.file).parent if self.file else None


def write(folder: RunFolder, asked: Asked) -> None:
    """Keep it. Raises OSError."""
    text = json.dumps(asdict(asked), ensure_ascii=False, indent=2) + "\n"
    checkpoints.write_whole(folder.path / REQUEST, text.encode())


def read(folder: RunFolder) -> Asked:
    """What a run was asked for; nothing when its folder does not tell. Raises RunError when it tells nonsense."""
    path = folder.path / REQUEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _from_header(folder)
    except (OSError, ValueError) as trouble:
        raise RunError(f"{path} cannot be read: {trouble}") from trouble
    match found:
        case {"file": str() | None as file, "sets": dict() as sets, "epochs": int() | None as epochs}:
            return Asked(file, _words(sets), epochs)
    raise RunError(f"{path} is damaged: it wants `file`, `sets` and `epochs`")


def _words(sets: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in sets.items()}


def _from_header(folder: RunFolder) -> Asked:
    """What an older run noted above its copy of the file. Only that head counts: whatever else says `# set:` is a
    comment of the writer's."""
    sets: dict[str, str] = {}
    try:
        with folder.spec.open(encoding="utf-8") as file:
            for line in file:
                if line.startswith(FROM):
                    return Asked(line.removeprefix(FROM).rstrip("\n"), sets)
                if not line.startswith(SET):
                    break
                name, _, value = line.removeprefix(SET).rstrip("\n").partition("=")
                sets[name] = value
    except (OSError, ValueError):
        return Asked()
    return Asked()
