"""A mask before a max pool moves behind it: the same bits, whatever the windows; other masks stay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.interpret import interpret
from netloom.compiler.ops.window import places
from netloom.compiler.passes.pool_masks import PoolMasks
from netloom.compiler.stages import run as run_passes
from netloom.compiler.types import TensorType

ORIGIN = (Origin("test.yaml", 1, "test"),)
BATCH, HEIGHT, WIDTH, CHANNELS = 2, 6, 5, 3
PICTURE = TensorType((BATCH, HEIGHT, WIDTH, CHANNELS))
FLAT = (BATCH * HEIGHT * WIDTH, CHANNELS)
APART = {"size": (2, 2), "stride": (2, 2), "pad": (0, 0, 0, 0), "dilation": (1, 1)}
SHAPES = (APART, {**APART, "size": (3, 2), "stride": (1, 1)}, {**APART, "size": (3, 3), "pad": (1, 1, 1, 1)})


def graph(how: dict[str, Any], *, flat: bool = False, mask: str = "x", pooled: str = "x", limit: float = 0.0) -> Graph:
    """where(mask > limit, pool_max_back(g, x, pool_max(pooled)), 0), and its sum over places; `flat`: as a table."""
    new = Builder(ORIGIN)
    states = {name: new.leaf("state", PICTURE, name=name) for name in ("x", "other")}
    x = states["x"]
    y = new.add("pool_max", [states[pooled]], **how)
    down, across = places(HEIGHT, WIDTH, **how)
    g = new.leaf("state", TensorType((BATCH, down, across, CHANNELS)), name="g")
    back, seen = new.add("pool_max_back", [g, x, y], **how), states[mask]
    if flat:
        back, seen = (new.add("reshape", [value], shape=FLAT) for value in (back, seen))
    kept = new.add("where", [new.add("greater", [seen, limit]), back, new.constant(0.0, back.type)])
    new.output("out/kept", new.add("relayout", [kept]))
    new.output("out/sum", new.add("sum", [kept], axes=(0,) if flat else (0, 1, 2)))
    return new.graph()


def masks(found: Graph) -> list[tuple[Any, ...]]:
    return [node.type.shape for node in found if node.op == "where"]


def values(seed: int, whole: Graph) -> dict[str, Any]:
    """Few different numbers, zeros among them: so that many places of a window are its largest."""
    random = np.random.default_rng(seed)
    states = [node for node in whole if node.op == "state"]
    return {n.id: random.integers(-2, 3, n.type.shape).astype(np.float32) for n in states}


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("how", SHAPES)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_mask_moves_and_the_meaning_stays(how: dict[str, Any], flat: bool, seed: int) -> None:
    before = graph(how, flat=flat)
    after = run_passes((PoolMasks(),), before)
    assert masks(after) == [next(n.type.shape for n in after if n.op == "pool_max")]
    given_ = values(seed, before)
    old, new = interpret(before, given_, {}), interpret(after, given_, {})
    np.testing.assert_array_equal(old["out/kept"], new["out/kept"])
    np.testing.assert_allclose(old["out/sum"], new["out/sum"], atol=1e-4)


def test_the_sum_is_taken_of_the_small_picture_where_no_window_reaches_over_the_edge() -> None:
    def summed(how: dict[str, Any]) -> Any:
        found = run_passes((PoolMasks(),), graph(how))
        return found[next(n for n in found if n.op == "sum").inputs[0]].op

    assert summed(APART) == "where"
    assert summed(SHAPES[2]) == "pool_max_back"


@pytest.mark.parametrize("other", [{"mask": "other"}, {"pooled": "other"}, {"limit": 0.5}])
def test_other_masks_stay(other: dict[str, Any]) -> None:
    assert masks(run_passes((PoolMasks(),), graph(APART, **other))) == [PICTURE.shape]
