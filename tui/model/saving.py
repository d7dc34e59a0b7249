"""Files of the user's, read and written whole: a full disk, a kill or another program never leaves half a file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from ...dsl.diagnostics import NetloomError
from ...dsl.source_text import MOST_CHARACTERS
from ...runtime.written import write_text

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MOST_BYTES = 4 * MOST_CHARACTERS


def read_bytes(path: Path) -> bytes | None:
    """What a file holds; None where there is none. Raises NetloomError for what cannot be read, is no plain file, or
    is longer than any spec file may be."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise NetloomError(f"{path} is no file that can be edited")
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as trouble:
        raise NetloomError(f"{path} cannot be read: {reason(trouble)}") from None
    if len(content) > MOST_BYTES:
        raise NetloomError(f"{path} is too long to be edited here: at most {MOST_CHARACTERS:,} characters are read")
    return content


def write_whole(path: Path, text: str) -> None:
    """Put a text where the file is, through a temporary file beside it, keeping its rights; a link stays a link.

    Raises NetloomError; the old file is whole then.
    """
    target = path.resolve()
    try:
        if target.exists() and not os.access(target, os.W_OK):
            raise NetloomError(f"{path} may not be written; save it under another name")
        write_text(target, text)
        _settled(target.parent)
    except OSError as trouble:
        why = "the disk is full" if trouble.errno in FULL else reason(trouble)
        kept = "the file is as it was, and the text is still here; make room, or save it elsewhere"
        if trouble.errno not in FULL:
            kept = "nothing was changed; save it under another name"
        raise NetloomError(f"{path} was not saved: {why}; {kept}") from None


def _settled(folder: Path) -> None:
    """Have the folder's new entry on the disk; some file systems cannot be asked."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def reason(trouble: OSError | ValueError) -> str:
    """Why, in the system's words."""
    said = trouble.strerror if isinstance(trouble, OSError) else None
    return (said or str(trouble)).lower()
