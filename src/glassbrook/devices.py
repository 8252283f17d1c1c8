"""The devices that there are: this machine's CPU; and the names that TensorFlow gives devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from glassbrook.errors import InvalidArgumentError, UnimplementedError

__all__ = [
    "DeviceSpec",
    "LogicalDevice",
    "LogicalDeviceConfiguration",
    "PhysicalDevice",
    "check_device_name",
    "get_device_details",
    "get_logical_device_configuration",
    "get_memory_growth",
    "get_memory_info",
    "get_visible_devices",
    "list_logical_devices",
    "list_physical_devices",
    "set_logical_device_configuration",
    "set_memory_growth",
    "set_visible_devices",
]


class PhysicalDevice(NamedTuple):
    """A device of this machine."""

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A device as programs see it."""

    name: str
    device_type: str


class LogicalDeviceConfiguration(NamedTuple):
    """How a device is to be cut into several; accepted, without effect."""

    memory_limit: int | None = None
    experimental_priority: int | None = None
    experimental_device_ordinal: int | None = None


_CPU = PhysicalDevice("/physical_device:CPU:0", "CPU")
_visible: list[PhysicalDevice] = [_CPU]


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of this machine: its CPU. There is no support for others.

    Args:
        device_type: only those of one type, such as ``"GPU"``, of which there are none.

    Example:
        >>> import glassbrook as tf
        >>> tf.config.list_physical_devices()
        [PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')]
        >>> len(tf.config.list_physical_devices("GPU"))
        0
    """
    return [_CPU] if device_type in (None, "CPU") else []


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The devices as programs see them: the CPU, unless it was made invisible.

    Args:
        device_type: only those of one type.

    Example:
        >>> import glassbrook as tf
        >>> tf.config.list_logical_devices("CPU")
        [LogicalDevice(name='/device:CPU:0', device_type='CPU')]
    """
    return [
        LogicalDevice("/device:CPU:0", each.device_type)
        for each in get_visible_devices(device_type)
    ]


def get_visible_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices that are visible, of one type if it is given."""
    return [each for each in _visible if device_type in (None, each.device_type)]


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Choose the devices that are visible; the CPU computes whether it is visible or not.

    Args:
        devices: a device or a list of them, from `list_physical_devices`.
        device_type: replace only those of this type.

    Raises:
        ValueError: there is no such device, or one is of another type.

    Example:
        >>> import glassbrook as tf
        >>> tf.config.set_visible_devices([], "GPU")
        >>> len(tf.config.get_visible_devices())
        1
    """
    wanted = _devices(devices)
    for each in wanted:
        _require_known(each)
        if device_type not in (None, each.device_type):
            raise InvalidArgumentError(f"Unrecognized device: {each!r} is no {device_type}.")
    kept = [each for each in _visible if device_type not in (None, each.device_type)]
    _visible[:] = [*kept, *wanted]


def _devices(devices: Any) -> list[PhysicalDevice]:
    is_list = isinstance(devices, Sequence) and not isinstance(devices, PhysicalDevice | str)
    return list(devices) if is_list else [devices]


def _require_known(device: Any) -> None:
    if device != _CPU:
        raise InvalidArgumentError(
            f"Unrecognized device: {device!r}. tf.config.list_physical_devices() gives those that "
            f"there are: {[_CPU]}."
        )


def get_logical_device_configuration(device: Any) -> list[LogicalDeviceConfiguration] | None:
    """How a device is cut into several: it never is.

    Raises:
        ValueError: there is no such device.
    """
    _require_known(device)
    return None


def set_logical_device_configuration(device: Any, logical_devices: Any) -> None:
    """Cut a device into several, which is possible only if they are one.

    Raises:
        ValueError: there is no such device.
        UnimplementedError: more than one is asked for.
    """
    _require_known(device)
    if len(logical_devices) > 1:
        raise UnimplementedError(
            f"{len(logical_devices)} logical devices were asked for: there is one CPU here, and it "
            "is not cut up. Leave the call out."
        )


def get_memory_growth(device: Any) -> bool:
    """Whether a GPU's memory grows as it is needed; there is no GPU.

    Raises:
        ValueError: the device is no GPU.
    """
    raise _no_gpu(device)


def set_memory_growth(device: Any, enable: bool) -> None:
    """Let a GPU's memory grow as it is needed; there is no GPU.

    Raises:
        ValueError: the device is no GPU.

    Example:
        >>> import glassbrook as tf
        >>> for gpu in tf.config.list_physical_devices("GPU"):
        ...     tf.config.experimental.set_memory_growth(gpu, True)
    """
    raise _no_gpu(device)


def _no_gpu(device: Any) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"Cannot set or get memory growth of {device!r}: that is for GPUs; there are none. "
        'Do it for each device that tf.config.list_physical_devices("GPU") gives.'
    )


def get_memory_info(device: str) -> dict[str, int]:
    """The bytes of memory that a device uses; of a CPU they are not counted.

    Raises:
        ValueError: there is no such device.

    Example:
        >>> import glassbrook as tf
        >>> tf.config.experimental.get_memory_info("CPU:0")
        {'current': 0, 'peak': 0}
    """
    spec = DeviceSpec.from_string(device if device.startswith("/") else f"/{device}")
    if spec.device_type != "CPU" or spec.device_index not in (0, None):
        raise InvalidArgumentError(
            f"get_memory_info: no device {device!r}: there is CPU:0 and no other."
        )
    return {"current": 0, "peak": 0}


def get_device_details(device: Any) -> dict[str, Any]:
    """Details of a GPU; of a CPU, none."""
    _require_known(device)
    return {}


class DeviceSpec:
    """A device's name in parts, such as ``/job:localhost/replica:0/task:0/device:GPU:0``.

    Args:
        job: name of the job.
        replica: number of the replica.
        task: number of the task.
        device_type: ``"CPU"`` or ``"GPU"``.
        device_index: number of the device.

    Example:
        >>> import glassbrook as tf
        >>> tf.DeviceSpec(job="worker", device_type="GPU", device_index=1).to_string()
        '/job:worker/device:GPU:1'
        >>> tf.DeviceSpec.from_string("/gpu:0").device_type
        'GPU'
    """

    __slots__ = ("device_index", "device_type", "job", "replica", "task")

    _NUMBERS = ("replica", "task")

    def __init__(
        self,
        job: str | None = None,
        replica: int | None = None,
        task: int | None = None,
        device_type: str | None = None,
        device_index: int | None = None,
    ) -> None:
        self.job = job
        self.replica = None if replica is None else int(replica)
        self.task = None if task is None else int(task)
        self.device_type = None if device_type is None else str(device_type).upper()
        self.device_index = None if device_index is None else int(device_index)

    @classmethod
    def from_string(cls, spec: str) -> DeviceSpec:
        """The parts of a name.

        Raises:
            ValueError: a part is none that names have.
        """
        parts: dict[str, Any] = {}
        for part in filter(None, spec.split("/")):
            key, _, value = part.partition(":")
            if key == "job" and value:
                parts["job"] = value
            elif key in cls._NUMBERS and value.isdigit():
                parts[key] = int(value)
            elif key == "device" and value:
                kind, _, index = value.partition(":")
                parts |= {"device_type": kind, "device_index": _index(index, spec)}
            elif key.upper() in ("CPU", "GPU", "TPU", "XLA_CPU", "XLA_GPU"):
                parts |= {"device_type": key, "device_index": _index(value, spec)}
            else:
                raise InvalidArgumentError(
                    f"Unknown attribute {part!r} is encountered while parsing the device spec: "
                    f"{spec!r}. Expected a name such as '/CPU:0' or '/job:localhost/device:GPU:0'."
                )
        return cls(**parts)

    def parse_from_string(self, spec: str) -> DeviceSpec:
        """The parts of a name, as `from_string` gives them."""
        return type(self).from_string(spec)

    def to_string(self) -> str:
        """The name that has these parts."""
        parts = [f"/{key}:{value}" for key, value in self._parts().items() if value is not None]
        if self.device_type is not None:
            index = "*" if self.device_index is None else self.device_index
            parts.append(f"/device:{self.device_type}:{index}")
        return "".join(parts)

    def _parts(self) -> dict[str, Any]:
        return {"job": self.job, "replica": self.replica, "task": self.task}

    def replace(self, **kwargs: Any) -> DeviceSpec:
        """The same with some parts replaced."""
        return type(self)(**({name: getattr(self, name) for name in self.__slots__} | kwargs))

    def make_merged_spec(self, dev: DeviceSpec) -> DeviceSpec:
        """The parts of `dev`, and this one's where it has none."""
        given: Mapping[str, Any] = {
            name: getattr(dev, name) for name in self.__slots__ if getattr(dev, name) is not None
        }
        return self.replace(**given)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeviceSpec) and self.to_string() == other.to_string()

    def __hash__(self) -> int:
        return hash(self.to_string())

    def __repr__(self) -> str:
        named = {
            **self._parts(),
            "device_type": self.device_type,
            "device_index": self.device_index,
        }
        return f"<DeviceSpec({', '.join(f'{key}={value}' for key, value in named.items())})>"


def _index(text: str, spec: str) -> int | None:
    if text in ("", "*"):
        return None
    if not text.isdigit():
        raise InvalidArgumentError(
            f"The device spec {spec!r} has {text!r} where a number was expected: '/GPU:0'."
        )
    return int(text)


def check_device_name(device: Any) -> None:
    """Raise a `ValueError` unless `device` is a name, a `DeviceSpec` or nothing."""
    if isinstance(device, str):
        DeviceSpec.from_string(device if device.startswith("/") else f"/{device}")
    elif not (device is None or isinstance(device, DeviceSpec | LogicalDevice) or callable(device)):
        raise InvalidArgumentError(
            f"tf.device: expecting a string such as '/CPU:0', got {device!r}."
        )
