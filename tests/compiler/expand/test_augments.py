"""Augmentations against slow, obvious twins that are told what was drawn, and what is drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from netloom.compiler.expand.layers import stream
from netloom.compiler.ops import REGISTRY

HEIGHT, WIDTH = 5, 4
COUNT = 40
ROWS = np.arange(COUNT)
STEP = 7
Array = Any


def pictures(channels: int = 3, height: int = HEIGHT, width: int = WIDTH) -> Array:
    return np.random.default_rng(5).uniform(0.0, 1.0, (COUNT, height, width, channels)).astype(np.float32)


def text(augment: str, more: str = "") -> str:
    return (
        f"run: {{seed: 3}}\ndata: {{source: digits, augment: {augment}}}\n"
        f"network: {{inputs: [image{more}], graph: {{seen: {{linear: image}}}}, output: seen}}\n"
        "train: {loss: {mse: {prediction: seen, target: image}}}\n"
    )


@pytest.fixture
def augmented(running: Callable[..., Any]) -> Callable[..., Array]:
    """`augmented(augment, pictures)`: what training sees of them."""

    def made(augment: str, images: Array, clock: int = STEP, rows: Any = None, ranges: Any = None) -> Array:
        made = running(text(augment), {"image": images}, {}, ranges or {})
        found: Array = made("train", ("image",), clock=clock, rows=rows)["out/image"]
        return found

    return made


def draws(purpose: str, number: int = 0, size: int = 1, clock: int = STEP) -> Array:
    """What the step with this number draws for each row."""
    key = stream(3, f"data.augment.{number}", purpose)
    return np.asarray(REGISTRY["uniform"](np.int64(clock), ROWS, key=key, shape=(COUNT, size)), float)


def looked_at(picture: Array, y: float, x: float, *, edge: bool) -> Array:
    """A picture at a place between its points."""
    height, width = picture.shape[:2]
    if edge:
        y, x = min(max(y, 0.0), height - 1.0), min(max(x, 0.0), width - 1.0)
    found = np.zeros(picture.shape[2])
    for i in range(height):
        for j in range(width):
            found += picture[i, j] * max(0.0, 1 - abs(y - i)) * max(0.0, 1 - abs(x - j))
    return found


def twin(images: Array, place: Callable[[int, float, float], tuple[float, float]], *, edge: bool = True) -> Array:
    """`place(b, v, u)`: where picture b is looked at for a point v down and u across from the middle, from there, too."""
    height, width = images.shape[1:3]
    made = np.zeros(images.shape)
    for b, picture in enumerate(images):
        for i in range(height):
            for j in range(width):
                y, x = place(b, i - (height - 1) / 2, j - (width - 1) / 2)
                made[b, i, j] = looked_at(picture, y + (height - 1) / 2, x + (width - 1) / 2, edge=edge)
    return made


@pytest.mark.parametrize("channels", [1, 3])
def test_flip(augmented: Callable[..., Array], channels: int) -> None:
    images = pictures(channels)
    mirrored = draws("flip")[:, 0] < 0.5
    assert 0 < mirrored.sum() < COUNT
    for way, axis in (("left_right", 2), ("up_down", 1)):
        wanted = np.where(mirrored[:, None, None, None], np.flip(images, axis), images)
        np.testing.assert_array_equal(augmented(f"[{{flip: {way}}}]", images), wanted)
    np.testing.assert_array_equal(augmented("[{flip: {chance: 0}}]", images), images)


def test_a_mirror_of_a_mirror_is_the_picture(augmented: Callable[..., Array]) -> None:
    images, always = pictures(), "{flip: {chance: 1}}"
    np.testing.assert_array_equal(augmented(f"[{always}]", images), images[:, :, ::-1])
    np.testing.assert_array_equal(augmented(f"[{always}, {always}]", images), images)
    np.testing.assert_array_equal(augmented(f"[{always}, {{noise: 0}}, {always}]", images), images)


@pytest.mark.parametrize("outside", ["edge", "zero"])
def test_shift(augmented: Callable[..., Array], outside: str) -> None:
    images, by = pictures(), (2, 1)
    down, across = (np.floor(draws(axis)[:, 0] * (2 * most + 1)).astype(int) - most
                    for axis, most in zip(("down", "across"), by, strict=True))  # fmt: skip
    around = np.pad(images, ((0, 0), (2, 2), (1, 1), (0, 0)), mode="edge" if outside == "edge" else "constant")
    wanted = [
        picture[2 + y : 2 + y + HEIGHT, 1 + x : 1 + x + WIDTH]
        for picture, y, x in zip(around, down, across, strict=True)
    ]
    np.testing.assert_array_equal(augmented(f"[{{shift: {{by: [2, 1], outside: {outside}}}}}]", images), wanted)
    assert set(down) == {-2, -1, 0, 1, 2}
    assert set(across) == {-1, 0, 1}


@pytest.mark.parametrize("pad", [0, 1])
def test_crop(augmented: Callable[..., Array], running: Callable[..., Any], pad: int) -> None:
    images, size = pictures(), (3, 2)
    entry = f"[{{crop: {{size: [3, 2], pad: {pad}, outside: zero}}}}]"
    room = (HEIGHT + 2 * pad - size[0], WIDTH + 2 * pad - size[1])
    top, left = (np.floor(draws(axis)[:, 0] * (most + 1)).astype(int)
                 for axis, most in zip(("down", "across"), room, strict=True))  # fmt: skip
    around = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    wanted = [picture[y : y + 3, x : x + 2] for picture, y, x in zip(around, top, left, strict=True)]
    np.testing.assert_array_equal(augmented(entry, images), wanted)
    assert set(top) == set(range(room[0] + 1))
    for mode in ("evaluate", "predict"):
        seen = running(text(entry), {"image": images})(mode, ("image",))["out/image"]
        np.testing.assert_array_equal(seen, images[:, 1:4, 1:3])


@pytest.mark.parametrize("outside", ["edge", "zero"])
@pytest.mark.parametrize("shape", [(HEIGHT, WIDTH), (4, 6)])
def test_rotate(augmented: Callable[..., Array], outside: str, shape: tuple[int, int]) -> None:
    images = pictures(1, *shape)
    angles = np.radians(60) * (2 * draws("angle")[:, 0] - 1)

    def place(b: int, v: float, u: float) -> tuple[float, float]:
        sine, cosine = math.sin(angles[b]), math.cos(angles[b])
        return cosine * v + sine * u, cosine * u - sine * v

    seen = augmented(f"[{{rotate: {{by: 60, outside: {outside}}}}}]", images)
    np.testing.assert_allclose(seen, twin(images, place, edge=outside == "edge"), atol=1e-6)
    assert angles.min() < -0.8 < 0.8 < angles.max()


@pytest.mark.parametrize("outside", ["edge", "zero"])
def test_zoom(augmented: Callable[..., Array], outside: str) -> None:
    images = pictures(3)
    factors = 0.5 + 1.5 * draws("factor")[:, 0]
    seen = augmented(f"[{{zoom: {{low: 0.5, high: 2, outside: {outside}}}}}]", images)
    wanted = twin(images, lambda b, v, u: (v / factors[b], u / factors[b]), edge=outside == "edge")
    np.testing.assert_allclose(seen, wanted, atol=1e-6)
    larger = augmented("[{zoom: {low: 2, high: 2}}]", images)
    np.testing.assert_allclose(larger, twin(images, lambda _, v, u: (v / 2, u / 2)), atol=1e-6)


def test_noise_is_normal_and_of_its_own_everywhere(augmented: Callable[..., Array]) -> None:
    images = pictures(3, 16, 16)
    added = augmented("[{noise: 0.5}]", images) - images
    count = added.size
    assert abs(added.mean()) < 4 * 0.5 / math.sqrt(count)
    assert abs(added.std() / 0.5 - 1) < 4 / math.sqrt(2 * count)
    # a normal number is within one deviation in 68.27 % of all cases
    assert abs((np.abs(added) < 0.5).mean() - 0.6827) < 4 * math.sqrt(0.6827 * 0.3173 / count)
    assert len(np.unique(added)) > 0.999 * count


@pytest.mark.parametrize("per", ["picture", "channel"])
def test_brightness(augmented: Callable[..., Array], per: str) -> None:
    images = pictures(3)
    change = 0.4 * (2 * draws("change", size=3 if per == "channel" else 1) - 1)
    wanted = images + change[:, None, None, :]
    entry = f"[{{brightness: {{by: 0.4, per: {per}}}}}]"
    np.testing.assert_allclose(augmented(entry, images), wanted, atol=1e-6)
    within = augmented(entry, images, ranges={"image": (0.0, 1.0)})
    np.testing.assert_allclose(within, np.clip(wanted, 0, 1), atol=1e-6)
    assert (wanted < 0).any()
    assert (wanted > 1).any()


@pytest.mark.parametrize(("size", "said"), [((2, 2), ""), ((3, 1), ": {size: [3, 1], fill: 9}"), ((5, 4), ": [5, 4]")])
def test_cutout(augmented: Callable[..., Array], size: tuple[int, int], said: str) -> None:
    images, fill = pictures(3), 9.0 if "fill" in said else 0.0
    down, across = (np.floor(draws(axis)[:, 0] * whole).astype(int)
                    for axis, whole in (("down", HEIGHT), ("across", WIDTH)))  # fmt: skip
    wanted = images.copy()
    for picture, y, x in zip(wanted, down, across, strict=True):
        top, left = y - size[0] // 2, x - size[1] // 2
        picture[max(0, top) : max(0, top + size[0]), max(0, left) : max(0, left + size[1])] = fill
    np.testing.assert_array_equal(augmented(f"[{{cutout{said}}}]" if said else "[cutout]", images), wanted)


def test_steps_that_move_look_at_the_picture_once(augmented: Callable[..., Array]) -> None:
    """A turn and back again leaves nothing blurred; moves of whole points in between come where they belong."""
    images = pictures(1)
    angles = np.radians(40) * (2 * draws("angle")[:, 0] - 1)
    sign = np.where(draws("flip", 1)[:, 0] < 0.5, -1, 1)
    down = np.floor(draws("down", 2)[:, 0] * 3) - 1

    def place(b: int, v: float, u: float) -> tuple[float, float]:
        # the last step is the first that is asked where a point comes from
        v, u = v + down[b], sign[b] * u
        sine, cosine = math.sin(angles[b]), math.cos(angles[b])
        return cosine * v + sine * u, cosine * u - sine * v

    seen = augmented("[{rotate: 40}, flip, {shift: [1, 0]}]", images)
    np.testing.assert_allclose(seen, twin(images, place), atol=1e-6)


def test_different_surroundings_are_looked_at_one_after_the_other(augmented: Callable[..., Array]) -> None:
    images = np.ones((COUNT, HEIGHT, WIDTH, 1), np.float32)
    seen = augmented("[{shift: {by: 2, outside: zero}}, {rotate: {by: 0.001, outside: edge}}]", images)
    moved = augmented("[{shift: {by: 2, outside: zero}}]", images)
    np.testing.assert_allclose(seen, moved, atol=1e-3)
    assert (moved == 0).any()


@pytest.mark.catalog("D04")
def test_what_is_drawn_hangs_on_the_row_and_the_step_alone(augmented: Callable[..., Array]) -> None:
    images, every = pictures(), "[flip, {shift: 1}, {rotate: 30}, zoom, {noise: 0.1}, brightness, cutout]"
    whole = augmented(every, images)
    backwards = augmented(every, images, rows=ROWS[::-1])
    np.testing.assert_array_equal(backwards, whole[::-1])
    np.testing.assert_array_equal(augmented(every, images, rows=[17, 3]), whole[[17, 3]])
    assert (augmented(every, images, clock=STEP + 1) != whole).any(axis=(1, 2, 3)).all()


def test_two_steps_of_a_kind_draw_apart(augmented: Callable[..., Array]) -> None:
    images = np.zeros((COUNT, HEIGHT, WIDTH, 1), np.float32)
    once, twice = augmented("[{noise: 1}]", images), augmented("[{noise: 1}, {noise: 1}]", images)
    second = twice - once
    assert abs(np.corrcoef(once.ravel(), second.ravel())[0, 1]) < 4 / math.sqrt(once.size)


def test_nothing_is_done_elsewhere(running: Callable[..., Any]) -> None:
    images = pictures()
    every = "[flip, {shift: 1}, {rotate: 30}, zoom, {noise: 0.1}, brightness, cutout]"
    made = running(text(every), {"image": images})
    for mode in ("evaluate", "predict"):
        np.testing.assert_array_equal(made(mode, ("image",))["out/image"], images)
        ops = {node.op for node in made.expanded(mode).graph}
        assert not ops & {"warp", "uniform"}


def test_what_belongs_to_the_picture_moves_along(running: Callable[..., Any]) -> None:
    images = pictures(3)
    depth = images[..., 0]
    moves = "[flip, {crop: [4, 3]}, {rotate: 30}, zoom, {noise: 0.1}, brightness]"
    file = (
        f"run: {{seed: 3}}\ndata: {{source: digits, augment: {moves}}}\nnetwork:\n  inputs: [image]\n"
        "  graph: {seen: {linear: image}, one: {sum: {over: channels}, from: image}}\n  output: seen\n"
        "train:\n  loss: [{mse: {prediction: one, target: depth}}, {mse: {prediction: seen, target: other}}]\n"
    )
    columns = {"image": images, "depth": depth, "other": images}
    found = running(file, columns)("train", ("image", "depth", "other"), clock=STEP)
    assert found["out/depth"].shape == (COUNT, 4, 3)
    # the numbers of targets are as they were, at the places where the picture's are
    np.testing.assert_allclose(found["out/depth"], found["out/other"][..., 0], atol=1e-6)
    assert np.abs(found["out/image"] - found["out/other"]).max() > 0.1
    only = running(text(moves.replace(", {noise: 0.1}, brightness", "")), {"image": images})
    np.testing.assert_allclose(only("train", ("image",), clock=STEP)["out/image"], found["out/other"], atol=1e-6)


def test_classes_of_points_move_and_stay_classes(running: Callable[..., Any]) -> None:
    images = pictures(1)
    names = np.random.default_rng(2).integers(0, 5, (COUNT, HEIGHT, WIDTH)).astype(np.int32)
    file = (
        "run: {seed: 3}\ndata: {source: digits, augment: [flip, {rotate: 40}], fields: {names: {prepare: [one_hot]}}}\n"
        "network: {inputs: [image, names], graph: {seen: {linear: image}}, output: seen}\n"
        "train: {loss: {mse: {prediction: seen, target: image}}}\n"
    )
    found = running(file, {"image": images, "names": names}, {"names": 5})("train", ("names",), clock=STEP)["out/names"]
    assert found.shape == (COUNT, HEIGHT, WIDTH, 5)
    np.testing.assert_array_equal(found.sum(axis=-1), 1)
    sign = np.where(draws("flip")[:, 0] < 0.5, -1, 1)
    angles = np.radians(40) * (2 * draws("angle", 1)[:, 0] - 1)
    for b in range(COUNT):
        for i in range(HEIGHT):
            for j in range(WIDTH):
                v, u = i - (HEIGHT - 1) / 2, j - (WIDTH - 1) / 2
                sine, cosine = math.sin(angles[b]), math.cos(angles[b])
                y, x = cosine * v + sine * u + (HEIGHT - 1) / 2, sign[b] * (cosine * u - sine * v) + (WIDTH - 1) / 2
                y, x = min(max(y, 0), HEIGHT - 1), min(max(x, 0), WIDTH - 1)
                if min(abs(y % 1 - 0.5), abs(x % 1 - 0.5)) > 1e-5:
                    assert found[b, i, j].argmax() == names[b, math.floor(y + 0.5), math.floor(x + 0.5)]


def test_noise_is_for_any_numbers(running: Callable[..., Any]) -> None:
    columns = {"x": np.zeros((COUNT, 4), np.float32), "n": np.zeros(COUNT, np.float32), "y": np.zeros((COUNT, 4))}
    file = (
        "run: {seed: 3}\ndata: {source: digits, augment: [{noise: 0.5}]}\n"
        "network: {inputs: [x, n], graph: {seen: {linear: x}}, output: seen}\n"
        "train: {loss: {mse: {prediction: seen, target: y}}}\n"
    )
    found = running(file, columns)("train", ("x", "n", "y"), clock=STEP)
    assert 0.3 < found["out/x"].std() < 0.7
    assert 0.3 < found["out/n"].std() < 0.7
    assert not found["out/y"].any()
