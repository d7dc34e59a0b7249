"""E300 to E399: data files and sets."""

from __future__ import annotations

from .code import Code

DATA_FILES = (
    Code(
        "E300",
        "A set that is not here",
        "It is not on this machine, or the package that brings it is not installed.",
    ),
    Code("E301", "A file that cannot be read", "It is not there, or not a plain file, or its rights forbid it."),
    Code(
        "E302",
        "Out of reach",
        "A spec reads files below its own folder and from `NETLOOM_DATA`, and nowhere else.",
    ),
    Code("E303", "A damaged file", "The content is not what the name promises."),
    Code("E304", "A file that is too large", "There is a limit, so that no file can eat the machine."),
    Code("E305", "A missing cell", "Say what stands for a missing value, and what is to be put in its place."),
    Code("E306", "Not a number", "A column of numbers holds something else."),
    Code("E307", "Uneven rows", "Columns and rows have one length."),
    Code("E308", "An unknown column", "The source has no column of that name."),
    Code("E309", "An unknown class", "The value is none of the column's classes."),
    Code(
        "E310",
        "Shares that cannot be had",
        "Shares of the parts are from 0 up to 1, and leave something to train on.",
    ),
    Code("E311", "Options that do not fit", "The source or field cannot be read so."),
    Code("E312", "Rows that do not fit the network", "What is to be predicted has another shape or type."),
)
