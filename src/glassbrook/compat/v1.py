"""``tf.compat.v1``: what scripts still use of TensorFlow 1.

What asks for eager execution is accepted, since there is nothing else here. Placeholders, sessions
that run something and the optimizers of that time are refused, with a word on what to write
instead. Every other name is TensorFlow 2's.
"""

from __future__ import annotations

import importlib
import logging as _logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Self

from glassbrook.errors import UnimplementedError
from glassbrook.ops.control import no_op
from glassbrook.ops.properties import cast
from glassbrook.random import set_seed

__all__ = [
    "ConfigProto",
    "GPUOptions",
    "InteractiveSession",
    "Session",
    "enable_eager_execution",
    "enable_resource_variables",
    "enable_v2_behavior",
    "enable_v2_tensorshape",
    "executing_eagerly_outside_functions",
    "global_variables_initializer",
    "local_variables_initializer",
    "logging",
    "reset_default_graph",
    "set_random_seed",
    "tables_initializer",
    "to_float",
    "to_int32",
]

_REFUSED = {
    "disable_eager_execution": "code runs eagerly; leave the call out",
    "disable_v2_behavior": "code runs eagerly; write it for TensorFlow 2, without sessions",
    "placeholder": "pass values as arguments of a function, or use tf.keras.Input",
    "placeholder_with_default": "pass values as arguments of a function, or use tf.keras.Input",
    "get_variable": "use tf.Variable, and keep it in an object",
    "variable_scope": "use tf.name_scope, or a tf.Module for each part",
    "get_default_session": "there are no sessions: values are computed when they are looked at",
    "get_default_graph": "there is no default graph: tf.function traces functions",
    "global_variables": "ask the model or the tf.Module for its variables",
    "trainable_variables": "ask the model or the tf.Module for its trainable_variables",
    "gradients": "use tf.GradientTape",
    "layers": "use tf.keras.layers",
    "estimator": "use tf.keras.Model",
}


def __getattr__(name: str) -> Any:
    if name in _REFUSED:
        return _refusal(name)
    # A name of the package above this one, found when it is asked for: this module is part of it.
    return getattr(importlib.import_module("glassbrook"), name)


def _refusal(name: str) -> Callable[..., Any]:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise UnimplementedError(
            f"tf.compat.v1.{name} belongs to TensorFlow 1, and does not exist: {_REFUSED[name]}."
        )

    refuse.__name__ = name
    return refuse


def enable_eager_execution(*args: Any, **kwargs: Any) -> None:
    """Accepted: code runs eagerly in any case."""


enable_v2_behavior = enable_v2_tensorshape = enable_resource_variables = enable_eager_execution
reset_default_graph = enable_eager_execution
global_variables_initializer = local_variables_initializer = tables_initializer = no_op
set_random_seed = set_seed


def executing_eagerly_outside_functions() -> bool:
    """Always true."""
    return True


def to_float(x: Any, name: str | None = None) -> Any:
    """The same numbers as float32."""
    return cast(x, "float32")


def to_int32(x: Any, name: str | None = None) -> Any:
    """The same numbers as int32."""
    return cast(x, "int32")


class logging:  # noqa: N801  (TensorFlow's name)
    """Messages of the framework, through Python's logging.

    Example:
        >>> import glassbrook as tf
        >>> tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
        >>> tf.compat.v1.logging.get_verbosity()
        40
    """

    DEBUG = _logging.DEBUG
    INFO = _logging.INFO
    WARN = _logging.WARNING
    ERROR = _logging.ERROR
    FATAL = _logging.FATAL

    _logger = _logging.getLogger("glassbrook")
    debug = _logger.debug
    info = _logger.info
    warn = warning = _logger.warning
    error = _logger.error
    fatal = _logger.critical
    log = _logger.log

    @staticmethod
    def set_verbosity(v: Any) -> None:
        """Show messages from this level on."""
        logging._logger.setLevel(v)

    @staticmethod
    def get_verbosity() -> int:
        """The level from which on messages are shown."""
        return logging._logger.getEffectiveLevel()


class GPUOptions(SimpleNamespace):
    """Settings of a GPU: kept, without effect."""


class ConfigProto(SimpleNamespace):
    """Settings of a session: kept, without effect.

    Example:
        >>> import glassbrook as tf
        >>> config = tf.compat.v1.ConfigProto()
        >>> config.gpu_options.allow_growth = True
        >>> session = tf.compat.v1.Session(config=config)
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**({"gpu_options": GPUOptions()} | settings))


class Session:
    """What old scripts make to set up a GPU; it runs nothing.

    Raises:
        UnimplementedError: something is to be run.
    """

    def __init__(self, target: str = "", graph: Any = None, config: Any = None) -> None:
        self.config = config

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def run(self, fetches: Any, feed_dict: Any = None, **unused: Any) -> Any:
        """Refuse to run: values are there without a session, or `None` needs no running."""
        if fetches is None and not feed_dict:
            return None  # an initializer, which has nothing left to do
        raise UnimplementedError(
            "Session.run belongs to TensorFlow 1: values are computed when they are looked at. "
            "Write tensor.numpy(), and call a function in place of feeding placeholders."
        )

    def close(self) -> None:
        """Do nothing: there is nothing to close."""


InteractiveSession = Session
