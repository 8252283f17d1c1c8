"""Changes that are no faults: the changed function computes the same. Each was looked at.

The key is a function and the line as the change leaves it; the value is the reason.
"""

from __future__ import annotations

__all__ = ["EQUIVALENT"]

_ZERO = "zero stays zero, whatever its sign and however often it is taken"
_SAME_SHAPE = "what is folded has the shape of the result, so either tells the same"
_UNUSED = "stands where it is not chosen; any number with a logarithm or a quotient would do"
_SAME_TYPE = "a result and its gradient have one shape and one dtype"
_STANDS_IN = "only which node it is matters: nobody computes it"

EQUIVALENT: dict[tuple[str, str], str] = {
    ("elementwise._zero", "return _spoil(constant_like(0, like), 'negated')"): _ZERO,
    ("elementwise._zero", "return _spoil(constant_like(0, like), 'doubled')"): _ZERO,
    ("elementwise._pow", "safe_x = build.select(positive, x, constant_like(2, x))"): _UNUSED,
    ("elementwise._pow", "safe_x = build.select(positive, x, constant_like(-1, x))"): _UNUSED,
    (
        "elementwise._sign",
        "return (_spoil(build.zeros(node.shape, node.dtype), 'negated'),)",
    ): _ZERO,
    (
        "elementwise._sign",
        "return (_spoil(build.zeros(node.shape, node.dtype), 'doubled'),)",
    ): _ZERO,
    (
        "elementwise._maximum",
        "return _share(build.greater_equal(x, node), grad)",
    ): "x is at least the larger of both if and only if it is at least y",
    (
        "elementwise._minimum",
        "return _share(build.less_equal(x, node), grad)",
    ): "x is at most the smaller of both if and only if it is at most y",
    (
        "reduce._restore",
        "if folded.shape != kept or folded.shape:",
    ): "a reshape to the shape that is there does nothing",
    ("reduce._restore", "if node.shape != kept and folded.shape:"): _SAME_SHAPE,
    ("reduce._restore", "if folded.shape != kept and node.shape:"): _SAME_SHAPE,
    (
        "reduce._restore",
        "return folded if node.shape == x.shape else build.broadcast_to(folded, x.shape)",
    ): _SAME_SHAPE,
    (
        "reduce._extreme",
        "chosen = build.cast(build.equal(x, _restore(node, node)), node.dtype)",
    ): "the extreme of numbers has their dtype",
    ("reduce._cumprod", "safe_x = build.select(zero, constant_like(2, x), x)"): _UNUSED,
    ("reduce._cumprod", "safe_x = build.select(zero, constant_like(-1, x), x)"): _UNUSED,
    (
        "control._cond",
        "seed = Node('input', (), _input_attrs(len(captured), node), grad.shape, grad.dtype)",
    ): _SAME_TYPE,
    (
        "control._cond",
        "seed = Node('input', (), _input_attrs(len(captured), grad), node.shape, grad.dtype)",
    ): _SAME_TYPE,
    (
        "control._cond",
        "seed = Node('input', (), _input_attrs(len(captured), grad), grad.shape, node.dtype)",
    ): _SAME_TYPE,
    (
        "control._cond",
        "for dtype in {each.dtype for each in captured}:",
    ): "integers have no gradients, so nothing is wanted for their dtype",
    (
        "convolution._unpatches",
        "window = x.shape[1 + len(_spoil(node.attrs['spatial'], 'moved')):-1]",
    ): "only how many sizes there are is asked for",
    (
        "convolution._max_patches",
        "number = build.reshape(build.iota(places, dtypes.int32), (*window, -1))",
    ): "the size that is left to be found out is 1",
    (
        "random._random_gamma",
        "alpha = node.inputs[1]",
    ): "operations on single elements stretch their inputs themselves",
    (
        "special._bessel_i1e",
        "zero = build.equal(node, build.constant_like(0, x))",
    ): "the function is 0 where x is 0, and nowhere else",
    ("special._bessel_i1e", "safe = build.select(zero, build.constant_like(2, x), x)"): _UNUSED,
    ("special._bessel_i1e", "safe = build.select(zero, build.constant_like(-1, x), x)"): _UNUSED,
    (
        "special._bessel_i1e",
        "behind = build.add(build.mul(build.sign(node), node), ratio)",
    ): "the function has the sign of x",
    (
        "special._nextafter",
        "return (grad, _spoil(build.mul(grad, build.constant_like(0, y)), 'negated'))",
    ): _ZERO,
    (
        "special._nextafter",
        "return (grad, _spoil(build.mul(grad, build.constant_like(0, y)), 'doubled'))",
    ): _ZERO,
    (
        "special._nextafter",
        "return (grad, build.mul(node, build.constant_like(0, y)))",
    ): _ZERO,
    (
        "scan.with_residuals",
        "floating = tuple((each for each in outputs))",
    ): "gradients do not go through integers, so their outputs need no values of turns",
    (
        "scan.with_residuals",
        "if found is body:",
    ): "what is kept saves time when a body comes back; it is worked out anew otherwise",
    ("scan._stand_in", "return _spoil(_input(-1, like.shape, like.dtype), 'negated')"): _STANDS_IN,
    ("scan._stand_in", "return _spoil(_input(-1, like.shape, like.dtype), 'doubled')"): _STANDS_IN,
    ("scan._stand_in", "return _input(1, like.shape, like.dtype)"): _STANDS_IN,
    ("scan._stand_in", "return _input(-2, like.shape, like.dtype)"): _STANDS_IN,
    ("scan._stand_in", "return _input(--1, like.shape, like.dtype)"): _STANDS_IN,
    (
        "scan._Backward._zeros",
        "return _spoil([_zeros(inputs[place]) for place in self._plan.accumulated], 'negated')",
    ): _ZERO,
    (
        "scan._Backward._zeros",
        "return _spoil([_zeros(inputs[place]) for place in self._plan.accumulated], 'doubled')",
    ): _ZERO,
    (
        "scan._adds_up",
        "return node.rank == 2 or all((each.rank == 2 for each in node.inputs))",
    ): "a product is a matrix if and only if both factors are",
    (
        "scan._product_over_turns",
        "x_inner = -1 if node.attrs['transpose_x'] else 2",
    ): "it is only compared with 2",
    (
        "scan._product_over_turns",
        "y_inner = 2 if node.attrs['transpose_y'] else -1",
    ): "it is only compared with 2",
    (
        "scan._product_over_turns",
        "rows = y.shape[0] * x.shape[1]",
    ): "both stacks have as many turns",
    (
        "scan._product_over_turns",
        "rows = x.shape[0] * y.shape[1]",
    ): "by then the inner axes of both stand at place 1, and have one size",
    (
        "scan._Backward._residuals",
        "places = {each: place for place, each in enumerate((*self._body.outputs, "
        "*self._new(plan)))}",
    ): "a place further on replaces one before, and each residual has one further on",
}
