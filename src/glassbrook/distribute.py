"""``tf.distribute``: strategies, all of which compute one replica on this machine's CPU."""

from __future__ import annotations

import enum
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple, Self

from glassbrook.errors import InvalidArgumentError, UnimplementedError, UsageError, shortened
from glassbrook.ops.reduce import reduce_mean, reduce_sum
from glassbrook.tensor import nest

__all__ = [
    "InputContext",
    "MirroredStrategy",
    "MultiWorkerMirroredStrategy",
    "OneDeviceStrategy",
    "ReduceOp",
    "ReplicaContext",
    "Strategy",
    "cluster_resolver",
    "experimental",
    "get_replica_context",
    "get_strategy",
    "has_strategy",
    "in_cross_replica_context",
]


class ReduceOp(enum.Enum):
    """How the values of replicas become one."""

    SUM = "SUM"
    MEAN = "MEAN"


def _reduce_op(value: Any) -> ReduceOp:
    try:
        return value if isinstance(value, ReduceOp) else ReduceOp(str(value).upper())
    except ValueError:
        raise InvalidArgumentError(
            f"distribute: the reduction must be 'SUM' or 'MEAN', not {value!r}."
        ) from None


class InputContext(NamedTuple):
    """What a function that makes a dataset is told: it makes it for the only pipeline."""

    num_input_pipelines: int = 1
    input_pipeline_id: int = 0
    num_replicas_in_sync: int = 1

    def get_per_replica_batch_size(self, global_batch_size: int) -> int:
        """The batch size of each replica: all of it."""
        return global_batch_size


class _Scopes(threading.local):
    def __init__(self) -> None:
        self.strategies: list[Strategy] = []
        self.replicas: list[Strategy] = []


_scopes = _Scopes()


class _Entered:
    """While this is entered, a strategy is the current one."""

    def __init__(self, strategy: Strategy, stack: str) -> None:
        self._strategy = strategy
        self._stack: list[Strategy] = getattr(_scopes, stack)

    def __enter__(self) -> Strategy:
        self._stack.append(self._strategy)
        return self._strategy

    def __exit__(self, *exception: object) -> None:
        self._stack.pop()


class Strategy:
    """One replica: what is written for many runs as it is, on this machine's CPU.

    Example:
        >>> import glassbrook as tf
        >>> strategy = tf.distribute.MirroredStrategy()
        >>> with strategy.scope():
        ...     v = tf.Variable(2.0)
        >>> result = strategy.run(lambda x: v * x, args=(tf.constant(3.0),))
        >>> print(strategy.reduce("SUM", result, axis=None))
        tf.Tensor(6.0, shape=(), dtype=float32)
    """

    _devices: Sequence[str] = ("/job:localhost/replica:0/task:0/device:CPU:0",)

    def __init__(self, extended: Any = None) -> None:
        self.cluster_resolver = None
        self.extended = SimpleNamespace(
            worker_devices=tuple(self._devices), parameter_devices=tuple(self._devices)
        )

    @property
    def num_replicas_in_sync(self) -> int:
        """Always 1."""
        return 1

    def scope(self) -> Any:
        """While this is entered, the strategy is what `tf.distribute.get_strategy` gives."""
        return _Entered(self, "strategies")

    def run(
        self,
        fn: Callable[..., Any],
        args: Iterable[Any] = (),
        kwargs: dict[str, Any] | None = None,
        options: Any = None,
    ) -> Any:
        """What the function returns, which is called once, for the only replica."""
        if not callable(fn):
            raise UsageError(
                f"strategy.run: expected a function, got {shortened(fn)}: strategy.run(step, "
                "args=(batch,))."
            )
        with _Entered(self, "strategies"), _Entered(self, "replicas"):
            return fn(*args, **(kwargs or {}))

    experimental_run_v2 = run

    def reduce(self, reduce_op: Any, value: Any, axis: Any) -> Any:
        """The values of all replicas as one: the value itself, folded along an axis if asked.

        Args:
            reduce_op: ``"SUM"`` or ``"MEAN"``.
            value: what `run` returned.
            axis: an axis to fold as well, or `None`.

        Raises:
            InvalidArgumentError: there is no such reduction.
        """
        fold = reduce_sum if _reduce_op(reduce_op) is ReduceOp.SUM else reduce_mean
        return value if axis is None else nest.map_structure(lambda x: fold(x, axis), value)

    def gather(self, value: Any, axis: int) -> Any:
        """The values of all replicas one after the other along an axis: the value itself."""
        return value

    def experimental_local_results(self, value: Any) -> tuple[Any, ...]:
        """The values of this machine's replicas."""
        return (value,)

    unwrap = experimental_local_results

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """The dataset, whose batches all go to the only replica."""
        return dataset

    def distribute_datasets_from_function(
        self, dataset_fn: Callable[[InputContext], Any], options: Any = None
    ) -> Any:
        """The dataset that a function makes for the only replica."""
        return dataset_fn(InputContext())

    experimental_distribute_datasets_from_function = distribute_datasets_from_function

    def experimental_distribute_values_from_function(self, value_fn: Callable[..., Any]) -> Any:
        """What a function gives for the only replica."""
        return value_fn(SimpleNamespace(replica_id_in_sync_group=0, num_replicas_in_sync=1))


class OneDeviceStrategy(Strategy):
    """Everything on one device.

    Args:
        device: its name, such as ``"/cpu:0"``.
    """

    def __init__(self, device: str) -> None:
        super().__init__()
        self.device = device


class MirroredStrategy(Strategy):
    """A copy of the variables on each device, of which there is one.

    Args:
        devices: names of devices, or `None` for all.
        cross_device_ops: accepted for TensorFlow's sake, without effect.

    Raises:
        UnimplementedError: more than one device is asked for.
    """

    def __init__(self, devices: Sequence[str] | None = None, cross_device_ops: Any = None) -> None:
        if devices is not None and len(devices) > 1:
            raise UnimplementedError(
                f"MirroredStrategy: {len(devices)} devices were asked for, and there is one, the "
                "CPU, all of whose cores are used anyway. Leave devices out."
            )
        super().__init__()


class MultiWorkerMirroredStrategy(Strategy):
    """Several machines, of which there may be one.

    Args:
        cluster_resolver: accepted for TensorFlow's sake, without effect.
        communication_options: accepted for TensorFlow's sake, without effect.

    Raises:
        UnimplementedError: the environment variable TF_CONFIG describes a cluster.
    """

    def __init__(self, cluster_resolver: Any = None, communication_options: Any = None) -> None:
        if os.environ.get("TF_CONFIG"):
            raise UnimplementedError(
                "MultiWorkerMirroredStrategy: TF_CONFIG describes a cluster, but programs run on "
                "one machine here. Unset it to run as the only worker."
            )
        super().__init__()


class ReplicaContext:
    """What a function that `run` calls may ask of its replica."""

    replica_id_in_sync_group = 0
    num_replicas_in_sync = 1

    def __init__(self, strategy: Strategy) -> None:
        self.strategy = strategy

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:
        """The sum or mean over all replicas: the value itself."""
        _reduce_op(reduce_op)
        return value

    def all_gather(self, value: Any, axis: int, options: Any = None) -> Any:
        """The values of all replicas one after the other: the value itself."""
        return value

    def merge_call(self, merge_fn: Callable[..., Any], args: Any = (), kwargs: Any = None) -> Any:
        """What a function gives for the values of all replicas."""
        return merge_fn(self.strategy, *args, **(kwargs or {}))


_default = Strategy()


def get_strategy() -> Strategy:
    """The strategy whose scope was entered last, or one that changes nothing.

    Example:
        >>> import glassbrook as tf
        >>> tf.distribute.get_strategy().num_replicas_in_sync
        1
    """
    return _scopes.strategies[-1] if _scopes.strategies else _default


def has_strategy() -> bool:
    """Whether a strategy's scope is entered."""
    return bool(_scopes.strategies)


def in_cross_replica_context() -> bool:
    """Whether a strategy's scope is entered, and no function of its `run` is being called."""
    return bool(_scopes.strategies) and not _scopes.replicas


def get_replica_context() -> ReplicaContext | None:
    """The replica that is being computed; `None` in a scope, outside of `run`."""
    return None if in_cross_replica_context() else ReplicaContext(get_strategy())


class cluster_resolver:  # noqa: N801  (TensorFlow's name)
    """Clusters, of which there are none."""

    @staticmethod
    def TPUClusterResolver(tpu: Any = None, **kwargs: Any) -> Any:  # noqa: N802
        """Refuse, as TensorFlow does without a TPU.

        Raises:
            InvalidArgumentError: always.
        """
        raise InvalidArgumentError(
            "TPUClusterResolver: there is no TPU here. tf.distribute.get_strategy() gives what "
            "runs on the CPU."
        )


class experimental:  # noqa: N801  (TensorFlow's name)
    """Names under which older scripts know strategies."""

    MultiWorkerMirroredStrategy = MultiWorkerMirroredStrategy
    CentralStorageStrategy = MirroredStrategy
