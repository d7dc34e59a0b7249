"""What the checks refuse, and whom they blame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from netloom.compiler.graph import Builder, Graph, Node, Origin, Value
from netloom.compiler.layouts import Layout, plain
from netloom.compiler.passes.decompose import Decompose
from netloom.compiler.passes.layout import LayOut
from netloom.compiler.passes.merge import Merge
from netloom.compiler.passes.optimise import Optimise
from netloom.compiler.stages import (
    DECOMPOSED,
    FUSED,
    LAID_OUT,
    SCHEDULED,
    STAGES,
    TYPED,
    Pass,
    PassRan,
    Stage,
    StageError,
    check,
    run,
)
from netloom.compiler.types import BATCH, TensorType

HERE = (Origin("net.yaml", 3, "dense1"),)


def state(new: Builder, name: str, *shape: int) -> Value:
    return new.leaf("state", TensorType(shape), name=name, role="weight", trainable=True, start=("zeros", ()))


def sound(stage: Stage) -> Graph:
    """matmul, softmax or its parts, and a state with a next value, at the given stage."""
    new = Builder(HERE)
    x = new.leaf("column", TensorType((BATCH, 4)), name="x")
    w = state(new, "w", 4, 4)
    y = new.add("matmul", [x, w], transpose_b=True, name="y")
    new.output("loss", new.add("sum", [new.add("softmax", [y])], axes=(0, 1)))
    new.output("next/w", new.add("multiply", [w, 0.5], name="half"))
    graph = new.graph()
    if stage.rank >= DECOMPOSED.rank:
        graph = Decompose()(graph)
    if stage.rank >= LAID_OUT.rank:
        graph = LayOut()(graph)
    if stage.rank >= FUSED.rank:
        made = [node.id for node in graph if node.inputs]
        numbers = {node_id: number for number, node_id in enumerate(made)}
        graph = changed(graph, **{n: {"kernel": number} for n, number in numbers.items()})
    return graph


def changed(graph: Graph, **fields: dict[str, object]) -> Graph:
    nodes = {n.id: replace(n, **fields.get(n.id, {})) for n in graph}  # type: ignore[arg-type]
    return Graph(nodes, graph.outputs)


@pytest.mark.parametrize("stage", STAGES, ids=str)
def test_a_sound_graph_passes(stage: Stage) -> None:
    check(sound(stage), stage, "nobody")


HALVES = sound(SCHEDULED)["half"].inputs[1]
"""The spread number that `half` multiplies by."""

BROKEN = [
    (TYPED, {"y": {"origins": ()}}, "has no origin"),
    (TYPED, {"y": {"type": TensorType((BATCH, 5))}}, r"has type float32\[B, 5\], its op makes float32\[B, 4\]"),
    (TYPED, {"y": {"inputs": ("column/x", "half")}}, "reads %half, which does not stand before it"),
    (DECOMPOSED, {"y": {"op": "softmax", "inputs": ("column/x",), "attrs": ()}}, "is composite"),
    (LAID_OUT, {"y": {"layout": None}}, "has no layout"),
    (LAID_OUT, {"y": {"layout": Layout((0, 0), 1, 16)}}, "does not order the axes"),
    (LAID_OUT, {"y": {"layout": Layout((0, 1), 0, 16)}}, "a row of unknown size"),
    (LAID_OUT, {"y": {"layout": Layout((0, 1), 1, 32)}}, "another pitch than rows of 4"),
    (LAID_OUT, {"half": {"layout": plain((4, 4))}}, "its operands"),
    (LAID_OUT, {"state/w": {"layout": plain((4, 4))}}, r"input 1 lies <0\|1:16>, not in order \(1, 0\)"),
    (FUSED, {"y": {"kernel": None}}, "is a node with kernel None"),
    (FUSED, {"state/w": {"kernel": 3}}, "is a leaf with kernel 3"),
    (FUSED, {"y": {"kernel": 99}}, "reads %y of kernel 99"),
    (SCHEDULED, {"half": {"kernel": -1}, HALVES: {"kernel": -1}}, "has overwritten it"),
]


@pytest.mark.parametrize(("stage", "fields", "message"), BROKEN)
def test_what_is_broken_is_found(stage: Stage, fields: dict[str, dict[str, object]], message: str) -> None:
    graph = changed(sound(stage), **fields)
    with pytest.raises(StageError, match=message) as caught:
        check(graph, stage, "bad-pass{depth=3}")
    assert str(caught.value).startswith(f"after bad-pass{{depth=3}}, at stage {stage}: ")


def test_states_and_outputs() -> None:
    graph = sound(TYPED)
    for outputs, message in (
        ({"loss": "gone"}, "outputs without a node: loss = %gone"),
        ({"loss": "y"}, r"output loss is float32\[B, 4\], not one float32"),
        ({"next/v": "half"}, "output next/v has no state to become"),
        ({"next/w": "y"}, r"output next/w is float32\[B, 4\], the state is float32\[4, 4\]"),
    ):
        with pytest.raises(StageError, match=message):
            check(Graph(graph.nodes, outputs), TYPED, "nobody")
    twin = replace(graph["state/w"], id="twin")
    with pytest.raises(StageError, match="state w has a second leaf"):
        check(Graph({**graph.nodes, "twin": twin}, graph.outputs), TYPED, "nobody")


def test_an_output_needs_a_tensor_of_its_own() -> None:
    graph = sound(LAID_OUT)
    with pytest.raises(StageError, match="output out/w is the leaf %state/w itself"):
        check(Graph(graph.nodes, {"out/w": "state/w"}), LAID_OUT, "nobody")


@dataclass(frozen=True)
class ForgetsOrigins(Pass):
    """x   -->   x from nowhere"""

    depth: int = 1
    name: ClassVar[str] = "forgets-origins"
    needs: ClassVar[Stage] = TYPED
    leaves: ClassVar[Stage] = TYPED

    def __call__(self, graph: Graph) -> Graph:
        return Graph({n.id: replace(n, origins=()) for n in graph}, graph.outputs)


def test_the_driver_names_the_pass_to_blame() -> None:
    with pytest.raises(StageError, match=r"^after forgets-origins\{depth=2\}, at stage typed: "):
        run([Merge(), ForgetsOrigins(2)], sound(TYPED))


def test_a_pass_is_not_run_before_its_stage() -> None:
    with pytest.raises(StageError, match="pass layout needs the stage decomposed, not typed"):
        run([LayOut()], sound(TYPED))


def test_a_later_stage_still_holds_after_an_earlier_kind_of_pass() -> None:
    """`merge` leaves `typed`; after `layout` it must leave layouts too."""
    assert run([Decompose(), LayOut(), Merge()], sound(TYPED)).outputs


def test_watching() -> None:
    seen: list[PassRan] = []
    ticks = iter(range(100))
    after = run([Merge(), Decompose()], sound(TYPED), seen.append, lambda: next(ticks))
    assert [(ran.name, ran.ms) for ran in seen] == [("merge", 1000.0), ("decompose", 1000.0)]
    assert seen[0].after is seen[1].before
    assert seen[1].after is after


def test_a_pass_prints_what_it_was_given() -> None:
    assert str(Merge()) == "merge"
    assert str(Optimise("sgd")) == "optimise{rule=sgd}"
    assert str(ForgetsOrigins(3)) == "forgets-origins{depth=3}"


def test_nodes_are_named_with_their_lines() -> None:
    graph = changed(sound(TYPED), y={"type": TensorType(())})
    with pytest.raises(StageError, match=r"%y = matmul \[net.yaml:3 \(dense1\)\]"):
        check(graph, TYPED, "nobody")
    assert isinstance(graph["y"], Node)
