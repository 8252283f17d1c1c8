"""Settings that a program may change while it runs.

Example:
    >>> import glassbrook as tf
    >>> tf.config.debug
    False
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar

from glassbrook import devices
from glassbrook.devices import (
    LogicalDevice,
    LogicalDeviceConfiguration,
    PhysicalDevice,
    get_logical_device_configuration,
    get_visible_devices,
    list_logical_devices,
    list_physical_devices,
    set_logical_device_configuration,
    set_visible_devices,
)
from glassbrook.errors import InvalidArgumentError

__all__ = [
    "LogicalDevice",
    "LogicalDeviceConfiguration",
    "PhysicalDevice",
    "blas",
    "check_numerics",
    "debug",
    "eager_functions",
    "engine",
    "experimental",
    "experimental_functions_run_eagerly",
    "experimental_run_functions_eagerly",
    "functions_run_eagerly",
    "get_logical_device_configuration",
    "get_soft_device_placement",
    "get_visible_devices",
    "list_logical_devices",
    "list_physical_devices",
    "max_pending_nodes",
    "optimizer",
    "run_functions_eagerly",
    "set_logical_device_configuration",
    "set_soft_device_placement",
    "set_visible_devices",
    "threading",
    "threads",
]


def _usable_cores() -> int:
    """How many cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _threads() -> int:
    text = os.environ.get("GLASSBROOK_THREADS") or str(_usable_cores())
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise InvalidArgumentError(
            f"The environment variable GLASSBROOK_THREADS is {text!r}; it must be a number of "
            "threads, 1 or more. Without it, every core that the process may use is used."
        )
    return int(text)


def _engine() -> str:
    name = os.environ.get("GLASSBROOK_ENGINE") or "auto"
    if name not in ("auto", "interpreter", "compiler"):
        raise InvalidArgumentError(
            f"The environment variable GLASSBROOK_ENGINE is {name!r}; it must be auto, interpreter "
            "or compiler. Without it, what is run often is compiled."
        )
    return name


blas: str = os.environ.get("GLASSBROOK_BLAS") or "auto"
"""The library that multiplies large matrices: "openblas", "mkl" or "accelerate"; "auto" takes the
best one that is installed."""

check_numerics: bool = False
"""Raise an error where the interpreter computes NaN or infinity."""

debug: bool = os.environ.get("GLASSBROOK_DEBUG", "0") not in ("", "0")
"""Check every graph before it runs and every result against its inferred shape and dtype."""

engine: str = _engine()
"""What runs graphs: "interpreter" (NumPy), "compiler" (machine code, from the first time on), or
"auto": what is seen again and again is compiled."""

eager_functions: bool = False
"""Run what `tf.function` decorates as it is written, instead of tracing it."""

max_pending_nodes: int = 5_000
"""How many operations may wait for a value before those in use are computed, unasked."""

threads: int = _threads()
"""How many threads, the caller's included, share the work of one compiled program."""


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Run what `tf.function` decorates as it is written, or go back to tracing it.

    Example:
        >>> import glassbrook as tf
        >>> tf.config.run_functions_eagerly(True)
        >>> tf.config.functions_run_eagerly()
        True
        >>> tf.config.run_functions_eagerly(False)
    """
    global eager_functions
    eager_functions = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """Whether what `tf.function` decorates runs as it is written."""
    return eager_functions


experimental_run_functions_eagerly = run_functions_eagerly
experimental_functions_run_eagerly = functions_run_eagerly

_soft_placement = True


def get_soft_device_placement() -> bool:
    """Whether what names a device that does not exist runs on the CPU: it always does."""
    return _soft_placement


def set_soft_device_placement(enabled: bool) -> None:
    """Accepted for TensorFlow's sake: everything runs on the CPU in any case."""
    global _soft_placement
    _soft_placement = bool(enabled)


class threading:  # noqa: N801  (TensorFlow's name)
    """How many threads compute.

    Example:
        >>> import glassbrook as tf
        >>> tf.config.threading.set_intra_op_parallelism_threads(1)
        >>> tf.config.threads
        1
        >>> tf.config.threading.set_intra_op_parallelism_threads(0)
    """

    _asked: ClassVar[dict[str, int]] = {"intra": 0, "inter": 0}

    @staticmethod
    def get_intra_op_parallelism_threads() -> int:
        """How many threads were asked for; 0 for as many as there are cores."""
        return threading._asked["intra"]

    @staticmethod
    def set_intra_op_parallelism_threads(num_threads: int) -> None:
        """Let programs that are run from now on use so many threads; 0 for one per core."""
        global threads
        threading._asked["intra"] = int(num_threads)
        threads = int(num_threads) or _threads()

    @staticmethod
    def get_inter_op_parallelism_threads() -> int:
        """What was set, which has no effect."""
        return threading._asked["inter"]

    @staticmethod
    def set_inter_op_parallelism_threads(num_threads: int) -> None:
        """Accepted for TensorFlow's sake: operations of one program share the same threads."""
        threading._asked["inter"] = int(num_threads)


class optimizer:  # noqa: N801  (TensorFlow's name)
    """Settings of TensorFlow's graph optimizer and of XLA: remembered, without effect."""

    _jit: ClassVar[Any] = ""
    _options: ClassVar[dict[str, Any]] = {
        "disable_model_pruning": False,
        "disable_meta_optimizer": False,
    }

    @staticmethod
    def get_jit() -> Any:
        """What was set."""
        return optimizer._jit

    @staticmethod
    def set_jit(enabled: Any) -> None:
        """Accepted for TensorFlow's sake: what runs often is compiled in any case."""
        optimizer._jit = {True: "autoclustering", False: ""}.get(enabled, enabled)

    @staticmethod
    def get_experimental_options() -> dict[str, Any]:
        """What was set."""
        return dict(optimizer._options)

    @staticmethod
    def set_experimental_options(options: Mapping[str, Any]) -> None:
        """Accepted for TensorFlow's sake, without effect."""
        optimizer._options = optimizer._options | dict(options)


class experimental:  # noqa: N801  (TensorFlow's name)
    """Names of TensorFlow's that it calls experimental."""

    VirtualDeviceConfiguration = LogicalDeviceConfiguration

    get_device_details = staticmethod(devices.get_device_details)
    get_memory_growth = staticmethod(devices.get_memory_growth)
    get_memory_info = staticmethod(devices.get_memory_info)
    get_virtual_device_configuration = staticmethod(get_logical_device_configuration)
    get_visible_devices = staticmethod(get_visible_devices)
    list_logical_devices = staticmethod(list_logical_devices)
    list_physical_devices = staticmethod(list_physical_devices)
    set_memory_growth = staticmethod(devices.set_memory_growth)
    set_virtual_device_configuration = staticmethod(set_logical_device_configuration)
    set_visible_devices = staticmethod(set_visible_devices)

    _tensor_float_32 = True

    @staticmethod
    def get_memory_usage(device: str) -> int:
        """The bytes of memory that a device uses; of a CPU they are not counted."""
        return devices.get_memory_info(device)["current"]

    @staticmethod
    def reset_memory_stats(device: str) -> None:
        """Accepted for TensorFlow's sake: nothing is counted."""
        devices.get_memory_info(device)

    @staticmethod
    def get_synchronous_execution() -> bool:
        """Always true: who looks at a value gets it."""
        return True

    @staticmethod
    def set_synchronous_execution(enable: bool) -> None:
        """Accepted for TensorFlow's sake, without effect."""

    @staticmethod
    def get_device_policy() -> str:
        """What happens to a tensor of another device: it is taken silently."""
        return "silent"

    @staticmethod
    def set_device_policy(device_policy: str | None) -> None:
        """Accepted for TensorFlow's sake: there is one device."""

    @staticmethod
    def enable_op_determinism() -> None:
        """Accepted for TensorFlow's sake: equal programs give equal results in any case."""

    @staticmethod
    def tensor_float_32_execution_enabled() -> bool:
        """What was set; it has an effect on NVIDIA's GPUs only."""
        return experimental._tensor_float_32

    @staticmethod
    def enable_tensor_float_32_execution(enabled: bool) -> None:
        """Accepted for TensorFlow's sake: products of float32 are computed as float32."""
        experimental._tensor_float_32 = bool(enabled)
