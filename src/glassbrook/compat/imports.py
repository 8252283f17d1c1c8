"""Run programs that were written for TensorFlow: their imports find Glassbrook instead.

`install` affects this process only, and only imports of `tensorflow` and `keras`. Nothing of an
installed TensorFlow is loaded or changed.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import runpy
import sys
from collections.abc import Sequence
from types import ModuleType

from glassbrook.errors import NotFoundError

__all__ = ["install", "run_script", "uninstall"]

_ROOTS = {"tensorflow": "glassbrook", "keras": "glassbrook.keras"}

# Some programs reach for the same names through inner packages: tensorflow.python.keras.
_INNER_PACKAGES = ("python", "_api", "v2", "src")


def _translate(name: str) -> str | None:
    """The name of the module here that stands for a TensorFlow or Keras module."""
    root, _, rest = name.partition(".")
    if root not in _ROOTS:
        return None
    for inner in _INNER_PACKAGES:
        if rest == inner or rest.startswith(inner + "."):
            rest = rest[len(inner) + 1 :]
    return f"{_ROOTS[root]}.{rest}" if rest else _ROOTS[root]


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `tensorflow…` and `keras…`: the module is the one of Glassbrook, under two names."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        ours = _translate(name)
        if ours is None:
            return None
        try:
            module = _resolve(ours)
        except ImportError as error:
            raise ModuleNotFoundError(
                f"No module named {name!r} in Glassbrook, which stands in for it: {error}",
                name=name,
            ) from error
        spec = importlib.machinery.ModuleSpec(name, self, is_package=hasattr(module, "__path__"))
        spec.loader_state = module
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """A stand-in; `exec_module` puts the real module into its place."""
        return ModuleType(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Let the name mean the module of Glassbrook, untouched."""
        assert module.__spec__ is not None
        sys.modules[module.__name__] = module.__spec__.loader_state


def _resolve(name: str) -> ModuleType:
    """Import a module by its dotted name; a part may also be an attribute of its parent."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        parent, _, attribute = name.rpartition(".")
        if not parent:
            raise
        found = getattr(_resolve(parent), attribute, None)
        if not isinstance(found, ModuleType):
            raise
        return found


_finder = _Finder()


def install() -> None:
    """Let `import tensorflow` and `import keras` give Glassbrook, from now on in this process.

    Modules of an installed TensorFlow that were imported before are hidden from later imports.
    """
    if _finder not in sys.meta_path:
        for name in [each for each in sys.modules if each.partition(".")[0] in _ROOTS]:
            del sys.modules[name]
        sys.meta_path.insert(0, _finder)


def uninstall() -> None:
    """Undo `install`."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
        for name in [each for each in sys.modules if each.partition(".")[0] in _ROOTS]:
            del sys.modules[name]


def run_script(path: str, arguments: Sequence[str] = ()) -> None:
    """Run a Python script as `python path arguments…` would, with Glassbrook as TensorFlow.

    Raises:
        NotFoundError: there is no such file.
        Exception: whatever the script raises.
    """
    if not os.path.isfile(path):
        what = "is a folder" if os.path.isdir(path) else "does not exist"
        raise NotFoundError(
            f"run: the script {path!r} {what}. Give the path of a Python file, "
            "such as: glassbrook run train.py"
        )
    install()
    old_argv, old_path = sys.argv, sys.path[:]
    sys.argv = [path, *arguments]
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    try:
        runpy.run_path(path, run_name="__main__")
    finally:
        sys.argv, sys.path[:] = old_argv, old_path
