"""Kernels and programs in LLVM's terms."""
