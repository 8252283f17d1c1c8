"""The one place that imports llvmlite: modules become optimized machine code, and code is loaded.

Everything else describes code with `ir`, llvmlite's builder, which is passed on from here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

import llvmlite
import llvmlite.binding as llvm
from llvmlite import ir

__all__ = ["Library", "host", "ir", "load_object", "to_assembly", "to_object", "versions"]

Pointer = int

# Object code is made by one thread at a time: a target machine is not safe to share.
_lock = threading.RLock()
if hasattr(os, "register_at_fork"):
    # A child must not inherit it from a thread that it does not have.
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )


@cache
def _initialize() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


@cache
def host() -> tuple[str, str]:
    """The name of this machine's processor, and its features as LLVM writes them."""
    _initialize()
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


def versions() -> str:
    """The versions that decide what code is made from a program."""
    return f"llvmlite {llvmlite.__version__}, LLVM {'.'.join(map(str, llvm.llvm_version_info))}"


@cache
def _target_machine() -> Any:
    cpu, features = host()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=cpu, features=features, opt=3, reloc="pic", codemodel="small"
    )


def _optimized(module: ir.Module) -> Any:
    """The parsed and optimized form of a module."""
    _initialize()
    machine = _target_machine()
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    parsed = llvm.parse_assembly(str(module))
    parsed.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = True
    options.slp_vectorization = True
    options.loop_interleaving = True
    options.loop_unrolling = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(parsed, builder)
    return parsed


def to_object(module: ir.Module) -> bytes:
    """The module as an object file for this machine, optimized."""
    with _lock:
        return bytes(_target_machine().emit_object(_optimized(module)))


def to_assembly(module: ir.Module) -> str:
    """The module as assembly text, optimized; for reading."""
    with _lock:
        return str(_target_machine().emit_assembly(_optimized(module)))


@cache
def _engine() -> Any:
    _initialize()
    return llvm.create_lljit_compiler()


class Library:
    """Loaded object code; it stays loaded as long as this object lives."""

    def __init__(self, tracker: Any, addresses: dict[str, Pointer]) -> None:
        self._tracker = tracker
        self.addresses = addresses


_names = iter(range(1 << 62))


def load_object(code: bytes, symbols: Sequence[str]) -> Library:
    """Load an object file into this process and find the addresses of its functions.

    Raises:
        RuntimeError: it is no object file for this machine, or lacks one of the functions.
    """
    with _lock:
        builder = llvm.JITLibraryBuilder().add_object_img(code).add_current_process()
        for symbol in symbols:
            builder.export_symbol(symbol)
        tracker = builder.link(_engine(), f"glassbrook_{next(_names)}")
        return Library(tracker, {symbol: tracker[symbol] for symbol in symbols})
