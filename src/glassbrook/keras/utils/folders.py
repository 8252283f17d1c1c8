"""The files of a folder with their labels, for data sets of images, texts and the like."""

# ruff: noqa: NPY002 -- Keras draws from NumPy's global random numbers, which programs seed.

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassbrook import ops
from glassbrook.data import AUTOTUNE, Dataset
from glassbrook.data.plans.mapping import MapPlan
from glassbrook.errors import InvalidArgumentError, NotFoundError
from glassbrook.keras.utils.printing import print_message
from glassbrook.tensor import TensorSpec

__all__ = ["FolderOptions", "datasets_of_folder"]

_LABEL_MODES = ("int", "categorical", "binary", None)
_SUBSETS = ("training", "validation", "both", None)


@dataclass(frozen=True)
class FolderOptions:
    """What the functions that read folders are given.

    Attributes:
        function: the name of the function, for messages.
        directory: the folder.
        labels: ``"inferred"`` from the subfolders, `None`, or a list of class numbers.
        label_mode: ``"int"``, ``"categorical"``, ``"binary"`` or `None`.
        class_names: the subfolders, in the order of the class numbers.
        batch_size: elements per batch, or `None` for single ones.
        shuffle: whether to shuffle.
        seed: of the shuffle.
        validation_split: the share of files that is held out.
        subset: ``"training"``, ``"validation"``, ``"both"`` or `None`.
        follow_links: whether to follow links to folders.
        verbose: whether to say how many files there are.
        kind: what the files are, for messages.
        suffixes: of the files to read.
    """

    function: str
    directory: Any
    labels: Any
    label_mode: str | None
    class_names: Sequence[str] | None
    batch_size: int | None
    shuffle: bool
    seed: int | None
    validation_split: float | None
    subset: str | None
    follow_links: bool
    verbose: bool
    kind: str
    suffixes: tuple[str, ...]


@dataclass(frozen=True)
class _Files:
    paths: list[str]
    labels: Any
    class_names: list[str] | None


def datasets_of_folder(options: FolderOptions, read: Callable[[Any], Any], spec: TensorSpec) -> Any:
    """A data set of what `read` makes of each file's path; with labels, of pairs.

    Args:
        options: what the function was given.
        read: makes a tensor of a path.
        spec: what `read` returns.

    Returns:
        The data set; the training and the validation set, in a list, for ``subset="both"``.

    Raises:
        InvalidArgumentError: an argument is none of those that it may be, or there are no files.
    """
    _check(options)
    if options.labels is None or options.label_mode is None:
        options = replace(options, labels=None, label_mode=None)
    seed = options.seed if options.seed is not None else np.random.randint(1_000_000)
    files = _index(options, seed)
    if options.label_mode == "binary" and len(files.class_names or ()) != 2:
        raise InvalidArgumentError(
            f"{options.function}: label_mode='binary' needs exactly 2 classes, but these are "
            f"{files.class_names}."
        )
    if options.subset == "both":
        return [
            _dataset(options, _part(options, files, "training"), read, spec, seed),
            _dataset(options, _part(options, files, "validation"), read, spec, None),
        ]
    return _dataset(options, _part(options, files, options.subset), read, spec, seed)


def _check(options: FolderOptions) -> None:
    name, labels, split = options.function, options.labels, options.validation_split
    is_inferred = isinstance(labels, str) and labels == "inferred"
    if labels is not None and not is_inferred:
        if not isinstance(labels, list | tuple):
            raise InvalidArgumentError(
                f"{name}: labels is {labels!r}, expected 'inferred' (from the names of the "
                "subfolders), None, or a list of class numbers, one for each file."
            )
        if options.class_names:
            raise InvalidArgumentError(f"{name}: class_names needs labels='inferred'.")
    if labels is None and options.class_names is not None:
        raise InvalidArgumentError(f"{name}: there are no class_names when labels=None.")
    if options.label_mode not in _LABEL_MODES:
        raise InvalidArgumentError(
            f"{name}: label_mode is {options.label_mode!r}, expected one of {_LABEL_MODES}."
        )
    if options.subset not in _SUBSETS:
        raise InvalidArgumentError(
            f"{name}: subset is {options.subset!r}, expected one of {_SUBSETS}."
        )
    if split and not 0 < split < 1:
        raise InvalidArgumentError(
            f"{name}: validation_split is {split}, expected a share between 0 and 1."
        )
    if bool(split) != bool(options.subset):
        raise InvalidArgumentError(f"{name}: give both validation_split and subset, or neither.")
    if split and options.shuffle and options.seed is None:
        raise InvalidArgumentError(
            f"{name}: with validation_split and shuffle, give a seed: else files of the training "
            "set may be in the validation set, too."
        )


def _index(options: FolderOptions, seed: int) -> _Files:
    """All files with their labels, shuffled if wanted."""
    directory = os.fspath(options.directory)
    is_inferred = options.labels == "inferred"
    folders = _class_folders(options, directory) if is_inferred else [""]
    names: list[str] = []
    numbers: list[int] = []
    for number, folder in enumerate(folders):
        found = _files_below(os.path.join(directory, folder), options)
        names += [os.path.join(folder, each) for each in found]
        numbers += [number] * len(found)
    labels: Any = None
    class_names: list[str] | None = None
    if is_inferred:
        labels, class_names = np.array(numbers, np.int32), folders
    elif options.labels is not None:
        if len(options.labels) != len(names):
            raise InvalidArgumentError(
                f"{options.function}: there are {len(options.labels)} labels, but {len(names)} "
                f"files in {directory}."
            )
        labels = list(options.labels)
        class_names = [str(label) for label in sorted(set(labels))]
    if options.verbose:
        belonging = f" belonging to {len(class_names)} classes" if class_names is not None else ""
        print_message(f"Found {len(names)} files{belonging}.")
    paths = [os.path.join(directory, name) for name in names]
    if options.shuffle:
        # The same seed for both: labels stay with their files.
        np.random.RandomState(seed).shuffle(paths)
        if labels is not None:
            np.random.RandomState(seed).shuffle(labels)
    return _Files(paths, labels, class_names)


def _class_folders(options: FolderOptions, directory: str) -> list[str]:
    if not os.path.isdir(directory):
        raise NotFoundError(
            f"{options.function}: {directory}; No such directory. Paths are relative to the folder "
            "in which the program was started."
        )
    found = [
        name
        for name in sorted(os.listdir(directory))
        if os.path.isdir(os.path.join(directory, name)) and not name.startswith(".")
    ]
    if options.class_names is None:
        return found
    if not set(options.class_names) <= set(found):
        raise InvalidArgumentError(
            f"{options.function}: class_names is {list(options.class_names)}, but the subfolders "
            f"of {directory} are {found}."
        )
    return list(options.class_names)


def _files_below(folder: str, options: FolderOptions) -> list[str]:
    """The files below a folder, relative to it, in alphabetical order."""
    return [
        os.path.relpath(os.path.join(root, name), folder)
        for root, _, names in sorted(os.walk(folder, followlinks=options.follow_links))
        for name in sorted(names)
        if name.lower().endswith(options.suffixes)
    ]


def _part(options: FolderOptions, files: _Files, subset: str | None) -> _Files:
    """The files of one subset: the last ones are held out."""
    if not options.validation_split or subset is None:
        return files
    held_out = int(options.validation_split * len(files.paths))
    if subset == "training":
        count = len(files.paths) - held_out
        rows = slice(None, -held_out)
    else:
        count, rows = held_out, slice(-held_out, None)
    print_message(f"Using {count} files for {subset}.")
    labels = None if files.labels is None else files.labels[rows]
    return _Files(files.paths[rows], labels, files.class_names)


def _dataset(
    options: FolderOptions, files: _Files, read: Callable[[Any], Any], spec: Any, seed: Any
) -> Dataset:
    if not files.paths:
        raise InvalidArgumentError(
            f"{options.function}: there are no {options.kind} files in "
            f"{options.directory}. They end in {', '.join(options.suffixes)}."
        )
    paths = Dataset.from_tensor_slices(files.paths)
    dataset = paths
    if options.label_mode is not None:
        count = len(files.class_names or ())
        dataset = Dataset.zip((paths, _labels(files.labels, options.label_mode, count)))
    if options.shuffle and seed is not None:
        buffer = 1024 if options.batch_size is None else options.batch_size * 8
        dataset = dataset.shuffle(buffer, seed=seed)
    function: Any = read
    if options.label_mode is not None:
        spec = (spec, dataset.element_spec[1])

        def function(path: Any, label: Any) -> Any:
            return read(path), label

    plan = MapPlan(dataset.plan, function, Dataset.of_plan, "_ParallelMapDataset", spec)
    dataset = Dataset.of_plan(plan)
    if options.batch_size is not None:
        dataset = dataset.batch(options.batch_size)
    dataset = dataset.prefetch(AUTOTUNE)
    noted: Any = dataset
    noted.class_names = files.class_names
    noted.file_paths = files.paths
    return dataset


def _labels(labels: Any, mode: str, count: int) -> Dataset:
    numbers = np.asarray(labels)
    if numbers.dtype == np.int64:
        numbers = numbers.astype(np.int32)
    if mode == "binary":
        return Dataset.from_tensor_slices(numbers.astype(np.float32)[:, np.newaxis])
    dataset = Dataset.from_tensor_slices(numbers)
    if mode == "categorical":
        return dataset.map(lambda number: ops.creation.one_hot(number, count))
    return dataset
