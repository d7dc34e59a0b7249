"""A hand-made plan of three kernels: w -= rate * mean of the batch's rows, with a loss, a guard and a
table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from netloom.compiler.plan import Buffer, Call, Column, Extent, Kernel, Knob, Plan, Program, Published, State
from netloom.runtime.compiling import Wanted, prepare
from netloom.runtime.engine import Engine, Segment
from netloom.runtime.objects import Library
from netloom.runtime.store import Store
from netloom.runtime.target import Target, host

WIDTH, PITCH, BOUND = 40, 48, 8
TWO = replace(host(), cores=2)
"""This machine with two cores, whatever it has: two threads on one core must work, too."""

MEAN = """
def kernel(arena, offsets, sizes, thread, threads):
    column, rows, gradient = arena + get(offsets, 0), arena + get(offsets, 1), arena + get(offsets, 2)
    batch = get(sizes, 0)
    for j in range(40 * thread // threads, 40 * (thread + 1) // threads):
        total = F(0.0)
        for b in range(batch):
            total += number(column, 48 * get(rows, b) + j)
        set_number(gradient, j, total / F(batch))
"""
LOSS = """
def kernel(arena, offsets, sizes, thread, threads):
    gradient, loss, table = arena + get(offsets, 0), arena + get(offsets, 1), arena + get(offsets, 2)
    total = F(0.0)
    for j in range(40):
        total += number(gradient, j)
    set_number(loss, 0, total)
    for i in range(6):
        # a 2 by 3 table that lies as 3 rows of 2
        set_number(table, 16 * (i // 2) + i % 2, number(gradient, i))
"""
UPDATE = """
def kernel(arena, offsets, sizes, thread, threads):
    weight, gradient, rate = arena + get(offsets, 0), arena + get(offsets, 1), arena + get(offsets, 2)
    for j in range(40 * thread // threads, 40 * (thread + 1) // threads):
        set_number(weight, j, number(weight, j) - number(rate, 0) * number(gradient, j))
"""
TEXTS = {"mean": MEAN, "loss": LOSS, "update": UPDATE}
NAMES = ("rows", "clock", "knob/rate", "knob/spare", "state/weight", "gradient", "publish/loss", "publish/table",
         "column/x")  # fmt: skip
ROWS, CLOCK, RATE, SPARE, WEIGHT, GRADIENT, SHOWN, TABLE, DATA = range(9)


def fingerprint(name: str) -> str:
    return hashlib.sha256(TEXTS[name].encode()).hexdigest()


def wanted(names: Sequence[str] = tuple(TEXTS)) -> list[Wanted]:
    return [Wanted(name, fingerprint(name), lambda name=name: TEXTS[name]) for name in names]  # type: ignore[misc]


def loaded(store: Store) -> Library:
    library = Library()
    prepare(wanted(), library, store, host())
    return library


def buffer(index: int, space: Any, offset: int, dtype: Any, shape: Sequence[int | Extent], **how: Any) -> Buffer:
    extents = tuple(e if isinstance(e, Extent) else Extent(factor=e) for e in shape)
    layout = {"order": tuple(range(len(shape))), "split": 0, "pitch": 1, **how}
    rows = [extents[axis] for axis in layout["order"][: layout["split"]]]
    count = layout["pitch"] * np.dtype(dtype).itemsize
    for extent in rows:
        count *= extent.factor
    names = tuple(name for extent in rows for name in extent.names)
    return Buffer(
        name=NAMES[index], space=space, offset=offset, dtype=dtype, shape=extents,
        bytes=Extent(factor=count, names=names), **layout,
    )  # fmt: skip


def buffers() -> tuple[Buffer, ...]:
    batch, data = Extent(factor=1, names=("B",)), Extent(factor=1, names=("N",))
    return (
        buffer(ROWS, "control", 0, "int64", (batch,), split=1),
        buffer(CLOCK, "control", 64, "int64", ()),
        buffer(RATE, "knob", 128, "float32", ()),
        buffer(SPARE, "knob", 132, "float32", ()),
        buffer(WEIGHT, "state", 192, "float32", (WIDTH,), pitch=PITCH),
        buffer(GRADIENT, "scratch", 384, "float32", (WIDTH,), pitch=PITCH),
        buffer(SHOWN, "published", 576, "float32", ()),
        buffer(TABLE, "published", 640, "float32", (2, 3), order=(1, 0), split=1, pitch=16),
        buffer(DATA, "data", 0, "float32", (data, WIDTH), split=1, pitch=PITCH),
    )


def plan(cost: float = 100_000.0) -> Plan:
    """`cost`: predicted nanoseconds of the two kernels that are split over threads."""
    batch = Extent(factor=1, names=("B",))

    def call(kernel: int, operands: tuple[int, ...], writes: int, price: float) -> Call:
        return Call(kernel=kernel, operands=operands, sizes=(batch,), writes=(writes,), cost=price, origins=())

    mean, loss = call(0, (DATA, ROWS, GRADIENT), 2, cost), call(1, (GRADIENT, SHOWN, TABLE), 1, 10.0)
    update = call(2, (WEIGHT, GRADIENT, RATE), 0, cost)
    shown = (Published(name="loss", buffer=SHOWN, count=1), Published(name="table", buffer=TABLE, count=6))
    live = {"constant": {"value": 0.0}}
    return Plan(
        vocabulary=1,
        lanes=host().lanes,
        sizes={"B": BOUND},
        arena_bytes=832,
        buffers=buffers(),
        kernels=tuple(Kernel(name=name, recipe={}, hash=fingerprint(name)) for name in TEXTS),
        programs={
            "gradients": Program(calls=(mean, loss), published=shown, guards=(SHOWN,)),
            "update": Program(calls=(update,)),
            "evaluate": Program(calls=(mean, loss), published=shown),
        },
        states=(State(name="weight", role="weight", trainable=True, buffer=WEIGHT, start=live),),
        knobs=(
            Knob(name="spare", live=live, low=0, high=1, buffer=SPARE),
            Knob(name="rate", live=live, low=0, high=1, buffer=RATE),
        ),
        columns=(Column(name="x", buffer=DATA),),
        outputs=(),
        metrics=(),
    )


def data(rows: int = 50) -> dict[str, Any]:
    return {"x": np.random.default_rng(0).standard_normal((rows, WIDTH)).astype(np.float32)}


def engine(library: Library, threads: int = 1, cost: float = 100_000.0, target: Target = TWO) -> Engine:
    made = Engine(plan(cost), library, threads, target)
    made.attach(data())
    made.write("state/weight", np.linspace(-1, 1, WIDTH, dtype=np.float32))
    return made


def training(
    steps: int, batch: int = BOUND, seed: int = 0, programs: tuple[str, ...] = ("gradients", "update")
) -> Segment:
    random = np.random.default_rng(seed)
    knobs = random.uniform(0.1, 1.0, (steps, 2)).astype(np.float32)
    return Segment(programs, batch, steps, random.integers(0, 50, steps * batch), knobs)


def expected(segments: Sequence[Segment]) -> tuple[Any, Any]:
    """The weights after all updates and the gradient of each step, by NumPy in the kernels' order."""
    weight, x = np.linspace(-1, 1, WIDTH, dtype=np.float32), data()["x"]
    gradients = []
    for segment in segments:
        for step in range(segment.steps):
            total = np.zeros(WIDTH, np.float32)
            for row in segment.rows[step * segment.batch :][: segment.batch]:
                total += x[row]
            gradients.append(total / np.float32(segment.batch))
            if "update" in segment.programs:
                weight = weight - segment.knobs[step, 1] * gradients[-1]
    return weight, np.array(gradients)
