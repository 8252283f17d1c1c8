"""Looking inside: what Glassbrook makes of a program, and where its time goes."""

from __future__ import annotations

from glassbrook.explain.program import ProgramReport, program

__all__ = ["ProgramReport", "program"]
