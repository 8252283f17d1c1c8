"""The scripts are run by `test_scripts.py`; they and the recorder are no modules to collect."""

from __future__ import annotations

collect_ignore_glob = ["scripts/*", "record.py"]
