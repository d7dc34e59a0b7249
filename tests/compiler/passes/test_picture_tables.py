"""Gradients of pictures become tables where only tables are read; the meaning stays."""

from __future__ import annotations

import numpy as np
import pytest

from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.interpret import interpret
from netloom.compiler.passes.picture_tables import PictureTables
from netloom.compiler.stages import run as run_passes
from netloom.compiler.types import BATCH, Size, TensorType

ORIGIN = (Origin("test.yaml", 1, "test"),)
PLACES, POINTS = Size(12, ("B",)), Size(20, ("B",))


def graph(shape: tuple[object, ...], *, other: bool = False) -> Graph:
    """Windows of 2 x 2 on a picture of 4 x 5 with 3 channels, laid back and reshaped; `other`: the picture is read
    besides."""
    new = Builder(ORIGIN)
    x = new.leaf("column", TensorType((BATCH, 3, 4, 12)), name="x")
    rows = new.add("reshape", [x], shape=(PLACES, 12))
    picture = new.add("unwindows", [rows], picture=(4, 5, 3), size=(2, 2), stride=(1, 1), pad=(0,) * 4, dilation=(1, 1))
    new.output("out/y", new.add("tanh", [new.add("reshape", [picture], shape=shape)]))
    if other:
        new.output("out/z", new.add("exp", [picture]))
    return new.graph()


def shapes(of: Graph) -> list[int]:
    return [node.type.rank for node in of if node.op == "unwindows"]


def test_a_table_is_made_where_only_a_table_is_read() -> None:
    before = graph((POINTS, 3))
    after = run_passes((PictureTables(),), before)
    assert (shapes(before), shapes(after)) == ([4], [2])
    values = {"column/x": np.random.default_rng(0).normal(size=(2, 3, 4, 12))}
    found = [interpret(g, values, {"B": 2}, "float64")["out/y"] for g in (before, after)]
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("case", [((POINTS, 3), True), ((BATCH, 60), False), ((Size(4, ("B",)), 15), False)])
def test_other_shapes_and_other_readers_keep_the_picture(case: tuple[tuple[object, ...], bool]) -> None:
    assert shapes(run_passes((PictureTables(),), graph(case[0], other=case[1]))) == [4]
