"""Branches and loops: closed graphs that run within a graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.engine.interpreter.closed import steps_of
from glassbrook.engine.interpreter.table import Array, evaluates
from glassbrook.graph.node import Node


@evaluates("cond")
def _cond(node: Node, condition: Array, *captured: Array) -> Any:
    branch = node.attrs["true" if condition.reshape(())[()] else "false"]
    return steps_of(branch).results(captured)[0]


@evaluates("while")
def _while(node: Node, *values: Array) -> Any:
    condition, body = steps_of(node.attrs["cond"]), steps_of(node.attrs["body"])
    count = node.attrs["carried"]
    carried, captured = list(values[:count]), values[count:]
    while condition.results([*carried, *captured])[0].reshape(())[()]:
        carried = body.results([*carried, *captured])
    bundle = np.empty((), object)
    bundle[()] = carried
    return bundle


@evaluates("item")
def _item(node: Node, bundle: Array) -> Any:
    return bundle[()][node.attrs["index"]]
