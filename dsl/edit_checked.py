"""Edits that may not make a mistake: what the file says after one is compared with what it said before."""

from __future__ import annotations

from collections import Counter

from .edit_document import Document, Edit, Refused
from .edit_numbers import steady


def mistakes(document: Document) -> Counter[tuple[str, str]]:
    """The mistakes that reading the file finds, without their places."""
    return Counter((found.code, found.message) for found in document.spec[1].errors)


def checked(document: Document, edit: Edit) -> Edit:
    """The edit, paths by kind and number kept right. Refused where it would make a mistake that is not there now."""
    edit = steady(document, edit)
    after = document.apply(edit)
    if not (new := mistakes(after)):
        return edit
    if added := new - mistakes(document):
        _, message = next(iter(added))
        raise Refused(f"that would leave a mistake: {message}")
    return edit
