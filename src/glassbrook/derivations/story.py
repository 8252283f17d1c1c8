"""The chain rule of one gradient as a document: forward, backward step by step, and the result."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from glassbrook.derivations.account import Account, Contribution, Step, has_numbers
from glassbrook.derivations.document import (
    Block,
    Document,
    Equation,
    Heading,
    Paragraph,
    Side,
    Total,
)
from glassbrook.derivations.expression import (
    Binary,
    Call,
    Expression,
    Partial,
    Symbol,
    added,
    names_in,
    parse,
    simplify,
    substitute,
)
from glassbrook.derivations.region import (
    Region,
    everything,
    is_elementwise,
    read,
    region_beside,
    region_of,
    region_through,
    spelled,
)
from glassbrook.derivations.symbols import Names
from glassbrook.derivations.values import Values, excerpt
from glassbrook.graph.node import Node
from glassbrook.graph.printer import format_type
from glassbrook.graph.provenance import place_of

__all__ = ["Story"]

_MOST_TERMS = 4


class Story:
    """Tells an account.

    Args:
        account: what happened.
        names: what the tensors are called.
        index: the element of the source to follow; all of them by default.
        shown: how many steps are told from either end of a long way.
    """

    def __init__(
        self, account: Account, names: Names, index: tuple[int, ...] | None, shown: int
    ) -> None:
        self._account = account
        self._names = names
        self._index = index
        self._shown = shown
        self._regions = _regions(account, index)
        self._target = names.symbol(account.target)
        self._steps = {step.node: step for step in account.steps}

    def document(self) -> Document:
        """The whole story."""
        return [*self._beginning(), *self._forward(), *self._backward(), *self._end()]

    # Parts.

    def _beginning(self) -> Iterator[Block]:
        account, source = self._account, self._symbol(self._account.source)
        yield Heading(["How ", Partial(self._target, source), " comes about"], 1)
        target, count = account.target, len(account.steps) - 1
        yield Paragraph(
            [
                self._target,
                f" is {format_type(target)}, ",
                self._names.symbol(account.source),
                f" is {format_type(account.source)}; between them lie {_counted(count, 'step')} "
                f"on {_counted(account.paths, 'path')}.",
            ]
        )
        if target.rank:
            sizes = f"{target.size} elements" if target.size != 1 else "one element, with axes"
            yield Paragraph([self._target, f" has {sizes}: their sum is differentiated."])
        if self._index is not None:
            yield Paragraph(
                [
                    "One element is followed, ",
                    source,
                    ". Of every tensor on the way, only what it acts on is shown.",
                ]
            )
        for symbol, name in self._names.variables.items():
            yield Paragraph([symbol, f" is the variable {name}."])

    def _forward(self) -> Iterator[Block]:
        yield Heading(["Forward: what was computed"])
        on_the_way = {step.node for step in self._account.steps}
        told = set(on_the_way)
        for step, left_out in _ends(self._account.steps[::-1], self._shown):
            if left_out:
                yield _left_out(left_out)
            for each in step.inputs:
                if each not in told and not self._is_number(each):
                    told.add(each)
                    yield self._given(each, step)
            yield from self._computed(step)

    def _backward(self) -> Iterator[Block]:
        yield Heading(["Backward: from ", self._target, " to ", self._source_symbol()])
        start = self._account.steps[0]
        yield Equation(
            Partial(self._target, self._target), [self._values(start.grad, start.node)], "the start"
        )
        number = 0
        for step, left_out in _ends(self._account.steps[:-1], self._shown):
            if left_out:
                number += left_out
                yield _left_out(left_out)
            number += 1
            symbol, made_of = self._names.symbol(step.node), self._made_of(step)
            where = _where(step.node)
            yield Heading([f"{number}. Through ", symbol, " = ", made_of, where], 3)
            yield from self._meeting(step)
            for contribution in step.leaving:
                yield from self._told(step, contribution)

    def _end(self) -> Iterator[Block]:
        account = self._account
        assert account.gradient is not None
        yield Heading(["Result"])
        yield from self._meeting(account.steps[-1])
        partial = Partial(self._target, self._symbol(account.source))
        value = self._values(account.gradient, account.source)
        if self._index is not None:
            note = f"one of {account.source.size:,} elements"
        else:
            note = format_type(account.gradient)
        yield Equation(partial, [value], note)

    # Forward.

    def _given(self, node: Node, user: Step) -> Block:
        region = self._beside(user, node)
        symbol = self._names.symbol(node, spelled(region))
        return Equation(symbol, [self._read(node, region)], f"given, {format_type(node)}")

    def _computed(self, step: Step) -> Iterator[Block]:
        node = step.node
        if not has_numbers(node):
            yield Equation(self._names.symbol(node), [self._made_of(step)], "several results")
            return
        note = format_type(node)
        if node is self._account.source:
            yield Equation(self._symbol(node), [self._values(node, node)], f"the source, {note}")
            return
        whole, part = self._names.symbol(node), self._symbol(node)
        formula, value = self._made_of(step), self._values(node, node)
        if whole == part:
            yield Equation(whole, [formula, value], note)
        else:
            yield Equation(whole, [formula], note)
            yield Equation(part, [value])

    def _made_of(self, step: Step) -> Expression:
        names = [self._names[each] for each in step.inputs]
        if step.formula is None:
            return Call(step.node.op, tuple(names))
        meanings = dict(zip(step.formula.inputs, names))
        return substitute(parse(step.formula.forward), meanings)

    # Backward.

    def _meeting(self, step: Step) -> Iterator[Block]:
        """Where several paths reach a node, what they bring adds up."""
        if len(step.arriving) < 2 or not has_numbers(step.node):
            return
        parts = [self._values(each.part, step.node) for each in step.arriving[:_MOST_TERMS]]
        terms: list[Side] = []
        if len(step.arriving) == len(parts):
            terms += [added([self._chained(each) for each in step.arriving]), Total(parts)]
        terms.append(self._values(step.grad, step.node))
        count = len(step.arriving)
        note = f"{count} paths meet and add up"
        yield Equation(Partial(self._target, self._symbol(step.node)), terms, note)

    def _chained(self, contribution: Contribution, *, whole: bool = False) -> Expression:
        """The product of derivatives that one of several paths brings."""
        user, given_to = contribution.user, contribution.input
        if whole:
            middle, end = self._names.symbol(user), self._names.symbol(given_to)
        else:
            at = spelled(self._reached(contribution))
            middle, end = self._names.symbol(user, at), self._symbol(given_to)
        return Binary("*", Partial(self._target, middle), Partial(middle, end))

    def _reached(self, contribution: Contribution) -> Region:
        """Of the result of an operation, what the followed elements of one input act on."""
        user = contribution.user
        if self._index is None:
            return everything(user.shape)
        step = self._steps[user]
        region = self._regions[contribution.input]
        return region_through(user, step.inputs, contribution.position, region)

    def _told(self, step: Step, contribution: Contribution) -> Iterator[Block]:
        """One use of a rule: its factor for single elements, or the rule as a whole."""
        node, given_to = step.node, contribution.input
        local, rule = contribution.local, contribution.local_rule
        reached = self._reached(contribution)
        by_elements = is_elementwise(node.op)
        if local is not None and rule is not None and not self._is_constant(step, rule):
            middle = self._names.symbol(node, spelled(reached))
            slope = Partial(middle, self._symbol(given_to))
            numbers = self._read(local, _fitting(reached, local))
            notes = ["element by element"] if node.rank else []
            if step.inputs.count(given_to) > 1:
                notes.append(f"of input {contribution.position + 1} alone")
            formula = self._with_names(step, rule, reached)
            yield Equation(slope, [formula, numbers], "; ".join(notes))
            product: Expression = Binary("*", Partial(self._target, middle), slope)
        elif contribution.rule is not None:
            yield from self._factors(step, contribution)
            if by_elements:
                product = self._with_names(step, contribution.rule, reached)
            elif node.op == "matmul" and self._index is not None:
                product = self._with_factors(step, contribution, contribution.rule)
            else:
                product = self._with_names(step, contribution.rule, None)
        else:
            product = Call(f"{node.op}_back", (Partial(self._target, self._names.symbol(node)),))
        if contribution.stretched:
            product = Call("sum", (product,))
        is_whole = not (by_elements or node.op == "matmul")
        yield from self._passed_on(step, contribution, product, is_whole)

    def _passed_on(
        self, step: Step, contribution: Contribution, product: Expression, is_whole: bool
    ) -> Iterator[Block]:
        """What an input gets; `is_whole` if the rule is written for all of its elements."""
        given_to = contribution.input
        whole: Expression = Partial(self._target, self._names.symbol(given_to))
        if not has_numbers(given_to):
            yield Equation(whole, [product])
            return
        part: Expression = Partial(self._target, self._symbol(given_to))
        if len(self._steps[given_to].arriving) > 1:
            whole, part = self._chained(contribution, whole=True), self._chained(contribution)
        value = self._values(contribution.part, given_to)
        note = "; ".join(self._remarks(step, contribution))
        if not is_whole or whole == part:
            yield Equation(part, [value] if product == part else [product, value], note)
            return
        if product != whole:
            yield Equation(whole, [product])
        yield Equation(part, [value], note)

    def _remarks(self, step: Step, contribution: Contribution) -> Iterator[str]:
        given_to = contribution.input
        if contribution.shapes and self._index is None:
            yield _shapes(contribution)
        if contribution.stretched:
            axes = " and ".join(map(str, contribution.stretched))
            noun = "axis" if len(contribution.stretched) == 1 else "axes"
            yield f"summed over {noun} {axes}, along which it was repeated"
        if (count := len(self._steps[given_to].arriving)) > 1:
            if step.inputs.count(given_to) > 1:
                yield f"as input {contribution.position + 1}"
            yield f"one of {count} paths"
        if self._index is None and given_to.rank and not contribution.shapes:
            yield f"{list(given_to.shape)}"

    def _factors(self, step: Step, contribution: Contribution) -> Iterator[Block]:
        """Of a product of matrices in which one element is followed, the numbers of its factors."""
        node = step.node
        if self._index is None or node.op != "matmul" or None in self._regions[contribution.input]:
            return
        other = step.inputs[1 - contribution.position]
        region, reached = self._beside_part(step, contribution), self._reached(contribution)
        yield Equation(self._names.symbol(other, spelled(region)), [self._read(other, region)])
        partial = Partial(self._target, self._names.symbol(node, spelled(reached)))
        yield Equation(partial, [self._read(step.grad, reached)])

    def _with_factors(self, step: Step, contribution: Contribution, rule: Expression) -> Expression:
        """The rule of a product of matrices, with the parts of both factors that it takes."""
        assert step.formula is not None
        node, other = step.node, 1 - contribution.position
        at = spelled(self._beside_part(step, contribution))
        reached = self._names.symbol(node, spelled(self._reached(contribution)))
        meanings: dict[str, Expression] = {
            "g": Partial(self._target, reached),
            step.formula.inputs[other]: self._names.symbol(step.inputs[other], at),
        }
        return simplify(substitute(rule, meanings))

    def _is_constant(self, step: Step, rule: Expression) -> bool:
        """Whether a local derivative is a number that the formula shows."""
        assert step.formula is not None
        if "o" in names_in(rule):
            return False
        named = zip(step.formula.inputs, step.inputs)
        return all(self._is_number(each) for name, each in named if name in names_in(rule))

    def _with_names(self, step: Step, formula: Expression, region: Region | None) -> Expression:
        """A rule with the names of tensors: of their parts that make `region`, or of all."""
        assert step.formula is not None
        node = step.node
        if self._index is None:
            region = None
        symbol = self._names.symbol(node, "" if region is None else spelled(region))
        meanings: dict[str, Expression] = {"o": symbol, "g": Partial(self._target, symbol)}
        for name, each in zip(step.formula.inputs, step.inputs):
            found = self._names[each]
            if region is not None and isinstance(found, Symbol):
                beside = region_beside(node, region, each, step.inputs[0] is each)
                found = self._names.symbol(each, spelled(beside))
            meanings[name] = found
        return simplify(substitute(formula, meanings))

    # Regions and numbers.

    def _source_symbol(self) -> Symbol:
        return self._symbol(self._account.source)

    def _is_number(self, node: Node) -> bool:
        return not isinstance(self._names[node], Symbol)

    def _symbol(self, node: Node) -> Symbol:
        return self._names.symbol(node, spelled(self._regions[node]))

    def _beside(self, step: Step, each: Node) -> Region:
        if each in self._regions:
            return self._regions[each]
        if self._index is None:
            return everything(each.shape)
        left = step.inputs[0] is each
        wanted = self._regions[step.node]
        for contribution in step.leaving:
            if contribution.input is not each and step.node.op == "matmul":
                return self._beside_part(step, contribution)
        return region_beside(step.node, wanted, each, left)

    def _beside_part(self, step: Step, contribution: Contribution) -> Region:
        """Of the other factor of a matrix product, what meets the followed elements."""
        node = step.node
        other = step.inputs[1 - contribution.position]
        row, column = self._regions[contribution.input][-2:]
        left = contribution.position == 0
        if node.attrs["transpose_x" if left else "transpose_y"]:
            row, column = column, row
        # x y: the element x[i, k] meets row k of y; y[k, j] meets column k of x.
        inner = column if left else row
        kept: Region = (inner, None) if left else (None, inner)
        if node.attrs["transpose_y" if left else "transpose_x"]:
            kept = kept[::-1]
        return (*everything(other.shape[:-2]), *kept)

    def _values(self, node: Node, like: Node) -> Values:
        """The numbers of a node within the region of another of the same shape."""
        return self._read(node, _fitting(self._regions[like], node))

    def _read(self, node: Node, region: Region) -> Values:
        assert node.value is not None, node.op
        return excerpt(read(node.value, region))


def _regions(account: Account, index: tuple[int, ...] | None) -> dict[Node, Region]:
    source = account.source
    regions: dict[Node, Region] = {source: everything(source.shape) if index is None else index}
    for step in account.steps[-2::-1]:
        if index is None:
            regions[step.node] = everything(step.node.shape)
        else:
            regions[step.node] = region_of(step.node, step.inputs, regions)
    return regions


def _where(node: Node) -> str:
    """The user's line and the layer that a node was made in, if that was noted."""
    place = place_of(node)
    if place is None:
        return ""
    line = f"{os.path.basename(place.file)}:{place.line}" if place.file else ""
    layer = f"layer {place.layer}" if place.layer else ""
    found = ", ".join(each for each in (line, layer) if each)
    return f"   ({found})" if found else ""


def _shapes(contribution: Contribution) -> str:
    """The shapes of the matrices that are multiplied, and of what they give."""
    factors = " · ".join(str(list(shape)) for shape in contribution.shapes)
    return f"{factors} gives {list(contribution.given.shape)}"


def _fitting(region: Region, node: Node) -> Region:
    return region if len(region) == node.rank else everything(node.shape)


def _ends(steps: Sequence[Step], shown: int) -> Iterator[tuple[Step, int]]:
    """The steps from either end, each with how many were left out before it."""
    left_out = max(0, len(steps) - 2 * shown)
    for place, step in enumerate(steps):
        if place < shown or place >= shown + left_out:
            yield step, left_out if left_out and place == shown + left_out else 0


def _left_out(count: int) -> Block:
    return Paragraph([f"… {_counted(count, 'step')} left out …"])


def _counted(count: int, noun: str) -> str:
    if count == 1:
        return f"one {noun}"
    amount = f"{count:,}" if count < 10**6 else f"about {float(min(count, 10**300)):.0e}"
    return f"{amount} {noun}s"
