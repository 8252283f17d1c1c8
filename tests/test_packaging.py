"""What a user's `pip install` brings, and that the public names are what they say."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
import tomllib
import types
import typing
from email import message_from_string
from email.message import Message
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest

import glassbrook

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    return ZipFile(path)


@pytest.fixture(scope="module")
def wheel_metadata(wheel) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_string(wheel.read(name).decode())


def test_version_is_one_everywhere():
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert glassbrook.__version__ == PROJECT["version"] == metadata.version("glassbrook")
    assert f"\n## [{PROJECT['version']}]" in changelog


def test_wheel_holds_the_package_and_nothing_else(wheel):
    source = ROOT / "src"
    expected = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == expected
    assert "glassbrook/py.typed" in packed


def test_wheel_metadata(wheel_metadata):
    assert wheel_metadata["Name"] == "glassbrook"
    assert wheel_metadata["Version"] == glassbrook.__version__
    assert wheel_metadata["Requires-Python"] == "<3.14,>=3.11"
    assert wheel_metadata["License-Expression"] == "Apache-2.0"
    assert wheel_metadata["License-File"] == "LICENSE"


def test_peers_are_never_a_dependency(wheel_metadata):
    required = " ".join(wheel_metadata.get_all("Requires-Dist"))
    for peer in ("tensorflow", "keras", "torch", "jax"):
        assert peer not in required


def test_entry_point_is_the_command_line():
    (command,) = metadata.entry_points(group="console_scripts", name="glassbrook")
    assert command.value == "glassbrook.cli:main"
    assert callable(command.load())


def test_command_runs():
    command = Path(sys.executable).with_name("glassbrook")
    finished = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert glassbrook.__version__ in finished.stdout


def test_every_public_name_resolves():
    assert len(glassbrook.__all__) == len(set(glassbrook.__all__))
    missing = [name for name in glassbrook.__all__ if not hasattr(glassbrook, name)]
    assert not missing
    assert set(glassbrook.__all__) <= set(dir(glassbrook))


def test_nothing_public_is_left_out():
    public = {
        name
        for name, value in vars(glassbrook).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert public - vars(typing).keys() - {"annotations"} <= set(glassbrook.__all__)


def module_names() -> list[str]:
    found = pkgutil.walk_packages(glassbrook.__path__, prefix="glassbrook.")
    return [module.name for module in found if not module.name.endswith("__main__")]


@pytest.mark.parametrize("name", module_names())
def test_all_of_each_module_is_what_it_says(name):
    module = importlib.import_module(name)
    names = getattr(module, "__all__", [])
    assert len(names) == len(set(names))
    missing = [public for public in names if not hasattr(module, public)]
    assert not missing
