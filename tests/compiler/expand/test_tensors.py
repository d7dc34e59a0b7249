"""Parts, rows of classes, shifts, noise and functions of formulas against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Running = Callable[..., Any]
RANDOM = np.random.default_rng(8)
X = RANDOM.normal(size=(5, 4, 3)).astype(np.float32)
V = RANDOM.normal(size=(5, 3)).astype(np.float32)
K = np.array([0, 2, 1, 1, 0], np.int32)


@pytest.fixture(scope="module")
def line(running: Running) -> Callable[[str], Any]:
    """What a line of a graph over x [time 4, features 3], v [3] and the class k gives out."""

    def made(text: str, mode: str = "predict", **given: Any) -> Any:
        body = f"network: {{inputs: [x, v, k], graph: {{y: {text}}}, output: y}}\ntrain: {{loss: {{formula: sum(y)}}}}"
        return running(body, {"x": X, "v": V, "k": K}, {"k": 3})(mode, ("y",), **given)["out/y"]

    return made


def softmax(x: Any, axis: Any) -> Any:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def shifted(by: int, fill: float = 0.0) -> Any:
    found = np.full_like(X, fill)
    if by > 0:
        found[:, by:] = X[:, :-by]
    else:
        found[:, :by] = X[:, -by:]
    return found


LINES: list[tuple[str, Any]] = [
    ("{one_hot: k}", np.eye(3)[K]),
    ("{one_hot: {classes: 5}, from: k}", np.eye(5)[K]),
    ("{pick: k, from: v}", V[np.arange(5), K]),
    ("{shift: 1, from: x}", shifted(1)),
    ("{shift: {by: -2, fill: 7}, from: x}", shifted(-2, 7)),
    ("{shift: 9, from: x}", np.zeros_like(X)),
    ("{sum: time, from: x}", X.sum(axis=1)),
    ("{mean: features, from: x}", X.mean(axis=2)),
    ("{mean: {}, from: x}", X.mean(axis=(1, 2))),
    ("{unit_length: v}", V / np.linalg.norm(V, axis=1, keepdims=True)),
    ("[{formula: x * 2}, {formula: previous + 1}]", X * 2 + 1),
    ("x @ v", np.einsum("btf,bf->bt", X, V)),
    ("v @ transpose(x)", np.einsum("bf,btf->bt", V, X)),
    ("v @ v", (V * V).sum(axis=1)),
    ("transpose(x) @ x", np.einsum("btf,btg->bfg", X, X)),
    ("transpose(x)", X.transpose(0, 2, 1)),
    ("'softmax(x, over=time)'", softmax(X, 1)),
    ("softmax(x)", softmax(X, (1, 2))),
    ("'argmax(x, over=time)'", X.argmax(axis=1)),
    ("argmax(v)", V.argmax(axis=1)),
    ("size(x) + 0 * v", np.full((5, 3), 12.0)),
    ("stop_gradient(v) * 2", V * 2),
]


@pytest.mark.parametrize(("text", "expected"), LINES, ids=[text for text, _ in LINES])
def test_a_line(line: Callable[..., Any], text: str, expected: Any) -> None:
    np.testing.assert_allclose(line(text), expected, rtol=1e-5, atol=1e-6)


def test_parts_of_a_split(running: Running) -> None:
    text = "network: {inputs: [v], graph: {s: {split: {a: 1, b: 2}, from: v}, y: s.b + s.a}, output: [s.a, y]}"
    net = running(text.replace("s.b + s.a", "s.b * 2"), {"v": V})
    found = net("predict")
    np.testing.assert_allclose(found["out/s.a"], V[:, :1])
    np.testing.assert_allclose(found["out/y"], V[:, 1:] * 2)


@pytest.mark.parametrize(("kind", "mean", "deviation"), [("normal", 0.0, 1.0), ("uniform", 0.5, 12**-0.5)])
def test_noise(line: Callable[..., Any], kind: str, mean: float, deviation: float) -> None:
    drawn = line(f"{{{kind}: [200, 100]}}")
    assert drawn.shape == (5, 200, 100)
    assert np.isfinite(drawn).all()
    # 100,000 draws: five standard errors
    assert abs(drawn.mean() - mean) < 5 * deviation / 100_000**0.5
    assert abs(drawn.std() - deviation) < 0.01
    np.testing.assert_array_equal(drawn, line(f"{{{kind}: [200, 100]}}"))
    assert (drawn != line(f"{{{kind}: [200, 100]}}", clock=1)).any()
    assert line(f"{{{kind}: {{like: x}}}}").shape == X.shape


def test_chances(running: Running) -> None:
    sure = np.tile(np.array([0.0, 1.0, 0.25], np.float32), (4000, 1))
    found = running("network: {inputs: [x], graph: {y: {bernoulli: x}}, output: y}", {"x": sure})("predict")["out/y"]
    assert set(np.unique(found)) == {0.0, 1.0}
    np.testing.assert_allclose(found.mean(axis=0), [0, 1, 0.25], atol=0.04)
