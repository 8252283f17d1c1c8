"""Categories without a vocabulary: bins that hashes choose."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.keras import backend
from glassbrook.keras.layers.checks import check_count
from glassbrook.keras.layers.preprocessing.data import DataLayer, encoded, integers
from glassbrook.keras.layers.preprocessing.vocabulary import check_mode
from glassbrook.keras.layers.spec import as_sizes
from glassbrook.keras.registry import register
from glassbrook.ops.arguments import node_value
from glassbrook.ops.hashing import farm_fingerprint, sip_hash
from glassbrook.tensor import convert_to_tensor

__all__ = ["HashedCrossing", "Hashing"]

# What fingerprints of several parts are joined with, as TensorFlow does.
_CROSS_KEY = 0xDECAFCAFFE
_MIX = 0xC6A4A7935BD1E995
_MASK = (1 << 64) - 1


@register("layer")
class Hashing(DataLayer):
    """Words or whole numbers as bins: equal ones fall into the same bin.

    Args:
        num_bins: how many bins there are.
        mask_value: a value that falls into bin 0, alone.
        salt: a number, or a pair of them, that decides which bin a value falls into.
        output_mode: ``"int"`` for the number of the bin, or ``"one_hot"``, ``"multi_hot"`` and
            ``"count"`` as in `CategoryEncoding`.
        sparse: whether vectors come as sparse tensors.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Hashing(num_bins=3)
        >>> layer(tf.constant([["A"], ["B"], ["C"], ["A"]])).numpy().ravel().tolist()
        [1, 0, 1, 1]
    """

    _looks_at_values = True

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        mode = check_mode("Hashing", output_mode, ("int", "one_hot", "multi_hot", "count"))
        given = kwargs.pop("dtype", None)
        self._result = as_dtype(given or ("int64" if mode == "int" else backend.floatx()))
        super().__init__(**kwargs)
        if mode == "int" and self._result not in (dtypes.int32, dtypes.int64):
            raise InvalidArgumentError(
                f"Hashing: with output_mode='int', dtype has to be int32 or int64, not {given!r}."
            )
        self.num_bins = check_count("Hashing", "num_bins", num_bins)
        self.mask_value = mask_value
        self.output_mode = mode
        self.sparse = bool(sparse)
        if sparse and mode == "int":
            raise InvalidArgumentError("Hashing: sparse=True does not go with output_mode='int'.")
        pair = isinstance(salt, list | tuple) and len(salt) == 2
        if salt is not None and not pair and not isinstance(salt, int):
            raise InvalidArgumentError(
                f"Hashing: salt is {salt!r}, expected a whole number or a pair of them."
            )
        self.salt = None if salt is None else list(salt) if pair else [salt, salt]

    @property
    def dtype(self) -> str:
        """The name of the dtype of the bins."""
        return self._result.name

    def call(self, inputs: Any) -> Any:
        """The bins of the inputs, as `output_mode` says."""
        node = convert_to_tensor(inputs).used_node()
        if self.output_mode == "one_hot" and node.rank and node.shape[-1] == 1:
            node = build.reshape(node, node.shape[:-1])
        values = node_value(node)
        if node.dtype.is_floating:
            values = values.astype(np.int64)
        masked = self.mask_value is not None and self.num_bins > 1
        count = self.num_bins - masked
        mask = self.mask_value.encode() if isinstance(self.mask_value, str) else self.mask_value
        found = [
            0 if masked and value == mask else self._bin(value, count) + masked
            for value in values.ravel().tolist()
        ]
        bins = integers(np.array(found, np.int64).reshape(values.shape))
        if self.output_mode == "int":
            return bins if self._result is dtypes.int64 else build_cast(bins, self._result)
        result = encoded(bins.node, self.output_mode, self.num_bins, self._result)
        if self.sparse:
            from glassbrook.sparse import from_dense

            return from_dense(result)
        return result

    def _bin(self, value: Any, count: int) -> int:
        text = value if isinstance(value, bytes) else str(value).encode()
        hashed = farm_fingerprint(text) if self.salt is None else sip_hash(text, self.salt)
        return int(hashed % count)

    def _output_dtype(self) -> DType:
        return self._result

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input, or with a vector in the place of the last axis."""
        sizes = as_sizes(input_shape)
        if self.output_mode == "int":
            return sizes
        if self.output_mode == "one_hot" and len(sizes) > 1 and sizes[-1] != 1:
            return (*sizes, self.num_bins)
        return (*sizes[:-1], self.num_bins)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "dtype": self._result.name,
            "num_bins": self.num_bins,
            "salt": self.salt,
            "mask_value": self.mask_value,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }


def build_cast(bins: Any, dtype: DType) -> Any:
    """A tensor in another dtype."""
    from glassbrook.tensor import Tensor

    return Tensor(build.cast(bins.node, dtype))


@register("layer")
class HashedCrossing(DataLayer):
    """Combinations of features as bins: equal combinations fall into the same bin.

    It is called on a list of inputs, all of shape [batch] or [batch, 1].

    Args:
        num_bins: how many bins there are.
        output_mode: ``"int"`` for the number of the bin, ``"one_hot"`` for a vector.
        sparse: whether vectors come as sparse tensors.
        name: the layer's name.
        dtype: the dtype of the output; int64 for numbers of bins, float32 for vectors.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.HashedCrossing(num_bins=5)
        >>> layer([tf.constant(["A", "B", "A"]), tf.constant([101, 101, 101])]).numpy()
        array([1, 4, 1])
    """

    _looks_at_values = True

    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.num_bins = check_count("HashedCrossing", "num_bins", num_bins)
        self.output_mode = check_mode("HashedCrossing", output_mode, ("int", "one_hot"))
        default = "int64" if self.output_mode == "int" else backend.floatx()
        self._result = as_dtype(dtype or default)
        self.sparse = bool(sparse)

    @property
    def dtype(self) -> str:
        """The name of the dtype of the output."""
        return self._result.name

    def call(self, inputs: Any) -> Any:
        """The bins of the combinations."""
        if not isinstance(inputs, list | tuple) or len(inputs) < 2:
            raise InvalidArgumentError(
                f"Layer {self._title()} takes a list of at least two inputs, got {inputs!r:.80}."
            )
        nodes = [convert_to_tensor(each).used_node() for each in inputs]
        shape = nodes[0].shape
        fits = len(shape) < 2 or (len(shape) == 2 and shape[-1] == 1)
        if not fits or any(node.shape != shape for node in nodes):
            raise ShapeError(
                f"Layer {self._title()} expects inputs of one shape, (), (batch,) or (batch, 1); "
                f"got {[node.shape for node in nodes]}."
            )
        for node in nodes:
            if node.dtype is not dtypes.string and not node.dtype.is_integer:
                raise InvalidArgumentError(
                    f"Layer {self._title()} expects text or whole numbers, got {node.dtype.name}."
                )
        columns = [node_value(node).ravel().tolist() for node in nodes]
        found = [_crossed(parts) % self.num_bins for parts in zip(*columns, strict=True)]
        bins = integers(np.array(found, np.int64).reshape(shape))
        if self.output_mode == "int":
            return bins if self._result is dtypes.int64 else build_cast(bins, self._result)
        return encoded(bins.node, "one_hot", self.num_bins, self._result)

    def _output_dtype(self) -> DType:
        return self._result

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of an input, or with a vector in the place of the last axis."""
        sizes = as_sizes(input_shape[0])
        if self.output_mode == "int":
            return sizes
        return (*(sizes[:-1] if len(sizes) == 2 else sizes), self.num_bins)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {
            "num_bins": self.num_bins,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }


def _crossed(parts: Any) -> int:
    """One hash of several values: their fingerprints, joined one after another."""
    joined = _CROSS_KEY
    for part in parts:
        value = farm_fingerprint(part) if isinstance(part, bytes) else int(part) & _MASK
        joined = _concatenated(joined, value)
    return joined


def _concatenated(first: int, second: int) -> int:
    """One fingerprint of two, as TensorFlow mixes them."""
    mixed = first ^ _MIX ^ (_folded((second * _MIX) & _MASK) * _MIX)
    mixed = (mixed * _MIX) & _MASK
    return _folded((_folded(mixed) * _MIX) & _MASK)


def _folded(value: int) -> int:
    return value ^ (value >> 47)
