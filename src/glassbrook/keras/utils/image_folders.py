"""`image_dataset_from_directory`: a data set of the images in a folder."""

from __future__ import annotations

from typing import Any

from glassbrook import ops
from glassbrook.dtypes import float32, uint8
from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.utils.folders import FolderOptions, datasets_of_folder
from glassbrook.keras.utils.images import data_format_of, smart_resize
from glassbrook.ops.image.codec import decode_image
from glassbrook.ops.image.resize import resize, resize_with_pad
from glassbrook.ops.io.files import read_file
from glassbrook.tensor import TensorSpec

__all__ = ["image_dataset_from_directory"]

_SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
_INTERPOLATIONS = (
    "bilinear",
    "nearest",
    "bicubic",
    "area",
    "lanczos3",
    "lanczos5",
    "gaussian",
    "mitchellcubic",
)


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Any = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """A data set of the images in a folder, with the names of their subfolders as classes.

    Args:
        directory: the folder.
        labels: ``"inferred"``: each subfolder is a class; `None`: no labels; or a list of class
            numbers, one for each file, in alphabetical order of the files.
        label_mode: ``"int"``, class numbers; ``"categorical"``, one-hot rows; ``"binary"``, 0.0 or
            1.0 in a row of its own; `None`, no labels.
        class_names: the subfolders, in the order of the class numbers; alphabetical by default.
        color_mode: ``"rgb"``, ``"rgba"`` or ``"grayscale"``.
        batch_size: images per batch; `None` for single images.
        image_size: ``(height, width)`` to bring all images to.
        shuffle: whether to shuffle; else images come in alphabetical order.
        seed: of the shuffle.
        validation_split: the share of the images that is held out.
        subset: which part to give: ``"training"``, ``"validation"``, or ``"both"``.
        interpolation: see `tf.image.resize`.
        follow_links: whether to follow links to folders.
        crop_to_aspect_ratio: whether to cut off what does not fit, instead of distorting.
        pad_to_aspect_ratio: whether to put black bars around, instead of distorting.
        data_format: ``"channels_first"`` to have the channels first.
        format: ``"tf"``, nothing else.
        verbose: whether to print how many images there are.

    Returns:
        A `tf.data.Dataset` of float32 images [batch, height, width, channels], 0 to 255, or of
        pairs of these and labels, with the attributes `class_names` and `file_paths`; a list of
        two for ``subset="both"``.

    Raises:
        InvalidArgumentError: an argument is none of those that it may be, or there are no images.
    """
    name = "image_dataset_from_directory"
    if color_mode not in _CHANNELS:
        raise InvalidArgumentError(
            f"{name}: color_mode is {color_mode!r}, expected one of {tuple(_CHANNELS)}."
        )
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if not isinstance(size, list | tuple) or len(size) != 2:
        raise InvalidArgumentError(
            f"{name}: image_size is {image_size!r}, expected (height, width)."
        )
    method = interpolation.lower()
    if method not in _INTERPOLATIONS:
        raise InvalidArgumentError(
            f"{name}: interpolation is {interpolation!r}, expected one of {_INTERPOLATIONS}."
        )
    require_tf_format(name, format)
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise InvalidArgumentError(
            f"{name}: give crop_to_aspect_ratio or pad_to_aspect_ratio, not both."
        )
    channels_first = data_format_of(data_format) == "channels_first"

    def read(path: Any) -> Any:
        image = decode_image(
            read_file(path), channels=_CHANNELS[color_mode], expand_animations=False
        )
        if crop_to_aspect_ratio:
            image = smart_resize(image, size, interpolation=method)
        elif pad_to_aspect_ratio:
            image = resize_with_pad(image, size[0], size[1], method=method)
        else:
            image = resize(image, size, method=method)
        return ops.shape.transpose(image, (2, 0, 1)) if channels_first else image

    options = FolderOptions(
        function=name,
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
        kind="image",
        suffixes=_SUFFIXES,
    )
    channels = _CHANNELS[color_mode]
    shape = (channels, *size) if channels_first else (*size, channels)
    kept = method == "nearest" and not pad_to_aspect_ratio
    return datasets_of_folder(options, read, TensorSpec(shape, uint8 if kept else float32))


def require_tf_format(function: str, format: str) -> None:
    """Check that a `tf.data.Dataset` is wanted.

    Raises:
        InvalidArgumentError: it is something else.
    """
    if format != "tf":
        raise InvalidArgumentError(
            f"{function}: format is {format!r}, but there is only 'tf', a tf.data.Dataset."
        )
