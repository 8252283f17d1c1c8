"""Makes TensorFlow ready to be compared with, and quiet."""

from __future__ import annotations

import os
import warnings
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# Read when TensorFlow is imported: no start-up banner, no CPU hints, one result on every run.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

if find_spec("tensorflow") is None:
    collect_ignore_glob = ["*.py"]
else:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import tensorflow

        tensorflow.keras.__version__  # noqa: B018 - Keras is imported when it is first touched
        tensorflow.get_logger().setLevel("ERROR")


def pytest_report_header() -> str | None:
    if find_spec("tensorflow") is None:
        return "parity: TensorFlow is not installed, nothing to compare with"
    return f"parity: against TensorFlow {tensorflow.__version__}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """TensorFlow's own warnings are not this project's errors."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))
