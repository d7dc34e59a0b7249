"""Algebra: one line a rewrite, and the meaning of anything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.compiler.graph import Builder, Graph, Origin, Value
from netloom.compiler.passes.algebra import GENERAL, RULES, Algebra
from netloom.compiler.passes.simplify import Simplify
from netloom.compiler.types import BATCH, TensorType
from netloom.compiler.verify import verify

Formula = Callable[..., str]
Build = Callable[[Builder, Value, Value], Value]
SHAPE = (3, 4)


def add(op: str, **attrs: object) -> Callable[..., Value]:
    return lambda *xs: next(x for x in xs if isinstance(x, Value)).builder.add(op, xs, **attrs)


def size(new: Builder) -> Value:
    return new.leaf("size", TensorType(()), of=("B",))


def spread(new: Builder, value: Value) -> Value:
    return new.broadcast(value, TensorType(SHAPE))


def knob(new: Builder) -> Value:
    return new.leaf("knob", TensorType(()), name="k", live=("constant", (("value", 1.0),)))


CASES: dict[str, tuple[Build, str]] = {
    "x + 0": (lambda _, x, y: x + 0.0, "x"),
    "0 + x": (lambda _, x, y: 0.0 + x, "x"),
    "x + (-y)": (lambda _, x, y: x + (-y), "subtract(x, y)"),
    "(-x) + y": (lambda _, x, y: (-x) + y, "subtract(y, x)"),
    "x - 0": (lambda _, x, y: x - 0.0, "x"),
    "0 - x": (lambda _, x, y: 0.0 - x, "negative(x)"),
    "x - (-y)": (lambda _, x, y: x - (-y), "add(x, y)"),
    "x * 1": (lambda _, x, y: x * 1.0, "x"),
    "x * -1": (lambda _, x, y: x * -1.0, "negative(x)"),
    "x * 0 stays": (lambda _, x, y: x * 0.0, "multiply(x, 0)"),
    "(x * 2) * 3": (lambda _, x, y: (x * 2.0) * 3.0, "multiply(x, 6)"),
    "3 * (2 * x)": (lambda _, x, y: 3.0 * (2.0 * x), "multiply(x, 6)"),
    "a product that would underflow": (
        lambda _, x, y: (x * 1e-20) * 1e-20,
        "multiply(multiply(x, 1e-20), 1e-20)",
    ),
    "(-x) * 2": (lambda _, x, y: (-x) * 2.0, "multiply(x, -2)"),
    "(-x) * (-y)": (lambda _, x, y: (-x) * (-y), "multiply(x, y)"),
    "x / 1": (lambda _, x, y: x / 1.0, "x"),
    "x / 4": (lambda _, x, y: x / 4.0, "multiply(x, 0.25)"),
    "x / 0 stays": (lambda _, x, y: x / 0.0, "divide(x, 0)"),
    "x / B": (lambda new, x, y: x / size(new), "multiply(x, reciprocal(size))"),
    "1 / B": (lambda new, x, y: spread(new, 1.0 / size(new)), "reciprocal(size)"),
    "-(-x)": (lambda _, x, y: -(-x), "x"),
    "-(x - y)": (lambda _, x, y: -(x - y), "subtract(y, x)"),
    "-(x * 2)": (lambda _, x, y: -(x * 2.0), "multiply(x, -2)"),
    "x^1": (lambda _, x, y: add("power", exponent=1.0)(x), "x"),
    "x^2": (lambda _, x, y: add("power", exponent=2.0)(x), "square(x)"),
    "x^-1": (lambda _, x, y: add("power", exponent=-1.0)(x), "reciprocal(x)"),
    "x^3 stays": (lambda _, x, y: add("power", exponent=3.0)(x), "power(x, 3.0)"),
    "square(-x)": (lambda _, x, y: add("square")(-x), "square(x)"),
    "abs(abs(x))": (lambda _, x, y: add("abs")(add("abs")(x)), "abs(x)"),
    "relu(relu(x))": (lambda _, x, y: add("relu")(add("relu")(x)), "relu(x)"),
    "max(x, x)": (lambda _, x, y: add("maximum")(x, x), "x"),
    "where(c, x, x)": (lambda _, x, y: add("where")(y, x, x), "x"),
    "where(1, x, y)": (lambda new, x, y: add("where")(spread(new, new.constant(1, TensorType(()))), x, y), "x"),
    "where(0, x, y)": (lambda new, x, y: add("where")(spread(new, new.constant(0, TensorType(()))), x, y), "y"),
    "log(exp(x))": (lambda _, x, y: add("log")(add("exp")(x)), "x"),
    "log(softmax(x))": (lambda _, x, y: add("log")(add("softmax")(x)), "log_softmax(x)"),
    "log(sigmoid(x))": (lambda _, x, y: add("log")(add("sigmoid")(x)), "negative(softplus(negative(x)))"),
    "2 * 3 + 1": (lambda new, x, y: x + (new.constant(2, TensorType(())) * 3.0 + 1.0), "add(x, 7)"),
    "log(0) stays": (
        lambda new, x, y: x + add("log")(new.constant(0, TensorType(()))),
        "add(x, log(0))",
    ),
    "spread numbers": (
        lambda new, x, y: x * (spread(new, knob(new)) * spread(new, size(new))),
        "multiply(x, multiply(k, size))",
    ),
    "cast to itself": (lambda _, x, y: add("cast", dtype="float32")(x), "x"),
    "reshape to itself": (lambda _, x, y: add("reshape", shape=SHAPE)(x), "x"),
    "reshape of reshape": (
        lambda _, x, y: add("reshape", shape=(2, 6))(add("reshape", shape=(12,))(x)),
        "reshape(x, 2x6)",
    ),
    "there and back": (lambda _, x, y: add("reshape", shape=SHAPE)(add("reshape", shape=(12,))(x)), "x"),
    "transpose of transpose": (
        lambda _, x, y: add("transpose", order=(1, 0))(add("transpose", order=(1, 0))(x)),
        "x",
    ),
    "broadcast of broadcast": (
        lambda _, x, y: add("broadcast", shape=(2, 3, 4), axes=(1, 2))(
            add("broadcast", shape=SHAPE, axes=(0,))(add("sum", axes=(1,))(x))
        ),
        "broadcast(sum(x, 1), 2x3x4, 1)",
    ),
    "reshape of a spread number": (lambda new, x, y: add("reshape", shape=(12,))(spread(new, knob(new))), "k"),
    "sum of sum": (lambda _, x, y: add("sum", axes=(0,))(add("sum", axes=(1,))(x)), "sum(x, 0x1)"),
    "parts padded and added": (
        lambda _, x, y: add("pad", axis=0, before=0, after=3)(x) + add("pad", axis=0, before=3, after=0)(y),
        "concat(x, y, 0)",
    ),
    "parts in the middle, the later one first": (
        lambda _, x, y: add("pad", axis=1, before=5, after=2)(x) + add("pad", axis=1, before=1, after=6)(y),
        "pad(concat(y, x, 1), 1, 1, 2)",
    ),
    "parts apart stay": (
        lambda _, x, y: add("pad", axis=0, before=0, after=4)(x) + add("pad", axis=0, before=4, after=0)(y),
        "add(pad(x, 0, 0, 4), pad(y, 0, 4, 0))",
    ),
    "parts added to another": (
        lambda _, x, y: (
            (add("reshape", shape=(6, 4))(add("concat", axis=0)(x, y)) + add("pad", axis=0, before=0, after=3)(x))
            + add("pad", axis=0, before=3, after=0)(y)
        ),
        "add(concat(x, y, 0), concat(x, y, 0))",
    ),
    "concat of concat": (
        lambda _, x, y: add("concat", axis=1)(add("concat", axis=1)(x, y), x, add("concat", axis=0)(y)),
        "concat(x, y, x, y, 1)",
    ),
    "sum over nothing": (lambda _, x, y: add("sum", axes=())(x), "x"),
    "sum of a spread number": (
        lambda new, x, y: add("sum", axes=(0,))(spread(new, knob(new))),
        "multiply(k, 3)",
    ),
    "work on a picture that is a table": (
        # x is 3 x 4: a table of the three places of a picture
        lambda _, x, y: add("multiply")(
            add("reshape", shape=(1, 3, 1, 4))(x), add("reshape", shape=(1, 3, 1, 4))(add("tanh")(y))
        ),
        "reshape(multiply(x, tanh(y)), 1x3x1x4)",
    ),
    "matmul of transposes": (
        lambda _, x, y: add("matmul")(add("transpose", order=(1, 0))(x), y),
        "matmul(x, y, True, False)",
    ),
    "products of transposed tables": (
        lambda _, x, y: add("batch_matmul")(
            add("reshape", shape=(2, 2, 3))(x), add("transpose", order=(0, 2, 1))(add("reshape", shape=(2, 2, 3))(y))
        ),
        "batch_matmul(reshape(x, 2x2x3), reshape(y, 2x2x3), False, True)",
    ),
    "products with one column": (
        lambda _, x, y: add("batch_matmul")(
            add("reshape", shape=(1, 3, 4))(x),
            add("reshape", shape=(1, 4, 1))(add("slice", axis=0, start=0, stop=1)(y)),
        ),
        "reshape(batch_matmul(reshape(slice(y, 0, 0, 1), 1x4x1), reshape(x, 1x3x4), True, True), 1x3x1)",
    ),
    "products of all tables with one": (
        lambda _, x, y: add("batch_matmul")(
            add("reshape", shape=(2, 2, 3))(x), add("broadcast", shape=(2, 3, 4), axes=(1, 2))(y)
        ),
        "reshape(matmul(reshape(x, 4x3), y, False, False), 2x2x4)",
    ),
}


def built(build: Build) -> Graph:
    new = Builder((Origin("net.yaml", 1, "train.loss"),))
    state = {"role": "weight", "trainable": True, "start": ("zeros", ())}
    x, y = (new.leaf("state", TensorType(SHAPE), name=name, **state) for name in "xy")
    new.output("out/y", build(new, x, y))
    return new.graph()


@pytest.mark.parametrize("case", CASES)
def test_rewrite(case: str, formula: Formula) -> None:
    build, expected = CASES[case]
    graph = built(build)
    assert formula(Simplify()(graph)) == expected
    _, blame = verify(graph, [Simplify()], {"B": 3, "N": 4})
    assert blame is None, str(blame)


def test_every_rule_is_shown_above() -> None:
    fired = set()
    for build, _ in CASES.values():
        graph = built(build)
        new = Builder()
        values = {}
        for node in graph:
            values[node.id] = new.copy(node, [values[source] for source in node.inputs])
            for rule in (*GENERAL, *RULES.get(node.op, ())):
                if node.inputs and rule(Algebra(new), node) is not None:
                    fired.add(rule)
    every = {*GENERAL, *(rule for rules in RULES.values() for rule in rules)}
    assert {rule.__name__ for rule in every - fired} == set()


def test_a_symbolic_size_stays_a_number_of_the_run() -> None:
    """The sum of a spread number over the batch is the number times B, which the op `size` gives at run time."""
    new = Builder((Origin("net.yaml", 1, "train.loss"),))
    wide = new.broadcast(knob(new), TensorType((BATCH, 3)))
    new.output("out/y", new.add("sum", [wide], axes=(0, 1)))
    after = Simplify()(new.graph())
    assert after.text() == (
        "%knob/k = knob(name=k, live=(constant, ((value, 1.0))), low=0.0, high=1e+30) : float32[]\n"
        "%size.1 = size(of=(B), factor=3) : float32[]\n"
        "%multiply.1 = multiply(%knob/k, %size.1) : float32[]\n"
        "output out/y = %multiply.1\n"
    )


@given(data=st.data())
def test_meaning_is_kept(data: st.DataObject, draw_graph: Callable[[st.DataObject], Graph]) -> None:
    graph = draw_graph(data)
    once, blame = verify(graph, [Simplify()], {"B": 3, "N": 5})
    assert blame is None, str(blame)
    assert Simplify()(once) == once
