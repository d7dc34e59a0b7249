"""Warnings with reasons: what is legal, and almost surely not what was meant.

A false alarm is worse than silence: there is no way to silence a warning, so each of them is one that a
good teacher would give every time. What is only a matter of taste, or right in some nets, is not said.
"""

from __future__ import annotations

from ..dsl.data_schema import DataSchema
from ..dsl.diagnostics import Diagnostics
from ..dsl.spec import Spec
from .advice_batches import about_batches
from .advice_data import about_data
from .advice_layers import about_layers
from .advice_outputs import about_outputs
from .advice_parts import about_parts
from .advice_starts import about_starts
from .advice_unused import about_unused
from .advice_view import View
from .experiment import Experiment


def advise(spec: Spec, experiment: Experiment | None, schema: DataSchema, diagnostics: Diagnostics) -> None:
    """Add the warnings for a file without mistakes.

    Where there is no experiment, because something of the file cannot be built yet, only what the file itself
    shows is said: parts, options and lines that nothing uses.
    """
    about_parts(spec, diagnostics)
    if experiment is None:
        return
    view = View(experiment, schema, spec, diagnostics)
    about_layers(view)
    about_unused(view)
    if experiment.trains:
        about_starts(view)
        about_outputs(view)
        about_batches(view)
        about_data(view)
