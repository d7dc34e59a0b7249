"""Rows of one vector are worked on side by side: the text of one row, once for each, with names of its own."""

from __future__ import annotations

from netloom.compiler.emit.lines import side_by_side

ROW = [
    "        start = r * 16",
    "        x = load_float32(p0, start + j)",
    "        set_number(p1, r, first(vadd(x, s)))",
]


def test_names_of_a_row_get_its_number_and_others_stay() -> None:
    assert side_by_side(ROW, 2) == [
        "        r_0 = r + 0",
        "        r_1 = r + 1",
        "        start_0 = r_0 * 16",
        "        start_1 = r_1 * 16",
        "        x_0 = load_float32(p0, start_0 + j)",
        "        x_1 = load_float32(p0, start_1 + j)",
        "        set_number(p1, r_0, first(vadd(x_0, s)))",
        "        set_number(p1, r_1, first(vadd(x_1, s)))",
    ]


def test_rows_with_loops_inside_are_taken_one_by_one() -> None:
    assert side_by_side([*ROW, "        while j < 64:", "            j += LANES"], 2) == []
    assert side_by_side([*ROW, "        if j & 63 == 0:"], 2) == []
