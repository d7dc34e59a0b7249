"""Pictures of networks: what is in them, how they fold, and their text in every form."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

import netloom
from netloom.compiler.diagram import Box, Group, Link, Picture, marked, once, spine
from netloom.compiler.diagram_dot import dot_text
from netloom.compiler.diagram_fold import fitted
from netloom.compiler.diagram_layers import architecture
from netloom.compiler.diagram_looks import FAMILY_WORDS, HUES, LOOKS
from netloom.compiler.diagram_mermaid import mermaid_text
from netloom.compiler.diagram_room import spacers
from netloom.compiler.diagram_text import clipped, terminal_text
from netloom.compiler.diagram_words import count, cut, detail_of, family_of, title, wrapped
from netloom.runtime import start

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
NAMES = ("start/digits", "heads/two_heads", "blocks/residual", "blocks/highway", "blocks/shared", "losses/variational")
HOSTILE = 'a<b> & "c" \\n #1; [x] `q` {y} | \\L é漢'


def picture(name: str) -> Picture:
    return architecture(start.load(EXAMPLES / f"{name}.yaml").experiment)


def chain(shapes: list[str], groups: bool = False) -> Picture:
    """Layers in a row, each with its shape; in groups of one block each where asked."""
    boxes = [Box(f"x{n}.a" if groups else f"x{n}", "a", "dense", "weights", shape=s) for n, s in enumerate(shapes)]
    seconds = [Box(f"x{n}.b", "b", "relu", "activation", shape=s) for n, s in enumerate(shapes)]
    if not groups:
        links = [Link(a.id, b.id, a.shape) for a, b in zip(boxes, boxes[1:], strict=False)]
        return Picture("chain", tuple(boxes), tuple(links))
    links = [Link(a.id, b.id, a.shape) for a, b in zip(boxes, seconds, strict=True)]
    links += [Link(b.id, a.id, b.shape) for b, a in zip(seconds, boxes[1:], strict=False)]
    items = [Group(f"x{n}", f"x{n}", (a, b)) for n, (a, b) in enumerate(zip(boxes, seconds, strict=True))]
    return Picture("chain", tuple(items), tuple(links))


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    shown = marked(fitted(picture(name)))
    stem = f"diagram/{name.replace('/', '_')}"
    golden(f"{stem}.dot", dot_text(shown))
    golden(f"{stem}.mmd", mermaid_text(shown))
    golden(f"{stem}.txt", terminal_text(shown, 100))


def test_the_numbers_are_those_of_the_network() -> None:
    boxes = {box.id: box for box in picture("start/digits").boxes}
    assert boxes["dense1"].parameters == 64 * 100 + 100
    assert boxes["dense1"].multiply_adds == 6400
    assert boxes["dense1"].activation == "relu"
    assert boxes["image"].shape == "8×8×1"
    assert sum(box.parameters for box in boxes.values()) == 7510


def test_shared_weights_count_where_they_are_first_used() -> None:
    boxes = {box.id: box for box in picture("blocks/shared").boxes}
    assert boxes["one.dense1"].parameters == 24 * 32 + 24
    assert boxes["other.dense1"].parameters == 0
    assert boxes["one.dense1"].shared == boxes["other.dense1"].shared == "Eye.dense1"
    assert "halves" in boxes
    assert "halves.left" not in boxes


def test_an_activation_alone_is_drawn_in_the_layer_before_it() -> None:
    boxes = {box.id: box for box in picture("blocks/residual").boxes}
    assert boxes["stage.1.add1"].activation == "relu"
    assert "stage.1.relu1" not in boxes


def skips(shown: Picture) -> set[tuple[str, str]]:
    return {(link.source, link.target) for link in marked(shown).links if link.role == "skip"}


def test_shortcuts_are_marked_with_weights_and_without() -> None:
    plain = {(f"stage.{n}.add1", f"stage.{n + 1}.add1") for n in (1, 2, 3)}
    # dense3 makes the first shortcut's 64 features 32
    assert skips(picture("blocks/residual")) == plain | {
        ("flatten1", "stage.1.dense3"),
        ("stage.1.dense3", "stage.1.add1"),
    }


def test_branches_of_equal_length_and_those_with_activations_are_no_shortcuts() -> None:
    def joined(one: list[str], other: list[str]) -> Picture:
        rows = [[("x", "dense"), *((f"{row}{n}", kind) for n, kind in enumerate(kinds)), ("end", "add")]
                for row, kinds in (("a", one), ("b", other))]  # fmt: skip
        boxes = {name: Box(name, name, kind, family_of(kind)) for row in rows for name, kind in row}
        boxes["end"] = boxes.pop("end")
        links = [Link(a, b) for row in rows for (a, _), (b, _) in zip(row, row[1:], strict=False)]
        return Picture("joined", tuple(boxes.values()), tuple(links))

    assert skips(joined(["dense", "dense"], ["dense", "dense"])) == set()
    assert skips(joined(["dense", "relu", "dense"], ["dense"])) == {("x", "b0"), ("b0", "end")}
    assert skips(joined(["dense", "relu", "dense"], ["dense", "relu"])) == set()
    assert skips(joined(["dense"], [])) == {("x", "end")}


def test_branches_bear_their_names() -> None:
    links = picture("deep/inception").links
    assert {link.branch: link.source for link in links if link.branch} == {
        "one": "conv2d1", "three": "conv2d3", "five": "conv2d5", "pool": "conv2d6",
    }  # fmt: skip
    assert next(link.text for link in links if link.branch == "one") == "one · 28×28×64"


def test_a_block_keeps_its_kind_open_and_closed() -> None:
    whole = picture("deep/googlenet")
    frame = next(item for item in whole.items if item.id == "a3")
    assert title(frame) == ("a3", "Inception")
    shut = next(box for box in fitted(whole).boxes if box.id == "a3")
    assert title(shut) == ("a3", "Inception")
    assert shut.note == "8 layers"


def test_a_closed_block_names_its_few_layers_and_its_ways_round() -> None:
    boxes = {box.id: box for box in fitted(picture("deep/resnet152")).boxes}
    assert boxes["stage.1.Bottleneck1.ConvNorm2"].detail == "64 filters 3×3"
    assert boxes["stage.1.Bottleneck1.ConvNorm4"].note == "2 layers"
    two = [box for box in fitted(picture("deep/resnet152"), 2).boxes if "Bottleneck" in box.id]
    assert all(box.note.endswith("with ways round") for box in two)
    assert "64 filters 1×1 → 64 3×3 → 256 1×1" in {box.detail for box in two}


def test_what_stands_for_several_says_so_first() -> None:
    stage = next(item for item in fitted(picture("blocks/residual")).items if isinstance(item, Group))
    assert title(stage.items[1]) == ("3 × Residual", "stage.2 … 4")
    row = fitted(chain(["4"] * 9), fold=True)
    assert [title(item) for item in row.items] == [("a", "dense"), ("8 × dense", "a")]


def test_every_family_that_can_meet_another_has_a_colour_of_its_own() -> None:
    layers = [hue for family, hue in HUES.items() if family not in ("product", "work", "rows")]
    kernels = [HUES[family] for family in ("data", "product", "pool", "shape", "work", "rows", "block", "output")]
    assert len(set(layers)) == len(layers)
    assert len(set(kernels)) == len(kernels)


def test_a_long_title_pushes_its_box_to_the_right() -> None:
    def framed(name: str) -> Picture:
        inner = Group("g", name, (Box("a", "a", "relu", "activation"), Box("b", "b", "relu", "activation")))
        return Picture("framed", (Box("x", "x", "data", "data"), inner), (Link("x", "a"), Link("a", "b")))

    long, short = framed("a block with quite a long name"), framed("g")
    assert spacers(long.items, frozenset(spine(long)))["a"] > 60
    assert spacers(short.items, frozenset(spine(short))) == {}
    assert "n1_room -> n1" in dot_text(long)
    assert "_room" not in dot_text(long, direction="right")


def test_equal_blocks_are_drawn_once_and_the_first_with_a_shortcut_apart() -> None:
    stage = next(item for item in fitted(picture("blocks/residual")).items if isinstance(item, Group))
    assert [(item.name, item.repeat) for item in stage.items] == [("stage.1", 1), ("stage.2 … 4", 3)]
    links = {(link.source, link.target) for link in fitted(picture("blocks/residual")).links}
    assert ("stage.2.add1", "dense1") in links


def test_a_small_picture_is_not_folded_unless_asked() -> None:
    assert len(fitted(picture("blocks/highway")).boxes) == len(picture("blocks/highway").boxes)
    asked = fitted(picture("blocks/highway"), fold=True)
    assert [item.repeat for item in asked.items if isinstance(item, Group)] == [3]


def test_unequal_neighbours_stay() -> None:
    assert len(fitted(chain(["4", "5", "4", "4"]), fold=True).boxes) == 4
    assert len(fitted(chain(["4"] * 9), fold=True).boxes) == 2


def test_a_block_that_is_read_from_afar_stays() -> None:
    row = chain(["4"] * 5, groups=True)
    end = Box("end", "end", "add", "join")
    tapped = Picture("tapped", (*row.items, end), (*row.links, *(Link(f"x{n}.b", "end", "4") for n in (1, 4))))
    items = [item for item in fitted(tapped, fold=True).items if isinstance(item, Group)]
    assert [(item.name, item.repeat) for item in items] == [("x0", 1), ("x1", 1), ("x2 … 4", 3)]
    assert [link.source for link in fitted(tapped, fold=True).links if link.target == "end"] == ["x1.b", "x2.b"]


def test_rows_of_two_layers_fold_too() -> None:
    boxes = [Box(f"b{n}", f"b{n}", "dense" if n % 2 else "norm", "weights", shape="4") for n in range(10)]
    links = [Link(a.id, b.id, "4") for a, b in zip(boxes, boxes[1:], strict=False)]
    start_box = Box("in", "in", "data", "data", shape="4")
    whole = Picture("pairs", (start_box, *boxes), (Link("in", "b0", "4"), *links))
    folded = fitted(whole, fold=True)
    assert [item.repeat for item in folded.items if isinstance(item, Group)] == [5]
    assert len(folded.boxes) == 3


def test_depth_closes_blocks_with_the_sums_of_what_is_in_them() -> None:
    whole = picture("blocks/residual")
    shut = fitted(whole, 0)
    stage = next(box for box in shut.boxes if box.id == "stage")
    assert stage.family == "block"
    assert stage.parameters == sum(box.parameters for box in whole.boxes if box.id.startswith("stage."))
    assert {link.source for link in shut.links if link.target == "stage"} == {"flatten1"}
    assert len(fitted(whole, 9, fold=False).boxes) == len(whole.boxes)


def test_a_thousand_layers_stay_readable() -> None:
    shapes = [str(8 + n % 3 + n // 3) for n in range(1000)]
    shown = fitted(chain(shapes))
    assert len(shown.boxes) < 10
    assert any("994 layers" in box.kind for box in shown.boxes)
    assert len(terminal_text(shown, 80).splitlines()) < 15


def test_a_thousand_equal_blocks_are_one() -> None:
    shown = fitted(chain(["4"] * 1000, groups=True))
    assert len(shown.boxes) <= 4
    assert max(item.repeat for item in shown.items) >= 999


def test_a_shape_is_told_once() -> None:
    links = once([Link("a", "c", "4", "skip"), Link("a", "b", "4"), Link("a", "d", "4")])
    assert [(link.target, link.shape) for link in links] == [("b", "4"), ("d", ""), ("c", "")]
    straight = once([Link("a", "b", "4"), Link("a", "d", "4")], ["a", "d"])
    assert {link.target: link.shape for link in straight} == {"b": "", "d": "4"}


def test_the_longest_way_is_the_straight_one() -> None:
    assert spine(picture("losses/variational")) == (
        "image", "pixels", "code.hidden", "code.mean", "z", "copy.dense1", "copy.dense2", "output copy",
    )  # fmt: skip


def test_every_width_is_kept() -> None:
    shown = fitted(picture("losses/variational"))
    for width in range(40, 130, 10):
        assert max(map(len, terminal_text(shown, width).splitlines())) <= width


def test_text_of_very_many_lanes_keeps_its_width() -> None:
    boxes = [Box(f"x{n}", f"x{n}", "dense", "weights", shape="4") for n in range(60)]
    links = [Link(a.id, b.id) for a, b in zip(boxes, boxes[1:], strict=False)]
    links += [Link(f"x{n}", f"x{59 - n}") for n in range(28)]
    text = terminal_text(Picture("there and back", tuple(boxes), tuple(links)), 60)
    assert max(map(len, text.splitlines())) <= 60
    assert "lines to boxes far below left out" in text
    assert "x59" in text


def test_lanes_of_a_residual_block() -> None:
    rows = terminal_text(marked(fitted(picture("blocks/residual"))), 100).splitlines()
    lanes = [row.split("  ")[0].strip() for row in rows if "stage.2" in row or "add1" in row or "dense1" in row]
    assert "├─●" in lanes
    assert "◆─╯" in lanes


def hostile() -> Picture:
    box = Box("x", HOSTILE, HOSTILE, "weights", detail=HOSTILE, note=HOSTILE, shared=HOSTILE, shape="4")
    group = Group("g", HOSTILE, (box, Box("y", "y\n\x1b[31m", "add", "join")), note=HOSTILE)
    return Picture(HOSTILE, (group,), (Link("x", "y", "4", label=HOSTILE),), (HOSTILE,))


def test_dot_escapes_what_users_write() -> None:
    text = dot_text(hostile())
    assert text.startswith('digraph "a<b> & \\"c\\" \\\\n')
    assert "a&lt;b&gt; &amp; &quot;c&quot;" in text
    assert "\x1b" not in text
    # outside strings and HTML no sign of the user's is left
    assert "[x]" not in re.sub(r'"(\\.|[^"\\])*"|<[^\n]*>', "", text)


def test_mermaid_escapes_what_users_write() -> None:
    text = mermaid_text(hostile())
    body = text.split("flowchart")[1]
    assert "a#60;b#62; #38; #34;c#34; #92;n #35;1#59; #91;x#93; #96;q#96; #123;y#125; #124;" in body
    assert "\x1b" not in text


def test_the_terminal_gets_no_control_signs() -> None:
    text = terminal_text(hostile(), 80)
    assert all(sign.isprintable() or sign == "\n" for sign in text)


def test_wide_signs_take_two_columns() -> None:
    assert clipped("漢字漢字", 5) == "漢字…"
    assert clipped("abc", 3) == "abc"


def test_every_family_has_a_colour_and_a_word_in_both_themes() -> None:
    assert set(FAMILY_WORDS) == set(LOOKS["light"].families) == set(LOOKS["dark"].families)
    edges = {look.families["weights"].edge for look in LOOKS.values()}
    assert len(edges) == 2
    assert dot_text(picture("start/digits"), "dark") != dot_text(picture("start/digits"))


def test_words() -> None:
    assert [count(n) for n in (0, 950, 61_706, 417_000, 25_600_000, 11.3e9)] == [
        "0", "950", "61,706", "417 k", "25.6 M", "11.3 G",
    ]  # fmt: skip
    assert cut("a\nb  c", 4) == "a b…"
    assert wrapped("one two three four", 8) == ["one two", "three", "four"]
    assert (family_of("add"), family_of("gelu"), family_of("conv2d")) == ("join", "activation", "weights")


@pytest.mark.parametrize("seed", range(30))
def test_a_skip_is_a_link_that_a_longer_way_goes_round(seed: int) -> None:
    chance = Random(seed)
    size = chance.randint(2, 14)
    pairs = sorted({(a, b) for a in range(size) for b in range(a + 1, size) if chance.random() < 0.3})
    boxes = tuple(Box(f"b{n}", f"b{n}", "dense", "weights") for n in range(size))
    shown = marked(Picture("random", boxes, tuple(Link(f"b{a}", f"b{b}") for a, b in pairs)))
    reach = {(a, b) for a, b in pairs}
    while more := {(a, d) for a, b in reach for c, d in reach if b == c} - reach:
        reach |= more
    wanted = {(a, b) for a, b in pairs if any((a, c) in set(pairs) and (c, b) in reach for c in range(size))}
    assert skips(shown) == {(f"b{a}", f"b{b}") for a, b in wanted}


def test_windows_are_told_along_all_their_axes() -> None:
    told = {
        box.kind: box.detail
        for name in ("digits_as_signals", "scale_space")
        for box in picture(f"pictures/{name}").boxes
    }
    assert told["conv3d"] == "24 filters 3×3×3"
    assert told["conv1d"] == "64 filters of 3, same"
    assert told["max_pool"] == "1×2×2"
    assert [family_of(kind) for kind in ("conv1d", "conv3d", "avg_pool")] == ["weights", "weights", "pool"]


@pytest.mark.parametrize(("units", "said"), [(1, "1 unit"), (2, "2 units")])
def test_one_unit_is_one(units: int, said: str, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(f"data: {{source: iris}}\nnetwork: {{layers: [{{dense: {units}}}]}}\n", encoding="utf-8")
    experiment = start.load(file).experiment
    assert detail_of(experiment.graph["dense1"]) == said
