"""`tf.data.Options`: accepted for TensorFlow's sake; nothing here needs to be tuned."""

from __future__ import annotations

import enum
from typing import Any

__all__ = [
    "AutoShardPolicy",
    "AutotuneAlgorithm",
    "AutotuneOptions",
    "DistributeOptions",
    "ExternalStatePolicy",
    "OptimizationOptions",
    "Options",
    "ThreadingOptions",
]


class AutoShardPolicy(enum.IntEnum):
    """How elements are shared between workers; without effect, as there is one."""

    OFF = -1
    AUTO = 0
    FILE = 1
    DATA = 2
    HINT = 3


class AutotuneAlgorithm(enum.Enum):
    """How pipelines tune themselves; without effect."""

    DEFAULT = 0
    HILL_CLIMB = 1
    GRADIENT_DESCENT = 2
    MAX_PARALLELISM = 3
    STAGE_BASED = 4


class ExternalStatePolicy(enum.Enum):
    """What to do with functions that have a state when a pipeline is moved; without effect."""

    WARN = 0
    IGNORE = 1
    FAIL = 2


class _Group:
    """Settings that belong together; each is `None` until it is set."""

    _names: tuple[str, ...] = ()

    def __init__(self) -> None:
        for name in self._names:
            object.__setattr__(self, name, None)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.__dict__:
            known = ", ".join(self.__dict__)
            raise AttributeError(
                f"Cannot set the property {name} on {type(self).__name__}. Known: {known}."
            )
        object.__setattr__(self, name, value)


class AutotuneOptions(_Group):
    """How pipelines tune themselves; kept and shown, without effect."""

    _names = (
        "autotune_algorithm",
        "cpu_budget",
        "enabled",
        "initial_parallelism",
        "min_parallelism",
        "ram_budget",
    )


class DistributeOptions(_Group):
    """How pipelines are spread; kept and shown, without effect."""

    _names = ("auto_shard_policy", "num_devices")


class OptimizationOptions(_Group):
    """Which rewrites pipelines may use; kept and shown, without effect."""

    _names = (
        "apply_default_optimizations",
        "filter_fusion",
        "filter_parallelization",
        "inject_prefetch",
        "map_and_batch_fusion",
        "map_and_filter_fusion",
        "map_fusion",
        "map_parallelization",
        "noop_elimination",
        "parallel_batch",
        "seq_interleave_prefetch",
        "shuffle_and_repeat_fusion",
        "warm_start",
    )


class ThreadingOptions(_Group):
    """How many threads pipelines use; kept and shown, without effect."""

    _names = ("max_intra_op_parallelism", "private_threadpool_size")


class Options(_Group):
    """Settings for `Dataset.with_options`; they are kept and shown, and change nothing.

    Example:
        >>> import glassbrook as tf
        >>> options = tf.data.Options()
        >>> options.deterministic = False
        >>> options.threading.private_threadpool_size = 4
        >>> tf.data.Dataset.range(3).with_options(options).options().deterministic
        False
    """

    _names = (
        "dataset_name",
        "deterministic",
        "experimental_deterministic",
        "experimental_external_state_policy",
        "experimental_slack",
        "experimental_symbolic_checkpoint",
        "experimental_warm_start",
        "framework_type",
    )
    autotune: AutotuneOptions
    experimental_distribute: DistributeOptions
    experimental_optimization: OptimizationOptions
    threading: ThreadingOptions

    def __init__(self) -> None:
        super().__init__()
        groups: dict[str, _Group] = {
            "autotune": AutotuneOptions(),
            "experimental_distribute": DistributeOptions(),
            "experimental_optimization": OptimizationOptions(),
            "threading": ThreadingOptions(),
        }
        groups["experimental_threading"] = groups["threading"]
        for name, group in groups.items():
            object.__setattr__(self, name, group)

    def merge(self, options: Options) -> Options:
        """These options, with those that are set in `options` instead."""
        merged = Options()
        for source in (self, options):
            _copy_set(source, merged)
        return merged


def _copy_set(source: _Group, target: _Group) -> None:
    for name, value in vars(source).items():
        if isinstance(value, _Group):
            _copy_set(value, getattr(target, name))
        elif value is not None:
            setattr(target, name, value)
