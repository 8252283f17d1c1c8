"""`RemoteMonitor`: metrics sent to a server."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.callbacks.base import Callback

__all__ = ["RemoteMonitor"]

_SECONDS = 10.0


class RemoteMonitor(Callback):
    """Sends the metrics of every epoch to a server, as JSON; a server that is away is warned of.

    Args:
        root: the server.
        path: the path on it.
        field: the field of the form that holds the JSON.
        headers: headers of the request.
        send_as_json: whether the JSON is the body of the request, instead of a field of a form.

    Raises:
        InvalidArgumentError: the address is none of the web.
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        if not root.startswith(("http://", "https://")):
            raise InvalidArgumentError(
                f"RemoteMonitor: root is {root!r}, expected an address such as "
                "'http://localhost:9000'."
            )
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Send the metrics."""
        content: dict[str, Any] = {"epoch": epoch}
        for name, value in (logs or {}).items():
            array = np.asarray(value)
            content[name] = array.item() if array.ndim == 0 else array.tolist()
        text = json.dumps(content)
        headers = dict(self.headers or {})
        if self.send_as_json:
            body = text.encode()
            headers.setdefault("Content-Type", "application/json")
        else:
            body = urllib.parse.urlencode({self.field: text}).encode()
        request = urllib.request.Request(self.root + self.path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                answer.read()
        except (urllib.error.URLError, OSError):
            warnings.warn(f"Could not reach RemoteMonitor root server at {self.root}", stacklevel=2)
