"""Explain a code, a kind, an option, a key, a function or an op; without a word, list what there is.

Examples:

    netloom explain E101

    netloom explain dense

    netloom explain dense.units

    netloom explain train.batch
"""

from __future__ import annotations

import re
import sys
from typing import Annotated, Any

import typer
from rich.markdown import Markdown
from rich.theme import Theme

from ..dsl.codes import CODES
from ..dsl.diagnostics import NetloomError
from ..dsl.reference.markdown import code, page, table, ticked, without_links
from ..dsl.reference.topics import Topic, find, groups, near
from .console import out, print_json, talk

OWN_WORD = re.compile(r"[A-Z][A-Za-z0-9]*")
LIKE_A_CODE = re.compile(r"[EWew]-?[0-9]+")
OP = "op."


def run(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORD]", help="E101, dense, dense.units, units, train.batch, softmax, op.matmul …"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")] = False,
) -> None:
    if not words:
        _list_topics(json)
        return
    word = " ".join(words)
    found = [*find(word), *_ops(word)]
    if json:
        print_json([_as_json(topic) for topic in found])
    elif found:
        _show("\n".join(without_links(topic.text) for topic in found))
        if also := [topic.page for topic in found if topic.page]:
            talk().print(f"Pages: {', '.join('docs/language/' + name for name in also)}", style="dim", soft_wrap=True)
    if not found:
        raise NetloomError(_unknown(word))


def _list_topics(json: bool) -> None:
    from ..compiler.ops import REGISTRY

    listed = {**groups(), "Ops": [OP + name for name in REGISTRY]}
    if json:
        print_json(listed)
        return
    shown = table(("topic", "words"), ((name, ", ".join(words)) for name, words in listed.items()))
    _show(page("# What `netloom explain` knows", shown, "Options too: `netloom explain dense.units`, or `units`."))


def _ops(word: str) -> list[Topic]:
    """The compiler's op of that name. Its tables bring NumPy, so a code never comes here."""
    if word.upper() in CODES:
        return []
    from ..compiler.ops import REGISTRY

    op = REGISTRY.get(word.removeprefix(OP))
    return [] if op is None else [Topic("op", OP + op.name, _op_page(op), facts=_op_facts(op))]


def _op_page(op: Any) -> str:
    """An op of the compiler: its formula, shapes, attributes and gradient, and what makes it."""
    from ..compiler.ops.words import WORDS

    words = WORDS[op.name]
    rows = ((ticked(name), "needed" if value is ... else ticked(value)) for name, value in op.attrs.items())
    gradient = f"none: {op.no_gradient}" if op.no_gradient else f"{words.gradient}, where g is the gradient of y"
    by = ", ".join([*map(ticked, words.made_by), *([words.besides] if words.besides else [])])
    result = "the type of its inputs" if op.result == "same" else op.result
    return page(
        f"# {OP}{op.name}",
        f"*Op of the compiler, {op.kind}.* {' '.join(op.doc.split())}",
        code(words.formula),
        f"Shapes: {words.shapes}. Result: {result}.",
        f"Gradient: {gradient}.",
        table(("attribute", "default"), rows) if op.attrs else "",
        f"Made by: {by}.",
    )


def _op_facts(op: Any) -> dict[str, object]:
    """The same as data, for `--json`."""
    from ..compiler.ops.words import WORDS

    words = WORDS[op.name]
    return {
        "kind": op.kind, "formula": words.formula, "shapes": words.shapes, "gradient": words.gradient or None,
        "no_gradient": op.no_gradient, "made_by": list(words.made_by), "besides": words.besides,
        "attributes": {name: None if value is ... else value for name, value in op.attrs.items()},
    }  # fmt: skip


def _as_json(topic: Topic) -> dict[str, object]:
    text = without_links(topic.text)
    return {"group": topic.group, "word": topic.word, "page": topic.page, "facts": topic.facts, "text": text}


def _show(text: str) -> None:
    """Set on a terminal, as it stands where it is piped."""
    if sys.stdout.isatty():
        console = out()
        console.push_theme(Theme({"markdown.code": "cyan"}))
        console.print(Markdown(text, code_theme="ansi_dark"))
    else:
        sys.stdout.write(text)


def _unknown(word: str) -> str:
    from ..compiler.ops import REGISTRY

    if OWN_WORD.fullmatch(word) and not LIKE_A_CODE.fullmatch(word):
        return f"`{word}` begins with a capital: it would be a block or network of a file's own; see `explain blocks`"
    meant = near(word, tuple(REGISTRY))
    return f"nothing is called `{word}`. " + (
        f"Did you mean `{meant}`?" if meant else "`netloom explain` lists all there is."
    )
