"""`text_dataset_from_directory`: a data set of the text files in a folder."""

from __future__ import annotations

from typing import Any

from glassbrook.dtypes import string
from glassbrook.keras.utils.folders import FolderOptions, datasets_of_folder
from glassbrook.keras.utils.image_folders import require_tf_format
from glassbrook.ops.io.files import read_file
from glassbrook.ops.strings import substr
from glassbrook.tensor import TensorSpec

__all__ = ["text_dataset_from_directory"]


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Any = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """A data set of the ``.txt`` files in a folder, with the names of subfolders as classes.

    Args:
        directory: the folder.
        labels: ``"inferred"``: each subfolder is a class; `None`: no labels; or a list of class
            numbers, one for each file, in alphabetical order of the files.
        label_mode: ``"int"``, class numbers; ``"categorical"``, one-hot rows; ``"binary"``, 0.0 or
            1.0 in a row of its own; `None`, no labels.
        class_names: the subfolders, in the order of the class numbers; alphabetical by default.
        batch_size: texts per batch; `None` for single texts.
        max_length: how many bytes to keep of a text; all by default.
        shuffle: whether to shuffle; else texts come in alphabetical order of the files.
        seed: of the shuffle.
        validation_split: the share of the texts that is held out.
        subset: which part to give: ``"training"``, ``"validation"``, or ``"both"``.
        follow_links: whether to follow links to folders.
        format: ``"tf"``, nothing else.
        verbose: whether to print how many texts there are.

    Returns:
        A `tf.data.Dataset` of strings, or of pairs of these and labels, with the attribute
        `class_names`; a list of two for ``subset="both"``.

    Raises:
        InvalidArgumentError: an argument is none of those that it may be, or there are no texts.
    """
    require_tf_format("text_dataset_from_directory", format)

    def read(path: Any) -> Any:
        text = read_file(path)
        return text if max_length is None else substr(text, 0, max_length)

    options = FolderOptions(
        function="text_dataset_from_directory",
        directory=directory,
        labels=labels,
        label_mode=label_mode,
        class_names=class_names,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        verbose=verbose,
        kind="text",
        suffixes=(".txt",),
    )
    return datasets_of_folder(options, read, TensorSpec((), string))
