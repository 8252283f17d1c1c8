"""The scripts are run by the tests, and not imported to look for examples in them."""

from __future__ import annotations

collect_ignore_glob = ["mistakes/*", "gradients/*", "health/*"]
