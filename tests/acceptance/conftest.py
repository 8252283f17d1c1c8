"""Scripts and their recorder are no modules to collect: tests run them."""

from __future__ import annotations

collect_ignore_glob = ["old_scripts/*", "scripts/*", "record.py"]
