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


@evaluates("scan")
def _scan(node: Node, *values: Array) -> Any:
    body, count, length = node.attrs["body"], node.attrs["carried"], node.attrs["length"]
    last = count + node.attrs["sequences"]
    carried, sequences, captured = list(values[:count]), values[count:last], values[last:]
    stacked = [np.empty((length, *each.shape), each.dtype.numpy) for each in body.outputs[count:]]
    steps = steps_of(body)
    turns = range(length)
    for turn in reversed(turns) if node.attrs["reverse"] else turns:
        found = steps.results([*carried, *(each[turn, ...] for each in sequences), *captured])
        carried = found[:count]
        for target, value in zip(stacked, found[count:]):
            target[turn] = value
    bundle = np.empty((), object)
    bundle[()] = [*carried, *stacked]
    return bundle


@evaluates("item")
def _item(node: Node, bundle: Array) -> Any:
    return bundle[()][node.attrs["index"]]
