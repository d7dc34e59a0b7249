"""The driver: the one loop that walks a tape, step after step, without Python.

It is kernel text like any other (vocabulary: `driver_words`), compiled once and kept in the store. Every thread
of the team runs it on the same team block; they meet at a barrier after each kernel. All words are int64.

Team block (indices below): what to run and where the team stands. Segment records lie one after another, each
`SEGMENT_WORDS` long. A tape is a run of entries `[function, offsets, sizes, offset…, size…]`.
"""

from __future__ import annotations

import hashlib

# team block: each word that threads write in turn has a cache line (8 words) of its own
THREADS, ARENA, SEGMENTS, SEGMENT_COUNT = 0, 1, 2, 3
STATUS, SEGMENT_DONE, STEPS_DONE = 4, 5, 6
ARRIVED, GENERATION, STOP_AFTER = 16, 24, 32
TEAM_WORDS = 48

# a segment: what one step runs, how often, and where its inputs lie
(
    TAPE, CALLS, UPDATE_TAPE, UPDATE_CALLS, STEPS, BATCH, ROWS, ROWS_OFFSET, KNOBS, KNOB_COUNT, KNOB_OFFSET,
    CLOCK_OFFSET, ADVANCE, GUARDS, GUARD_COUNT, RING, RING_ROW, PUBLISHED, PUBLISHED_COUNT,
) = range(19)  # fmt: skip
SEGMENT_WORDS = 24

DONE, STOPPED, NOT_FINITE = 0, 1, 2
"""Values of the status word when a run ends."""

NEVER = 1 << 62

TEXT = f"""
def driver(team, thread):
    threads = get(team, {THREADS})
    arena = get(team, {ARENA})
    flags = denormals_off()
    index = 0
    going = True
    while going and index < get(team, {SEGMENT_COUNT}):
        segment = get(team, {SEGMENTS}) + index * {8 * SEGMENT_WORDS}
        step = 0
        while going and step < get(segment, {STEPS}):
            if thread == 0:
                begin_step(arena, segment, step)
            if threads > 1:
                meet(team, threads)
            walk(arena, get(segment, {TAPE}), get(segment, {CALLS}), team, thread, threads)
            if thread == 0 and not guards_finite(arena, segment):
                put(team, {STATUS}, {NOT_FINITE})
            if threads > 1:
                meet(team, threads)
            going = get_shared(team, {STATUS}) != {NOT_FINITE}
            if going:
                walk(arena, get(segment, {UPDATE_TAPE}), get(segment, {UPDATE_CALLS}), team, thread, threads)
            if thread == 0:
                publish(arena, segment, step)
                if going:
                    end_step(arena, team, segment, index, step)
            if threads > 1:
                meet(team, threads)
            going = get_shared(team, {STATUS}) == {DONE}
            step += 1
        index += 1
    denormals_restore(flags)
"""

WORDS = f"""
def walk(arena, tape, calls, team, thread, threads):
    entry = tape
    k = 0
    while k < calls:
        offsets = get(entry, 1)
        sizes = get(entry, 2)
        call(get(entry, 0), arena, entry + 24, entry + 24 + 8 * offsets, thread, threads)
        if threads > 1:
            meet(team, threads)
        entry += 24 + 8 * (offsets + sizes)
        k += 1


def meet(team, threads):
    # a thread waits in a short spin, then gives its core away: a pure spin with more threads than cores
    # makes every barrier cost a time slice
    generation = get_shared(team, {GENERATION})
    if add_shared(team, {ARRIVED}, 1) == threads - 1:
        put_shared(team, {ARRIVED}, 0)
        put_shared(team, {GENERATION}, generation + 1)
    else:
        spins = 0
        while get_shared(team, {GENERATION}) == generation:
            spins += 1
            if spins < 400:
                pause()
            else:
                give_way()


def begin_step(arena, segment, step):
    batch = get(segment, {BATCH})
    rows = get(segment, {ROWS}) + 8 * batch * step
    target = arena + get(segment, {ROWS_OFFSET})
    i = 0
    while i < batch:
        put(target, i, get(rows, i))
        i += 1
    count = get(segment, {KNOB_COUNT})
    knobs = get(segment, {KNOBS}) + 4 * count * step
    target = arena + get(segment, {KNOB_OFFSET})
    i = 0
    while i < count:
        put32(target, i, get32(knobs, i))
        i += 1


def guards_finite(arena, segment):
    guards = get(segment, {GUARDS})
    i = 0
    good = True
    while i < get(segment, {GUARD_COUNT}):
        # an exponent of all ones is infinite or NaN
        if (get32(arena + get(guards, i), 0) & 0x7F800000) == 0x7F800000:
            good = False
        i += 1
    return good


def publish(arena, segment, step):
    row = get(segment, {RING}) + 4 * get(segment, {RING_ROW}) * step
    table = get(segment, {PUBLISHED})
    written = 0
    i = 0
    while i < get(segment, {PUBLISHED_COUNT}):
        source = arena + get(table, 2 * i)
        count = get(table, 2 * i + 1)
        j = 0
        while j < count:
            put32(row, written, get32(source, j))
            written += 1
            j += 1
        i += 1


def end_step(arena, team, segment, index, step):
    put(team, {SEGMENT_DONE}, index)
    put(team, {STEPS_DONE}, step + 1)
    clock = arena + get(segment, {CLOCK_OFFSET})
    if get(segment, {ADVANCE}) != 0:
        put(clock, 0, get(clock, 0) + 1)
    if get(clock, 0) >= get_shared(team, {STOP_AFTER}):
        put_shared(team, {STATUS}, {STOPPED})
"""

FINGERPRINT = hashlib.sha256(f"driver 1\n{TEXT}{WORDS}".encode()).hexdigest()
