"""Measurements of Glassbrook against NumPy by hand and, where they are installed, its peers.

``python -m benchmarks`` prints the tables; ``--write`` also puts them into ``results.md``.
"""
