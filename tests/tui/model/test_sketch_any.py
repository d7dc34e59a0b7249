"""Whatever is done to an example, undoing all of it gives the file byte for byte, and no comment is ever lost."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from netloom.dsl.edit import Refused
from netloom.tui.model.checking import check_text
from netloom.tui.model.sketch import Sketch

from .texts import EXAMPLES

FILES = sorted(path for path in EXAMPLES.glob("*/*.yaml") if path.stat().st_size < 3000)
KINDS = ("dense", "relu", "dropout", "add", "conv2d", "batch_norm", "concat", "flatten")
Command = Callable[[Sketch, str, str, str], object]
COMMANDS: dict[str, Command] = {
    "add after": lambda sketch, a, b, kind: sketch.add_after(a, kind),
    "add before": lambda sketch, a, b, kind: sketch.add_before(a, kind),
    "add between": lambda sketch, a, b, kind: sketch.add_between(a, b, kind),
    "append": lambda sketch, a, b, kind: sketch.add_after(None, kind),
    "delete": lambda sketch, a, b, kind: sketch.delete([a]),
    "delete two": lambda sketch, a, b, kind: sketch.delete([a, b]),
    "duplicate": lambda sketch, a, b, kind: sketch.duplicate(a),
    "up": lambda sketch, a, b, kind: sketch.move(a, -1),
    "down": lambda sketch, a, b, kind: sketch.move(a, 1),
    "connect": lambda sketch, a, b, kind: sketch.connect(a, b),
    "disconnect": lambda sketch, a, b, kind: sketch.disconnect(a, b),
    "rename": lambda sketch, a, b, kind: sketch.rename(a, f"named_{len(sketch.history.done)}"),
    "wrap": lambda sketch, a, b, kind: sketch.wrap([a], f"Part{len(sketch.history.done)}"),
    "wrap two": lambda sketch, a, b, kind: sketch.wrap([a, b], f"Part{len(sketch.history.done)}"),
    "unwrap": lambda sketch, a, b, kind: sketch.unwrap(a),
    "set": lambda sketch, a, b, kind: sketch.set_option(a, "activation", "tanh"),
    "set two": lambda sketch, a, b, kind: sketch.set_many([a, b], "bias", False),
    "unset": lambda sketch, a, b, kind: sketch.unset_option(a, "activation"),
    "kind": lambda sketch, a, b, kind: sketch.replace_kind(a, kind),
    "undo": lambda sketch, a, b, kind: sketch.undo(),
    "redo": lambda sketch, a, b, kind: sketch.redo(),
}
Step = tuple[str, int, int, str]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(sorted(COMMANDS)), st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from(KINDS)
    ),
    min_size=1,
    max_size=8,
)


def comments(sketch: Sketch) -> Counter[str]:
    document = sketch.document
    return Counter(document.text[start:end] for start, end in document.comments)


def done(sketch: Sketch, steps: Sequence[Step]) -> None:
    """Do the steps to layers of each text's own picture; what is refused changes nothing."""
    told = comments(sketch)
    for name, first, second, kind in steps:
        checked = check_text(sketch.text, sketch.path, sketch.revision)
        sketch.learn(checked)
        ids = sorted(checked.layers) or ["nothing"]
        before, revision = sketch.text, sketch.revision
        try:
            COMMANDS[name](sketch, ids[first % len(ids)], ids[second % len(ids)], kind)
        except Refused as why:
            assert str(why)
            assert (sketch.text, sketch.revision) == (before, revision)
        assert sketch.readable
        assert told - comments(sketch) == Counter()


@settings(max_examples=40)
@given(st.sampled_from(FILES), STEPS)
def test_all_undone_is_the_file_byte_for_byte(path: Path, steps: Sequence[Step]) -> None:
    sketch = Sketch.open(path)
    done(sketch, steps)
    last, count = sketch.text, len(sketch.history.done)
    while sketch.undo():
        pass
    assert sketch.text.encode("utf-8") == path.read_bytes()
    for _ in range(count):
        assert sketch.redo()
    assert sketch.text == last
    while sketch.undo():
        pass
    assert sketch.text.encode("utf-8") == path.read_bytes()
    assert not sketch.changed


TYPED = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 3), st.text("ab:-{ \n#é", max_size=3)), max_size=20)


@given(st.sampled_from(FILES), TYPED)
def test_all_typing_undone_is_the_file_byte_for_byte(path: Path, keys: Sequence[tuple[int, int, str]]) -> None:
    sketch = Sketch.open(path)
    at = 0
    for jump, gone, text in keys:
        at = jump % (len(sketch.text) + 1) if jump % 3 == 0 else min(at, len(sketch.text))
        end = min(at + gone, len(sketch.text))
        sketch.type_over(at, end, text)
        at += len(text)
        with contextlib.suppress(Refused):
            sketch.document.root.address  # noqa: B018  what is typed is read as it stands
    last = sketch.text
    steps = 0
    while sketch.undo():
        steps += 1
    assert sketch.text.encode("utf-8") == path.read_bytes()
    for _ in range(steps):
        assert sketch.redo()
    assert sketch.text == last
