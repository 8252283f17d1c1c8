"""The scripts are run by `test_scripts.py` and `test_old_scripts.py`; they and the recorder are no modules to collect."""

from __future__ import annotations

collect_ignore_glob = ["old_scripts/*", "scripts/*", "record.py"]
