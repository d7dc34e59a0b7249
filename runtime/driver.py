"""The driver: the one loop that walks a tape, step after step, without Python.

It is kernel text like any other (its words: `driver_words`), compiled once and kept in the store. Every
thread of the team runs it on the same team block; they meet at barriers. All words are int64, all addresses
too.

A tape is a run of entries `[function, alone, meet, offsets, sizes, offset…, size…]`. Where `alone` is 1,
thread 0 runs the call by itself, as one thread of one; where `meet` is 1, all threads wait for one another
behind the call.

Thread 0 is done when all are. The others linger a moment for more work before they go to sleep: each has a post, a
cache line with the words `[state, given]`; `driver(team, HAND_OVER)` gives the block to those that linger and tells in
`given` who does, so that the others can be woken. `driver(team, TOGETHER)` does the same and, where nobody sleeps, goes
on as thread 0 at once; `given` of post 0 tells whether it did.
"""

from __future__ import annotations

import hashlib

# the team block: what to run, and where the team stands. Each word that several threads write, or that is
# written while others wait for it, has a cache line (8 words) of its own
THREADS, ARENA, SEGMENTS, SEGMENT_COUNT, CLOCKS = 0, 1, 2, 3, 4
POSTS = 72
STATUS, STEPS_DONE, STOP_AFTER, ARRIVED, GENERATION, GO, KEEP, LEFT = 8, 16, 24, 32, 40, 48, 56, 64
TEAM_WORDS = 80
POST_WORDS = 8
ASLEEP, LINGERING, GIVEN = 0, 1, 2
"""States of a post. Whoever gives adds 1, who stops lingering takes 1 away: both see by what was there who was first."""
HAND_OVER, TOGETHER = -1, -2
LINGER_NS = 200_000
"""How long a thread waits for more work: a sleeping one is woken through Python, which takes 20 to 60 µs."""
"""At `CLOCKS` stand four words of thread 0: nanoseconds and ticks when it began, nanoseconds and ticks when it ended."""

# a segment: what one step runs, how often, and where its inputs and results lie
(
    TAPE, CALLS, STAMPS, UPDATE_TAPE, UPDATE_CALLS, UPDATE_STAMPS, STEPS, BATCH, ROWS, ROWS_OFFSET, ROWS_BOUND,
    KNOBS, KNOB_OFFSETS, KNOB_COUNT, CLOCK_OFFSET, ADVANCE, GUARDS, GUARD_COUNT, RING, PIECES, PIECE_COUNT,
) = range(21)  # fmt: skip
SEGMENT_WORDS = 24

STAMPS_BEFORE, STAMPS_A_CALL = 1, 2
"""`STAMPS` is the address of a program's stamps, in ticks, or 0 (which costs 0.3 ns a call): for each step and thread,
when the walk began, and for each call, when this thread was done with it, and when it went on behind the meeting."""

ENTRY_WORDS = 5
"""Words of a tape entry before its offsets."""

PIECE_WORDS = 4
"""A published value: its offset in the arena, rows, columns and pitch, in elements of 4 bytes."""

RUNNING, STOPPED, NOT_FINITE, FAILED = 0, 1, 2, 3
"""Values of the status word, which only thread 0 reads while the team runs; `RUNNING` is left when all steps
are done. From `NOT_FINITE` on the step does not count. The others follow `GO` (run this step) and `KEEP` (its
update too): each is written before one meeting and read behind it, and there is another before it is written
again."""

NEVER = 1 << 62
SPINS = 60
"""Looks at the barrier before the core is given away: about 2 µs with a pause of 40 ns in each."""

TEXT = f"""
@inlined
def meet(team, threads):
    # a short spin, then the core is given away: with fewer cores than threads a pure spin costs a time slice
    generation = get_shared(team, {GENERATION})
    if add_shared(team, {ARRIVED}, 1) == threads - 1:
        put_shared(team, {ARRIVED}, 0)
        put_shared(team, {GENERATION}, generation + 1)
    else:
        spins = 0
        while get_shared(team, {GENERATION}) == generation:
            if spins < {SPINS}:
                spins += 1
                pause()
            else:
                give_way()


@inlined
def walk(team, tape, calls, stamps, thread, threads):
    arena = get(team, {ARENA})
    entry = tape
    if stamps != 0:
        put(stamps, 0, ticks())
        stamps += {8 * STAMPS_BEFORE}
    k = 0
    while k < calls:
        operands = entry + {8 * ENTRY_WORDS}
        sizes = operands + 8 * get(entry, 3)
        if get(entry, 1) == 0:
            call(get(entry, 0), arena, operands, sizes, thread, threads)
        elif thread == 0:
            call(get(entry, 0), arena, operands, sizes, 0, 1)
        if stamps != 0:
            put(stamps, 0, ticks())
        if threads > 1 and get(entry, 2) != 0:
            meet(team, threads)
        if stamps != 0:
            put(stamps, 1, ticks())
            stamps += {8 * STAMPS_A_CALL}
        entry = sizes + 8 * get(entry, 4)
        k += 1


@inlined
def stamps_of(stamps, calls, place):
    # `place` counts the walks before this one, of all steps and threads
    if stamps == 0:
        return 0
    return stamps + 8 * place * ({STAMPS_BEFORE} + {STAMPS_A_CALL} * calls)


@inlined
def run_tape(team, segment, word, step, thread, threads):
    calls = get(segment, word + {CALLS - TAPE})
    stamps = stamps_of(get(segment, word + {STAMPS - TAPE}), calls, step * threads + thread)
    walk(team, get(segment, word), calls, stamps, thread, threads)


@inlined
def begin_step(team, segment, step):
    arena = get(team, {ARENA})
    batch = get(segment, {BATCH})
    source = get(segment, {ROWS}) + 8 * batch * step
    target = arena + get(segment, {ROWS_OFFSET})
    bound = get(segment, {ROWS_BOUND})
    going = get(team, {STATUS}) == {RUNNING}
    for i in range(batch):
        row = get(source, i)
        put(target, i, row)
        if going and (row < 0 or row >= bound):
            going = False
            put(team, {STATUS}, {FAILED})
    count = get(segment, {KNOB_COUNT})
    source = get(segment, {KNOBS}) + 4 * count * step
    offsets = get(segment, {KNOB_OFFSETS})
    for i in range(count):
        put32(arena + get(offsets, i), 0, get32(source, i))
    put_shared(team, {GO}, going)


@inlined
def check_guards(team, segment):
    guards = get(segment, {GUARDS})
    good = True
    for i in range(get(segment, {GUARD_COUNT})):
        # an exponent of all ones is infinite or not a number
        if (get32(get(team, {ARENA}) + get(guards, i), 0) & 0x7F800000) == 0x7F800000:
            good = False
            put(team, {STATUS}, {NOT_FINITE})
    put_shared(team, {KEEP}, good)


@inlined
def end_step(team, segment, place):
    # what is published goes to the ring, of which `place` is the first free element
    arena = get(team, {ARENA})
    ring = get(segment, {RING})
    piece = get(segment, {PIECES})
    for _ in range(get(segment, {PIECE_COUNT})):
        for row in range(get(piece, 1)):
            source = arena + get(piece, 0) + 4 * get(piece, 3) * row
            for column in range(get(piece, 2)):
                put32(ring, place, get32(source, column))
                place += 1
        piece += {8 * PIECE_WORDS}
    if get(team, {STATUS}) < {NOT_FINITE}:
        clock = arena + get(segment, {CLOCK_OFFSET})
        put(clock, 0, get(clock, 0) + get(segment, {ADVANCE}))
        put_shared(team, {STEPS_DONE}, get(team, {STEPS_DONE}) + 1)
        if get(clock, 0) >= get_shared(team, {STOP_AFTER}):
            put(team, {STATUS}, {STOPPED})
    return place


@inlined
def hand_over(team):
    threads = get(team, {THREADS})
    put_shared(team, {LEFT}, threads - 1)
    awake = 1
    for thread in range(1, threads):
        post = get(team, {POSTS}) + {8 * POST_WORDS} * thread
        given = add_shared(post, 0, 1) == {LINGERING}
        put(post, 1, given)
        if given:
            awake += 1
        else:
            put_shared(post, 0, {ASLEEP})
    return awake == threads


@inlined
def linger(team, thread):
    post = get(team, {POSTS}) + {8 * POST_WORDS} * thread
    put_shared(post, 0, {LINGERING})
    # from here on the block may be filled with other work
    add_shared(team, {LEFT}, -1)
    until = now() + {LINGER_NS}
    while get_shared(post, 0) == {LINGERING} and now() < until:
        pause()
    given = get_shared(post, 0) == {GIVEN}
    if not given:
        given = add_shared(post, 0, -1) == {GIVEN}
    if given:
        put_shared(post, 0, {ASLEEP})
    return given


@inlined
def wait_for_all(team):
    spins = 0
    while get_shared(team, {LEFT}) > 0:
        if spins < {SPINS}:
            spins += 1
            pause()
        else:
            give_way()


@inlined
def march(team, thread):
    threads = get(team, {THREADS})
    flags = denormals_off()
    if thread == 0:
        put(team, {CLOCKS}, now())
        put(team, {CLOCKS + 1}, ticks())
    index = 0
    going = True
    while going and index < get(team, {SEGMENT_COUNT}):
        segment = get(team, {SEGMENTS}) + {8 * SEGMENT_WORDS} * index
        step = 0
        place = 0
        while going and step < get(segment, {STEPS}):
            if thread == 0:
                begin_step(team, segment, step)
            if threads > 1:
                meet(team, threads)
            going = get_shared(team, {GO}) != 0
            if going:
                run_tape(team, segment, {TAPE}, step, thread, threads)
                if thread == 0:
                    check_guards(team, segment)
                if threads > 1:
                    meet(team, threads)
                if get_shared(team, {KEEP}) != 0:
                    run_tape(team, segment, {UPDATE_TAPE}, step, thread, threads)
                if thread == 0:
                    place = end_step(team, segment, place)
            step += 1
        index += 1
    if thread == 0:
        put(team, {CLOCKS + 2}, now())
        put(team, {CLOCKS + 3}, ticks())
    denormals_restore(flags)


def driver(team, thread):
    more = True
    number = thread
    if thread < 0:
        more = hand_over(team) and thread == {TOGETHER}
        number = 0
        put(get(team, {POSTS}), 1, more)
    while more:
        march(team, number)
        if number == 0:
            wait_for_all(team)
            more = False
        else:
            more = linger(team, number)
"""

FINGERPRINT = hashlib.sha256(f"driver 5\n{TEXT}".encode()).hexdigest()
