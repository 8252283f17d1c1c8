"""Small faults in functions: what a slip of the pen makes of a rule, one change at a time.

The source of a function is parsed, changed in one place, and compiled. Nothing is written to disk:
while a mutant is installed, the function that is there runs the changed code.
"""

from __future__ import annotations
import __future__

import ast
import copy
import difflib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from glassbrook.graph import build
from glassbrook.graph.node import Node

# What a mutated function calls by this name, to spoil a value that is only known when it runs.
SPOIL = "_spoil"

_TWINS = {
    "add": "sub",
    "sub": "add",
    "mul": "div",
    "div": "mul",
    "sin": "cos",
    "cos": "sin",
    "sinh": "cosh",
    "cosh": "sinh",
    "sqrt": "rsqrt",
    "rsqrt": "sqrt",
    "log": "log1p",
    "log1p": "log",
    "exp": "expm1",
    "greater": "greater_equal",
    "greater_equal": "greater",
    "less": "less_equal",
    "less_equal": "less",
    "equal": "not_equal",
    "bessel_i0e": "bessel_i1e",
    "bessel_i1e": "bessel_i0e",
    "digamma": "lgamma",
    "lgamma": "digamma",
    "ones": "zeros",
    "zeros": "ones",
}
_LEFT_OUT = frozenset(
    "neg abs sign exp log log1p rsqrt sqrt square reciprocal sin cos sinh cosh sigmoid digamma "
    "lgamma bessel_i0e bessel_i1e sum cumsum cumprod transpose reshape broadcast_to cast".split()
)
# Where the two operands are that cannot change places.
_OPERANDS = {
    **dict.fromkeys("sub div pow floordiv matmul polygamma zeta igamma_slope".split(), (0, 1)),
    **dict.fromkeys("greater greater_equal less less_equal".split(), (0, 1)),
    "select": (1, 2),
}

_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


@dataclass(frozen=True)
class Mutant:
    """A function with one fault.

    Attributes:
        function: the function that gets the fault.
        name: the module and the function.
        what: the kind of fault.
        source: the function's source with the fault.
        original: the source without it, written the same way.
        code: the compiled function.
    """

    function: FunctionType
    name: str
    what: str
    source: str
    original: str
    code: CodeType

    @property
    def diff(self) -> str:
        """The lines that differ."""
        lines = difflib.unified_diff(
            self.original.splitlines(), self.source.splitlines(), lineterm="", n=0
        )
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))

    @property
    def line(self) -> str:
        """The changed line."""
        return next(
            (each[1:].strip() for each in self.diff.splitlines() if each.startswith("+")), ""
        )

    @contextmanager
    def installed(self) -> Iterator[None]:
        """While this is entered, the function has the fault."""
        before = self.function.__code__
        names = self.function.__globals__
        names[SPOIL] = spoil
        self.function.__code__ = self.code
        try:
            yield
        finally:
            self.function.__code__ = before
            del names[SPOIL]


def spoil(value: Any, how: str) -> Any:
    """A value with a fault: a node, a function that makes one, a number, a tuple."""
    if callable(value):
        return lambda *args: spoil(value(*args), how)
    if isinstance(value, list) or (isinstance(value, tuple) and how != "moved"):
        return type(value)(spoil(each, how) for each in value)
    if isinstance(value, Node):
        if value.op == "bundle":
            inputs = tuple(spoil(each, how) for each in value.inputs)
            return Node("bundle", inputs, value.attrs, value.shape, value.dtype)
        if not value.dtype.is_floating:
            return value
        spoilt.append(how)
        return build.neg(value) if how == "negated" else build.add(value, value)
    return _moved(value) if how == "moved" else value


spoilt: list[str] = []
"""Every fault that `spoil` made. Where it finds nothing to spoil, there is no mutant."""


def _moved(value: Any) -> Any:
    """A number, a truth value or a tuple of them, changed."""
    if isinstance(value, bool):
        spoilt.append("turned")
        return not value
    if isinstance(value, int):
        spoilt.append("moved")
        return 0 if value else 1
    if isinstance(value, tuple) and value:
        spoilt.append("reversed")
        return value[::-1] if value != value[::-1] else tuple(_moved(each) for each in value)
    return value


def mutants(function: FunctionType) -> list[Mutant]:
    """All faulty variants of a function."""
    tree = _parsed(function)
    original = ast.unparse(tree)
    name = f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}"
    found: dict[str, Mutant] = {}
    for what, changed in _changes(tree):
        source = ast.unparse(ast.fix_missing_locations(changed))
        if source == original or source in found:
            continue
        try:
            code = _compiled(source, function)
        except SyntaxError:
            continue
        found[source] = Mutant(function, name, what, source, original, code)
    return list(found.values())


def _parsed(function: FunctionType) -> ast.FunctionDef:
    module = ast.parse(textwrap.dedent(inspect.getsource(function)))
    (tree,) = module.body
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list = []
    first = tree.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        tree.body = tree.body[1:]
    return tree


def _compiled(source: str, function: FunctionType) -> CodeType:
    # As the module does, leave types unevaluated: the names in them need not be known.
    flags = __future__.annotations.compiler_flag
    code = compile(source, f"<mutant of {function.__qualname__}>", "exec", flags)
    (inner,) = (each for each in code.co_consts if isinstance(each, CodeType))
    return inner


Change = tuple[str, ast.FunctionDef]


def _changes(tree: ast.FunctionDef) -> Iterator[Change]:
    """Copies of a function with one change each."""
    names = _Names(tree)
    for place, node in enumerate(_walked(tree)):
        for what, change in _faults(node, names):
            changed = copy.deepcopy(tree)
            target = _walked(changed)[place]
            yield what, _replaced(changed, target, change(target))


def _walked(tree: ast.AST) -> list[ast.AST]:
    """The nodes of the body; types are left alone."""
    found: list[ast.AST] = []
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns") or isinstance(value, ast.arguments):
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                found += [each, *_walked(each)]
    return found


def _replaced(tree: ast.FunctionDef, target: ast.AST, new: ast.AST) -> ast.FunctionDef:
    class Replacement(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return new if node is target else self.generic_visit(node)

    return Replacement().visit(tree)


class _Names:
    """The nodes that a rule has names for: the result, its gradient, its inputs."""

    def __init__(self, tree: ast.FunctionDef) -> None:
        self.inputs: list[str] = []
        for each in ast.walk(tree):
            if (
                isinstance(each, ast.Assign)
                and ast.unparse(each.value) == "node.inputs"
                and isinstance(each.targets[0], ast.Tuple)
            ):
                elements = each.targets[0].elts
                self.inputs = [
                    name.id for name in elements if isinstance(name, ast.Name) and name.id != "_"
                ]
        # Elsewhere there is nothing to find: such a fault ends in an error at once.
        self.fixed = {
            id(each.value)
            for each in ast.walk(tree)
            if isinstance(each, ast.Attribute) and each.attr in ("attrs", "inputs")
        }
        self.indices = {
            id(each.slice) for each in ast.walk(tree) if isinstance(each, ast.Subscript)
        }
        # A constant takes nothing but the dtype from its example, and that is the same for all.
        self.fixed |= {
            id(each.args[-1])
            for each in ast.walk(tree)
            if isinstance(each, ast.Call)
            and ast.unparse(each.func) in ("constant_like", "build.constant_like", "_zero")
        }
        # `strict=True` of zip() is there for our own mistakes.
        self.fixed |= {
            id(each.value)
            for each in ast.walk(tree)
            if isinstance(each, ast.keyword) and each.arg == "strict"
        }
        parameters = [each.arg for each in tree.args.args]
        self.is_rule = parameters == ["node", "grad"]
        known = [*self.inputs, *(["node"] if self.is_rule else ())]
        if not self.is_rule:
            known = [each for each in parameters if each in ("a", "x", "y", "folded", "node")]
        self.others = {each: [other for other in known if other != each] for each in known}
        if self.is_rule:
            self.others["grad"] = ["node"]


Fault = tuple[str, Callable[[Any], ast.AST]]


def _faults(node: ast.AST, names: _Names) -> Iterator[Fault]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="build"))):
            yield from _of_calls(node)
        case ast.Return(value=ast.expr()):
            yield from _of_returns(node, names)
        case ast.Name(ctx=ast.Load()) if id(node) not in names.fixed:
            for other in names.others.get(node.id, ()):
                yield f"{other} for {node.id}", lambda _, other=other: ast.Name(other, ast.Load())
        case ast.Constant() if id(node) not in names.fixed:
            yield from _of_constants(node, is_index=id(node) in names.indices)
        case ast.Subscript(
            value=ast.Attribute(attr="attrs") | ast.Name(id="attrs"), ctx=ast.Load()
        ):
            yield "other attribute", lambda each: _spoilt(each, "moved")
        case ast.BinOp() if type(node.op) in _OPERATORS:
            yield "other operator", _with_operator
        case ast.BoolOp():
            yield "other operator", _with_operator
        case ast.Compare() if type(node.ops[0]) in _OPERATORS:
            yield "other comparison", _with_comparison
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield "operator left out", lambda each: each.operand
        case ast.Starred() | ast.FunctionDef():
            pass
        # A comparison is turned by itself.
        case ast.If() | ast.IfExp() if not isinstance(node.test, ast.Compare | ast.UnaryOp):
            yield "other condition", _with_condition_turned
        case ast.comprehension() if node.ifs:
            yield "condition left out", _without_condition
        case ast.AugAssign() | ast.Expr(value=ast.Call()) | ast.Continue():
            yield "statement left out", lambda _: ast.Pass()


def _of_calls(node: ast.Call) -> Iterator[Fault]:
    assert isinstance(node.func, ast.Attribute)
    op = node.func.attr
    if op in _TWINS:
        yield f"{_TWINS[op]} for {op}", lambda call: _renamed(call, _TWINS[op])
    if op in _LEFT_OUT:
        yield f"{op} left out", lambda call: call.args[0]
    if op in _OPERANDS:
        yield "operands swapped", lambda call: _swapped(call, *_OPERANDS[op])
    if op in ("add", "sub", "mul", "div"):
        yield "right operand left out", lambda call: call.args[0]
        yield "left operand left out", lambda call: call.args[1]
    if op == "matmul":
        flags = [ast.Constant(value=False), ast.Constant(value=False)]
        given = [*node.args[2:], *flags][:2]
        for place in range(2):
            turned = list(given)
            assert isinstance(turned[place], ast.Constant)
            turned[place] = ast.Constant(value=not turned[place].value)
            yield (
                "other transpose",
                lambda call, turned=turned: ast.Call(call.func, [*call.args[:2], *turned], []),
            )


def _renamed(call: ast.Call, op: str) -> ast.Call:
    function = ast.Attribute(ast.Name("build", ast.Load()), op, ast.Load())
    return ast.Call(function, call.args, call.keywords)


def _swapped(call: ast.Call, first: int, second: int) -> ast.Call:
    arguments = list(call.args)
    arguments[first], arguments[second] = arguments[second], arguments[first]
    return ast.Call(call.func, arguments, call.keywords)


def _spoilt(value: ast.expr, how: str) -> ast.Call:
    return ast.Call(ast.Name(SPOIL, ast.Load()), [value, ast.Constant(how)], [])


def _of_returns(node: ast.Return, names: _Names) -> Iterator[Fault]:
    value = node.value
    if isinstance(value, ast.Tuple):
        for place, element in enumerate(value.elts):
            if isinstance(element, ast.Starred) or ast.unparse(element) == "None":
                continue
            for how in ("negated", "doubled"):
                yield how, lambda each, how=how, place=place: _with_spoilt(each, place, how)
            yield "gradient left out", lambda each, place=place: _with_none(each, place)
        if len(value.elts) > 1 and len({ast.unparse(each) for each in value.elts}) > 1:
            yield "outputs swapped", lambda each: ast.Return(ast.Tuple(each.value.elts[::-1]))
    elif value is not None:
        for how in ("negated", "doubled"):
            yield how, lambda each, how=how: ast.Return(_spoilt(each.value, how))


def _with_spoilt(node: ast.Return, place: int, how: str) -> ast.Return:
    assert isinstance(node.value, ast.Tuple)
    elements = list(node.value.elts)
    elements[place] = _spoilt(elements[place], how)
    return ast.Return(ast.Tuple(elements, ast.Load()))


def _with_none(node: ast.Return, place: int) -> ast.Return:
    assert isinstance(node.value, ast.Tuple)
    elements = list(node.value.elts)
    elements[place] = ast.Constant(None)
    return ast.Return(ast.Tuple(elements, ast.Load()))


def _of_constants(node: ast.Constant, is_index: bool) -> Iterator[Fault]:
    value = node.value
    if isinstance(value, bool):
        yield "other truth value", lambda _: ast.Constant(not value)
    elif isinstance(value, int | float):
        yield "other number", lambda _: ast.Constant(value + 1)
        # Of two elements, number -1 is number 1.
        if value and not is_index:
            yield "other sign", lambda _: ast.Constant(-value)


def _with_operator(node: Any) -> ast.AST:
    node.op = _OPERATORS[type(node.op)]()
    return node


def _with_comparison(node: Any) -> ast.AST:
    node.ops = [_OPERATORS[type(node.ops[0])](), *node.ops[1:]]
    return node


def _with_condition_turned(node: Any) -> ast.AST:
    node.test = ast.UnaryOp(ast.Not(), node.test)
    return node


def _without_condition(node: Any) -> ast.AST:
    node.ifs = node.ifs[1:]
    return node
