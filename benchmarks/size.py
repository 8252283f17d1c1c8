"""Installed size: a package and everything that it needs, as pip installs them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement

PACKAGES = {
    "Glassbrook": ("glassbrook",),
    "PyTorch": ("torch",),
    "TensorFlow": ("tensorflow-cpu", "tensorflow"),
    "JAX": ("jax",),
}


def table(peers: bool) -> Iterator[str]:
    """Megabytes per framework."""
    yield "## Installed size, with all that pip installs beside it"
    yield ""
    yield "| | MB | packages | largest |"
    yield "|---|---|---|---|"
    for title, names in PACKAGES.items():
        found = next(filter(None, map(closure, names)), None)
        if found is None or not (peers or title == "Glassbrook"):
            continue
        sizes = {name: megabytes(each) for name, each in found.items()}
        largest = sorted(sizes, key=sizes.__getitem__, reverse=True)[:4]
        shown = ", ".join(f"{name} {sizes[name]:.0f}" for name in largest)
        yield f"| {title} | {sum(sizes.values()):.0f} | {len(sizes)} | {shown} |"
    yield ""


def closure(name: str) -> dict[str, Distribution]:
    """A distribution and those it requires here, extras left out; empty if it is not installed."""
    found: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        name = re.sub("[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # an optional part that this environment does without
        for text in found[name].requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return found


def megabytes(package: Distribution) -> float:
    """The size of a distribution's files; of the source folder, if it is installed editable."""
    paths = [Path(str(package.locate_file(each))) for each in package.files or ()]
    spec = find_spec("glassbrook") if package.metadata["Name"] == "glassbrook" else None
    if spec is not None and spec.submodule_search_locations:
        paths = list(Path(spec.submodule_search_locations[0]).rglob("*"))
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6
