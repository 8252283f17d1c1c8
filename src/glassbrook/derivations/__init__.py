"""How gradients come about: the chain rule of one computation, told with its own numbers.

The walk over the graph is that of `gradients`, the numbers are those of `engine`; what is added is
words, formulas and the order in which they are told.
"""

from __future__ import annotations

from glassbrook.derivations.derivation import Derivation, Told, derive

__all__ = ["Derivation", "Told", "derive"]
