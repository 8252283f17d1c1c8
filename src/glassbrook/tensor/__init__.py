"""Tensors and variables as users hold them, and the tape that differentiates them."""

from glassbrook.tensor import nest
from glassbrook.tensor.convert import as_node, as_nodes_alike
from glassbrook.tensor.custom import custom_gradient, stop_gradient
from glassbrook.tensor.function import Function, function
from glassbrook.tensor.module import Module, name_scope
from glassbrook.tensor.shape import TensorShape
from glassbrook.tensor.spec import TensorSpec
from glassbrook.tensor.tape import GradientTape, UnconnectedGradients
from glassbrook.tensor.tensor import Tensor, TensorValue, constant, convert_to_tensor
from glassbrook.tensor.variable import Variable

__all__ = [
    "Function",
    "GradientTape",
    "Module",
    "Tensor",
    "TensorShape",
    "TensorSpec",
    "TensorValue",
    "UnconnectedGradients",
    "Variable",
    "as_node",
    "as_nodes_alike",
    "constant",
    "convert_to_tensor",
    "custom_gradient",
    "function",
    "name_scope",
    "nest",
    "stop_gradient",
]
