"""What `glassbrook.explain` is: a module that can be called, as editors and checkers see it."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glassbrook.derivations import Derivation
    from glassbrook.explain.charts import (
        boundary,
        confusion,
        curves,
        functions,
        line_fit,
        recorder,
        samples,
        weights,
    )
    from glassbrook.explain.charts import landscape as landscapes
    from glassbrook.explain.diagrams import gradients, graph
    from glassbrook.explain.diagrams import program as programs
    from glassbrook.explain.gradient import explain as explain_gradient
    from glassbrook.explain.program import ProgramReport as Report
    from glassbrook.explain.program import program as describe_program
    from glassbrook.keras import health as healths
    from glassbrook.keras.utils.plotting import picture

    # To type checkers, a `ModuleType` has every attribute.
    Base = object
else:
    Base = ModuleType

__all__ = ["ExplainModule"]


class ExplainModule(Base):
    """The module's class: ``tf.explain(loss, weight)`` tells the chain rule step by step.

    No type checker knows of modules that can be called, so its names are declared here once more.
    """

    def __call__(self, target: Any, source: Any, index: Any = None, shown: int = 20) -> Derivation:
        """How a gradient comes about, step by step: see `glassbrook.explain.explain`."""
        from glassbrook.explain.gradient import explain

        return explain(target, source, index, shown)

    if TYPE_CHECKING:
        PathRecorder = recorder.PathRecorder
        Picture = picture.Picture
        ProgramReport = Report
        Table = picture.Table
        confusion_matrix = staticmethod(confusion.confusion_matrix)
        decision_boundary = staticmethod(boundary.decision_boundary)
        draw_curves = staticmethod(curves.draw_curves)
        draw_function = staticmethod(functions.draw_function)
        draw_gradients = staticmethod(gradients.draw_gradients)
        draw_graph = staticmethod(graph.draw_graph)
        draw_line_fit = staticmethod(line_fit.draw_line_fit)
        draw_program = staticmethod(programs.draw_program)
        draw_samples = staticmethod(samples.draw_samples)
        draw_weights = staticmethod(weights.draw_weights)
        explain = staticmethod(explain_gradient)
        health = staticmethod(healths.health)
        landscape = staticmethod(landscapes.landscape)
        program = staticmethod(describe_program)
