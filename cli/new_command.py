"""Start FILE from a TEMPLATE: one of the examples that come with netloom. Without a template, list them.

Examples:

    netloom new

    netloom new start/digits net.yaml

    netloom new residual net.yaml --force
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from ..dsl.diagnostics import NetloomError
from ..dsl.format import formatted
from ..dsl.load import TITLE, load
from ..dsl.scalars import written
from ..dsl.suggest import did_you_mean
from ..runtime.examples import Template, templates
from ..runtime.written import write_text
from .console import out, print_json, table, talk

MOST_NAMED = 6
NAME = re.compile(r"^name: .*$", re.MULTILINE)


def run(
    template: Annotated[str | None, typer.Argument(help="`chapter/name`, or the name.", metavar="[TEMPLATE]")] = None,
    file: Annotated[Path | None, typer.Argument(help="Left out: the template's name here.", metavar="[FILE]")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The list, or what was written, as JSON on stdout.")] = False,
) -> None:
    found = list(templates())
    if template is None:
        _list(found, json)
        return
    chosen = choose(template, found)
    made = start_from(chosen, file or Path(f"{chosen.name}.yaml"), force=force)
    if json:
        print_json({"template": str(chosen), "about": chosen.about, "files": [str(path) for path in made]})
        return
    talk().print(f"{made[0]} is there: {chosen.about}", markup=False, style="green", soft_wrap=True)
    talk().print(f"next: netloom {_next(made[0])} {made[0]}", markup=False, soft_wrap=True)


def _next(file: Path) -> str:
    """What can be done with a file: one without data is there to be looked at."""
    sections = set(re.findall(r"^([a-z]+):", file.read_text(encoding="utf-8"), re.MULTILINE))
    return "train" if "train" in sections else "predict" if "data" in sections else "draw"


def choose(asked: str, found: list[Template]) -> Template:
    """The template called so; by its name alone where no other has it."""
    wanted = asked.removesuffix(".yaml")
    fitting = [each for each in found if wanted in (str(each), each.name)]
    whole = [each for each in fitting if str(each) == wanted]
    if len(whole or fitting) == 1:
        return (whole or fitting)[0]
    if fitting:
        raise NetloomError(f"`{asked}` is the name of {len(fitting)} templates: {', '.join(map(str, fitting))}")
    names = {each.name: str(each) for each in found}
    within = [str(each) for each in found if wanted in str(each)][:MOST_NAMED]
    near = f"There is {', '.join(within)}." if within else did_you_mean(wanted, [*map(str, found), *names])
    raise NetloomError(f"there is no template `{asked}`. {near or '`netloom new` lists them.'}")


def start_from(template: Template, file: Path, *, force: bool) -> list[Path]:
    """Write the template to `file`, under that file's name, and beside it the files that it includes."""
    target = file / template.path.name if file.is_dir() else file
    if not target.suffix:
        target = target.with_name(f"{target.name}.yaml")
    spec, _ = load(template.path)
    text = template.text
    if TITLE.fullmatch(target.stem):
        text = NAME.sub(lambda _: f"name: {written(target.stem)}", text, count=1)
    parts = spec.included if spec else {}
    wanted = {target: text, **{target.parent / path: part for path, part in parts.items()}}
    wanted = {path: _laid_out(part, path) for path, part in wanted.items()}
    there = [path for path, part in wanted.items() if path.exists() and not (path != target and _holds(path, part))]
    if there and not force:
        raise NetloomError(f"{there[0]} is there already. Choose another name, or add --force to write over it.")
    for path, part in wanted.items():
        _write(path, part, force=force)
    return list(wanted)


def _laid_out(text: str, path: Path) -> str:
    """As `netloom fmt` has it, so that it changes nothing in a file that was begun here."""
    return formatted(text, str(path))[0] or text


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def _write(path: Path, text: str, *, force: bool) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if force or _holds(path, text):
            write_text(path, text)
            return
        # refused by the system itself where another program has made the file meanwhile
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as trouble:
        raise NetloomError(f"{path} cannot be written: {trouble.strerror or trouble}") from trouble


def _list(found: list[Template], json: bool) -> None:
    if json:
        print_json([{"chapter": t.chapter, "name": t.name, "template": str(t), "about": t.about} for t in found])
        return
    shown, before = table("template", "about"), None
    for each in found:
        if before not in (None, each.chapter):
            shown.add_row()
        shown.add_row(str(each), each.about)
        before = each.chapter
    out().print(shown)
    talk().print("next: netloom new TEMPLATE FILE", style="dim")
