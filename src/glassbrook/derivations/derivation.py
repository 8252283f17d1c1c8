"""`Derivation`: how a gradient came about, to be printed, written to a file or shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from glassbrook.derivations.account import Account, account_of
from glassbrook.derivations.document import Document, Equation, Heading, Paragraph, Total
from glassbrook.derivations.expression import Partial
from glassbrook.derivations.functions import legend
from glassbrook.derivations.story import Story
from glassbrook.derivations.symbols import Names, names_of
from glassbrook.derivations.values import Values
from glassbrook.errors import InvalidArgumentError, OutOfRangeError
from glassbrook.graph.node import Array, Node
from glassbrook.graph.printer import format_type

__all__ = ["Derivation", "Told", "derive"]


class Told:
    """Something that is told in words, formulas and numbers, in any of four forms.

    ``str()`` gives plain text for a terminal; notebooks show `html` by themselves.
    """

    def __init__(self, document: Document) -> None:
        self._document = document

    def __str__(self) -> str:
        from glassbrook.derivations.writing import as_text

        return as_text(self._document)

    def markdown(self) -> str:
        """As Markdown, with formulas in LaTeX between dollar signs."""
        from glassbrook.derivations.latex_writing import as_markdown

        return as_markdown(self._document)

    def latex(self) -> str:
        """As LaTeX, to be put into a document that uses the package amsmath."""
        from glassbrook.derivations.latex_writing import as_latex

        return as_latex(self._document)

    def html(self) -> str:
        """As HTML, with formulas in MathML: a fragment that needs nothing beside it."""
        from glassbrook.derivations.html_writing import as_html

        return as_html(self._document)

    def _repr_html_(self) -> str:
        return self.html()


class Derivation(Told):
    """How the gradient of a target with respect to a source came about, step by step.

    Every number in it was computed by the engine, with the rules that `tape.gradient` uses.

    Attributes:
        gradient: the gradient, an array of the source's shape; `None` if there is none.
        reason: why there is no gradient; empty if there is one.
        index: the element that is followed; `None` for all of them.
    """

    def __init__(
        self,
        account: Account,
        names: Names,
        index: tuple[int, ...] | None,
        shown: int,
        reason: str = "",
    ) -> None:
        self.account = account
        self.names = names
        self.index = index
        self.reason = reason
        self.gradient: Array | None = None
        if account.gradient is None:
            super().__init__(_without_gradient(account, names, reason))
        else:
            assert account.gradient.value is not None
            self.gradient = account.gradient.value.copy()
            document = Story(account, names, index, shown).document()
            super().__init__([*document, *_legend(document)])

    @property
    def value(self) -> Any:
        """The gradient of the element that is followed, or the whole gradient."""
        if self.gradient is None or self.index is None:
            return self.gradient
        return self.gradient[self.index]

    def textbook(self, sign: int = 1) -> Told:
        """The same for a network of dense layers, as textbooks tell it: with a δ for every layer.

        With o the outputs of a layer, z what its activation φ takes, and w its weights, from the
        layer of i to the layer of j to the layer of k:

            δ_k = ∂L/∂o_k φ'(z_k)      at the output
            δ_j = φ'(z_j) Σ_k δ_k w_jk
            ∂L/∂w_ij = δ_j o_i

        Args:
            sign: 1 for δ = ∂L/∂z, which descent subtracts; -1 for δ = -∂L/∂z, the error that
                descent adds.

        Raises:
            InvalidArgumentError: the way is not made of dense layers, or `sign` is another number.
        """
        from glassbrook.derivations.textbook import textbook

        return textbook(self, sign)

    def __repr__(self) -> str:
        target, source = self.account.target, self.account.source
        return f"<Derivation of {format_type(target)} by {format_type(source)}>"


def derive(
    target: Node,
    source: Node,
    recorded: Callable[[Node], bool],
    names: Mapping[Node, str],
    *,
    index: Any = None,
    shown: Any = 20,
    why_none: Callable[[], str],
) -> Derivation:
    """Differentiate, and tell how.

    Args:
        target: what to differentiate; its elements are summed up.
        source: with respect to what.
        recorded: whether a node may be walked through.
        names: what the user calls nodes.
        index: the element of the source to follow.
        shown: how many steps are told from either end.
        why_none: gives the reason, if there is no gradient.

    Raises:
        OutOfRangeError: `index` is outside of the source.
        InvalidArgumentError: `index` is not one element's, or `shown` is not positive.
    """
    if not isinstance(shown, int) or shown < 1:
        raise InvalidArgumentError(
            f"explain: shown is {shown!r}, expected a number of steps, at least 1."
        )
    element = None if index is None else _element(index, source)
    differentiable = target.dtype.is_floating and source.dtype.is_floating
    account = (
        account_of(target, source, recorded, shown)
        if differentiable
        else Account(target, source, None, [], 0)
    )
    reason = "" if account.gradient is not None else why_none()
    return Derivation(account, names_of(account, names), element, shown, reason)


def _element(index: Any, source: Node) -> tuple[int, ...]:
    parts = index if isinstance(index, tuple | list) else (index,)
    shape = list(source.shape)
    try:
        places = [part.__index__() for part in parts]
    except AttributeError:
        places = []
    if len(places) != len(parts) or len(places) != len(shape):
        wanted = "()" if not shape else f"{len(shape)} integers"
        raise InvalidArgumentError(
            f"explain: index {index!r} does not name one element of the source of shape {shape}: "
            f"expected {wanted}, one per axis, such as index={tuple(0 for _ in shape)}."
        )
    for axis, (place, size) in enumerate(zip(places, shape, strict=True)):
        if not -size <= place < size:
            raise OutOfRangeError(
                f"explain: index {index!r} is outside of the source of shape {shape}: axis {axis} "
                f"has the places 0 to {size - 1}, not {place}."
            )
    return tuple(place % size for place, size in zip(places, shape, strict=True))


def _legend(document: Document) -> Document:
    """What the functions of its formulas mean, as far as that is not plain."""
    formulas = [
        side
        for block in document
        if isinstance(block, Equation)
        for side in (block.left, *block.right)
        if not isinstance(side, Values | Total)
    ]
    meanings = legend(formulas)
    if not meanings:
        return []
    sentences = [Paragraph([call, f": {meaning}."]) for call, meaning in meanings.items()]
    return [Heading(["Functions"]), *sentences]


def _without_gradient(account: Account, names: Names, reason: str) -> Document:
    target, source = names.symbol(account.target), names.symbol(account.source)
    sentence = reason[:1].upper() + reason[1:]
    return [
        Heading(["There is no ", Partial(target, source)], 1),
        Paragraph([target, " does not depend on ", source, " in a way that gradients can take."]),
        Paragraph([sentence or "There is no way from one to the other."]),
    ]
