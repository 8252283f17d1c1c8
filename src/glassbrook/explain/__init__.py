"""Looking inside: how gradients came about, what programs do, and pictures of both.

The module can be called: ``tf.explain(loss, weight)`` tells the chain rule step by step.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from glassbrook.explain.calling import ExplainModule
from glassbrook.explain.gradient import explain
from glassbrook.explain.program import ProgramReport, program

if TYPE_CHECKING:
    from glassbrook.explain.charts.boundary import decision_boundary
    from glassbrook.explain.charts.confusion import confusion_matrix
    from glassbrook.explain.charts.curves import draw_curves
    from glassbrook.explain.charts.functions import draw_function
    from glassbrook.explain.charts.landscape import landscape
    from glassbrook.explain.charts.line_fit import draw_line_fit
    from glassbrook.explain.charts.recorder import PathRecorder
    from glassbrook.explain.charts.samples import draw_samples
    from glassbrook.explain.charts.weights import draw_weights
    from glassbrook.explain.diagrams.gradients import draw_gradients
    from glassbrook.explain.diagrams.graph import draw_graph
    from glassbrook.explain.diagrams.program import draw_program
    from glassbrook.keras.utils.plotting.picture import Picture, Table

__all__ = [
    "PathRecorder",
    "Picture",
    "ProgramReport",
    "Table",
    "confusion_matrix",
    "decision_boundary",
    "draw_curves",
    "draw_function",
    "draw_gradients",
    "draw_graph",
    "draw_line_fit",
    "draw_program",
    "draw_samples",
    "draw_weights",
    "explain",
    "landscape",
    "program",
]

# What is loaded when it is first used, with the module it comes from.
_LAZY_NAMES: dict[str, str] = {
    "draw_gradients": "glassbrook.explain.diagrams.gradients",
    "draw_graph": "glassbrook.explain.diagrams.graph",
    "draw_program": "glassbrook.explain.diagrams.program",
    "PathRecorder": "glassbrook.explain.charts.recorder",
    "Picture": "glassbrook.keras.utils.plotting.picture",
    "Table": "glassbrook.keras.utils.plotting.picture",
    "confusion_matrix": "glassbrook.explain.charts.confusion",
    "decision_boundary": "glassbrook.explain.charts.boundary",
    "draw_curves": "glassbrook.explain.charts.curves",
    "draw_function": "glassbrook.explain.charts.functions",
    "draw_line_fit": "glassbrook.explain.charts.line_fit",
    "draw_samples": "glassbrook.explain.charts.samples",
    "draw_weights": "glassbrook.explain.charts.weights",
    "landscape": "glassbrook.explain.charts.landscape",
    "health": "glassbrook.keras.health",
}


sys.modules[__name__].__class__ = ExplainModule  # type: ignore[assignment]  # see its base


# Hidden from editors and type checkers, for which every name would exist otherwise.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _LAZY_NAMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}.")
        found = getattr(importlib.import_module(_LAZY_NAMES[name]), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*__all__, *_LAZY_NAMES})
