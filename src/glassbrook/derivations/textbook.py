"""The gradient of a weight of a dense network, as textbooks tell it: with a δ for every layer.

Source:
    Rumelhart, Hinton, Williams: Learning representations by back-propagating errors, 1986.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from glassbrook.derivations.document import Block, Equation, Heading, Paragraph, Side
from glassbrook.derivations.expression import (
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Number,
    Partial,
    Symbol,
    added,
    parse,
    simplify,
    substitute,
)
from glassbrook.derivations.layers import DenseLayer, dense_layers, squared_error_factor
from glassbrook.derivations.values import Values, excerpt
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph.node import Array, Node

if TYPE_CHECKING:
    from glassbrook.derivations.derivation import Derivation, Told

__all__ = ["textbook"]

# The index of a layer's units, from the last layer back.
_INDICES = "kjinmlhpst"
# Up to so many elements are told one by one.
_TOLD_ONE_BY_ONE = 8
# Up to so many terms of a sum over samples are written out.
_MOST_SAMPLES = 4


def textbook(derivation: Derivation, sign: int) -> Told:
    """Tell a derivation by the δ of every layer.

    Raises:
        InvalidArgumentError: the way is not made of dense layers, or `sign` is not 1 or -1.
    """
    from glassbrook.derivations.derivation import Told

    if sign not in (1, -1):
        raise InvalidArgumentError(
            f"textbook: sign is {sign!r}, expected 1 (δ = ∂L/∂z) or -1 (δ = -∂L/∂z)."
        )
    account = derivation.account
    if account.gradient is None:
        raise InvalidArgumentError(
            f"textbook: there is no gradient to tell of: {derivation.reason}"
        )
    layers = dense_layers(account)
    if not layers:
        raise InvalidArgumentError(
            "textbook: the source is not a weight or bias of a dense layer, x @ W + b, whose "
            "result goes on to the target alone. Print the derivation itself instead."
        )
    if len(layers) >= len(_INDICES):
        raise InvalidArgumentError(
            f"textbook: {len(layers)} layers are more than there are letters for. Print the "
            "derivation itself instead."
        )
    return Told(list(_Textbook(derivation, layers, sign).document()))


class _Textbook:
    def __init__(self, derivation: Derivation, layers: Sequence[DenseLayer], sign: int) -> None:
        self._derivation = derivation
        self._account = derivation.account
        self._names = derivation.names
        self._layers = layers
        self._sign = sign
        self._target = self._names.symbol(self._account.target)

    def document(self) -> Iterator[Block]:
        source = self._names.symbol(self._account.source)
        yield Heading(["Backpropagation to ", source, ", layer by layer"], 1)
        yield from self._convention()
        yield from self._network()
        last = len(self._layers) - 1
        for depth, layer in enumerate(reversed(self._layers)):
            name = "Output layer" if depth == 0 else f"Layer {last - depth + 1} of {last + 1}"
            yield Heading([name])
            yield from self._output_delta(layer) if depth == 0 else self._hidden_delta(depth)
            yield from self._gradients_of(layer, depth)

    # What is told before.

    def _convention(self) -> Iterator[Block]:
        delta, weighted = Symbol("δ", "j"), Symbol("z", "j")
        derivative: Expression = Partial(self._target, weighted)
        step = "subtracts" if self._sign > 0 else "adds"
        preposition = "from" if self._sign > 0 else "to"
        yield Paragraph(
            [
                "The δ of a unit is ",
                delta,
                " = ",
                derivative if self._sign > 0 else Negative(derivative),
                ", where ",
                weighted,
                f" is what its activation takes. Gradient descent {step} η · ",
                Binary("*", delta, Symbol("o", "i")),
                f" {preposition} the weight ",
                Symbol("w", "ij"),
                "; η is the learning rate.",
            ]
        )

    def _network(self) -> Iterator[Block]:
        rows = self._layers[0].weighted.node.shape[0]
        if rows > 1:
            yield Paragraph([f"There are {rows} samples, one in each row; their gradients add up."])
        for number, layer in enumerate(self._layers, 1):
            before, after = self._indices(len(self._layers) - number)
            product = _sum_over(
                before, Binary("*", self._unit(number - 1, before), Symbol("w", before + after))
            )
            total = product if layer.bias is None else Binary("+", product, Symbol("b", after))
            weighted = Symbol("z", after)
            note, kernel = f"layer {number}", self._name_of(layer.kernel)
            if kernel != "w":
                note += f", where w is {kernel}"
            yield Equation(weighted, [total, _numbers(layer.weighted.node)], note)
            if layer.slope is not None:
                activation = self._activation(layer, weighted)
                yield Equation(Symbol("o", after), [activation, _numbers(layer.output.node)])

    # δ.

    def _output_delta(self, layer: DenseLayer) -> Iterator[Block]:
        _, after = self._indices(0)
        delta = Symbol("δ", after)
        output = Symbol("o", after)
        if layer.slope is None:
            derivative: Expression = Partial(self._target, Symbol("z", after))
            yield Equation(delta, [self._signed(derivative), self._delta(layer)])
            return
        error = self._error(layer, output, after)
        yield Equation(Partial(self._target, output), [*error, _numbers(layer.output.grad)])
        outer = error[0] if error else Partial(self._target, output)
        yield from self._product(layer, after, self._signed(outer))

    def _hidden_delta(self, depth: int) -> Iterator[Block]:
        layer = self._layers[-1 - depth]
        _, own = self._indices(depth)
        _, following = self._indices(depth - 1)
        weight = Symbol("w", own + following)
        arriving = _sum_over(following, Binary("*", Symbol("δ", following), weight))
        total = Values(excerpt(self._sign * _array(layer.output.grad)).entries)
        yield Equation(arriving, [total], "what comes back from the layer after it")
        yield from self._one_by_one(depth)
        if layer.slope is None:
            yield Equation(Symbol("δ", own), [arriving, self._delta(layer)])
        else:
            yield from self._product(layer, own, arriving)

    def _one_by_one(self, depth: int) -> Iterator[Block]:
        """For a single sample, the sums of a few units with their numbers."""
        layer, following = self._layers[-1 - depth], self._layers[-depth]
        delta, kernel = self._sign * _array(following.weighted.grad), _array(following.kernel)
        if delta.shape[0] != 1 or kernel.shape[1] > _TOLD_ONE_BY_ONE // 2:
            return
        back = self._sign * _array(layer.output.grad)
        units = range(kernel.shape[0])
        index = self._derivation.index
        if index is not None and layer is self._layers[0]:
            units = range(index[-1], index[-1] + 1)
        for unit in units[:_TOLD_ONE_BY_ONE]:
            names = [
                Binary("*", Symbol("δ", str(k + 1)), Symbol("w", _pair(unit, k)))
                for k in range(kernel.shape[1])
            ]
            numbers = [
                Binary("*", _number(delta[0, k]), _number(kernel[unit, k]))
                for k in range(kernel.shape[1])
            ]
            yield Equation(added(names), [added(numbers), excerpt(back[0, unit])])

    def _product(self, layer: DenseLayer, index: str, arriving: Expression) -> Iterator[Block]:
        """δ as the slope of the activation times what arrives."""
        slope = layer.slope
        assert slope is not None
        delta = Symbol("δ", index)
        if slope.local is None or slope.local_rule is None:
            yield Equation(delta, [self._whole_rule(layer, index), self._delta(layer)])
            return
        factor = self._with_units(layer, slope.local_rule, index)
        output, weighted = Symbol("o", index), Symbol("z", index)
        yield Equation(Partial(output, weighted), [factor, _numbers(slope.local)])
        yield Equation(delta, [Binary("*", factor, arriving), self._delta(layer)])

    # Gradients.

    def _gradients_of(self, layer: DenseLayer, depth: int) -> Iterator[Block]:
        """∂L/∂w_ij = δ_j o_i, and ∂L/∂b_j = δ_j if that was asked for."""
        before, after = self._indices(depth)
        number = len(self._layers) - 1 - depth
        if layer.gradient is not None:
            weight = Symbol("w", before + after)
            product = Binary("*", Symbol("δ", after), self._unit(number, before))
            yield self._gradient_by(weight, product, layer.gradient)
            yield from self._elements(layer, number)
        if layer.bias is self._account.source and self._account.gradient is not None:
            bias = Symbol("b", after)
            yield self._gradient_by(bias, Symbol("δ", after), self._account.gradient)

    def _gradient_by(self, weight: Symbol, product: Expression, gradient: Node) -> Block:
        several = self._layers[0].weighted.node.shape[0] > 1
        whole = self._signed(Call("sum", (product,)) if several else product)
        note = "summed over the samples" if several else ""
        return Equation(Partial(self._target, weight), [whole, _numbers(gradient)], note)

    def _elements(self, layer: DenseLayer, number: int) -> Iterator[Block]:
        """Single weights: ∂L/∂w₁₂ = δ₂ x₁, with the numbers."""
        assert layer.gradient is not None
        gradient, index = _array(layer.gradient), self._derivation.index
        followed = index is not None and layer.kernel is self._account.source
        places = list(itertools.product(*map(range, gradient.shape)))
        if followed and index is not None:
            places = [index]
        elif index is not None or gradient.size > _TOLD_ONE_BY_ONE:
            return
        delta, units = self._sign * _array(layer.weighted.grad), _array(layer.inputs)
        base, samples = self._unit(number, "").base, delta.shape[0]
        for place in places:
            i, j = place
            symbols = Binary("*", Symbol("δ", str(j + 1)), Symbol(base, str(i + 1)))
            numbers = [
                Binary("*", _number(delta[sample, j]), _number(units[sample, i]))
                for sample in range(min(samples, _MOST_SAMPLES))
            ]
            left = Partial(self._target, Symbol("w", _pair(i, j)))
            sides: list[Side] = [excerpt(gradient[i, j])]
            if samples == 1:
                sides.insert(0, self._signed(symbols))
            if samples <= _MOST_SAMPLES:
                sides.insert(-1, self._signed(added(numbers)))
            yield Equation(left, sides)

    # Names and numbers.

    def _indices(self, depth: int) -> tuple[str, str]:
        """The letters of a layer's inputs and of its units, `depth` layers before the last."""
        return _INDICES[depth + 1], _INDICES[depth]

    def _unit(self, number: int, index: str) -> Symbol:
        """What layer `number` gives; 0 stands for what the first one takes."""
        is_given = number == 0 and self._layers[0].inputs.op in ("data", "constant")
        return Symbol("x" if is_given else "o", index)

    def _name_of(self, node: Node) -> str:
        symbol = self._names.symbol(node)
        return self._names.variables.get(symbol, symbol.base + symbol.index)

    def _activation(self, layer: DenseLayer, weighted: Symbol) -> Expression:
        formula = layer.output.formula
        assert formula is not None
        return substitute(parse(formula.forward), {formula.inputs[0]: weighted})

    def _with_units(self, layer: DenseLayer, rule: Expression, index: str) -> Expression:
        formula = layer.output.formula
        assert formula is not None
        meanings = {"o": Symbol("o", index), formula.inputs[0]: Symbol("z", index)}
        return simplify(substitute(rule, meanings))

    def _whole_rule(self, layer: DenseLayer, index: str) -> Expression:
        slope = layer.slope
        if slope is None or slope.rule is None:
            return Partial(self._target, Symbol("z", index))
        outer = self._signed(Partial(self._target, Symbol("o", index)))
        return substitute(self._with_units(layer, slope.rule, index), {"g": outer})

    def _error(self, layer: DenseLayer, output: Symbol, index: str) -> list[Expression]:
        """∂L/∂o where it is known to be that of a squared error."""
        found = squared_error_factor(layer.output, self._account)
        if found is None:
            return []
        factor, wanted = found
        name = self._names[wanted]
        base = name.base if isinstance(name, Symbol) and not name.index else "t"
        difference = Binary("-", output, Symbol(base, index))
        return [simplify(Binary("*", _number(factor), difference))]

    def _signed(self, expression: Expression) -> Expression:
        if self._sign > 0:
            return expression
        if isinstance(expression, Binary) and expression.operator == "-":
            return Binary("-", expression.right, expression.left)
        return Negative(expression)

    def _delta(self, layer: DenseLayer) -> Values:
        return excerpt(self._sign * _array(layer.weighted.grad))


def _pair(i: int, j: int) -> str:
    """Two positions as an index, counted from 1; apart if they have several digits."""
    return f"{i + 1}{j + 1}" if i < 9 and j < 9 else f"{i + 1},{j + 1}"


def _array(node: Node) -> Array:
    assert node.value is not None
    return node.value


def _numbers(node: Node) -> Values:
    return excerpt(_array(node))


def _number(value: float | np.floating) -> Number:
    return Number(float(f"{float(value):.5g}"))


def _sum_over(index: str, term: Expression) -> Expression:
    return Call("sum_over", (Name(index), term))
