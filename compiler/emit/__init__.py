"""What a kernel is, as data and text: the forms, what each refuses and why, and what it costs."""

from . import loops, nest, product, scalars, window
from .templates import VOCABULARY, Emitted, emit, fingerprint, refusal, text

FORMS = (scalars, loops, product, window, nest)

__all__ = ["FORMS", "VOCABULARY", "Emitted", "emit", "fingerprint", "refusal", "text"]
