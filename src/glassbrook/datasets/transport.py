"""HTTP with limits: requests run in threads of their own, which are left behind when time is up.

A look-up of a host name may block for half a minute and a server may send one byte per second;
neither can be interrupted, so nobody waits for them.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["NOT_THERE", "NO_ANSWER", "Stream", "TransferError", "ask"]

NO_ANSWER = "no answer in time"
"""What is said of a server that is waited for in vain."""

NOT_THERE = "it does not have the files"
"""What :func:`ask` reports of a server that answers, but lacks the file."""

# Small: nothing is seen of a chunk before it is complete, however slow the line.
_CHUNK = 2**14
# How many chunks may wait for the disk.
_QUEUE = 256


class TransferError(Exception):
    """A server did not send what was asked for; its text is a few words that say why."""


def ask(url: str, seconds: float, report: Callable[[str | None], None]) -> None:
    """Asks, in the background, whether a server has a file.

    Args:
        url: the file.
        seconds: when to give up waiting for the server.
        report: called from another thread with ``None`` if it has the file, else with a few
            words that say why not. May come late, or never.
    """

    def run() -> None:
        try:
            if _downloader(timeout=seconds)(url, None, None, check_only=True):
                report(None)
            else:
                report(NOT_THERE)
        # Whatever goes wrong, the server cannot be used.
        except Exception as error:
            report(_reason(error))

    threading.Thread(target=run, name=f"ask {url}", daemon=True).start()


class Stream:
    """A file that is being received in the background.

    Args:
        url: the file.
        stall: after how many seconds without a byte the background gives up by itself.
    """

    def __init__(self, url: str, stall: float) -> None:
        self._items: queue.Queue[bytes | Exception | None] = queue.Queue(_QUEUE)
        self._is_cancelled = threading.Event()
        self._responses: list[Any] = []
        arguments = (url, stall)
        threading.Thread(
            target=self._receive, args=arguments, name=f"receive {url}", daemon=True
        ).start()

    def take(self, seconds: float) -> bytes | None:
        """The next bytes, or ``None`` at the end.

        Raises:
            TransferError: the server failed, or sent nothing for so many seconds.
        """
        try:
            item = self._items.get(timeout=max(0.0, seconds))
        except queue.Empty:
            raise TransferError(NO_ANSWER) from None
        if isinstance(item, Exception):
            raise TransferError(_reason(item)) from item
        return item

    def cancel(self) -> None:
        """Has the background stop at its next chance."""
        self._is_cancelled.set()

    # The two methods of a file that the downloader uses.
    def write(self, chunk: bytes) -> int:
        """Called in the background with what has arrived."""
        self._put(chunk)
        return len(chunk)

    def flush(self) -> None:
        """Called in the background; there is nothing to do."""

    def _put(self, item: bytes | Exception | None) -> None:
        while not self._is_cancelled.is_set():
            try:
                return self._items.put(item, timeout=0.1)
            except queue.Full:
                continue
        raise TransferError("cancelled")

    def _receive(self, url: str, stall: float) -> None:
        def remember(response: Any, *_: object, **__: object) -> None:
            self._responses.append(response)

        end: Exception | None = None
        try:
            _downloader(
                timeout=stall,
                chunk_size=_CHUNK,
                hooks={"response": remember},
                # Or a server may unpack the file on the way.
                headers={"Accept-Encoding": "identity"},
            )(url, self, None)
        except Exception as error:
            end = error
        finally:
            # The downloader leaves the connection open when it fails.
            for response in self._responses:
                response.close()
        try:
            self._put(end)
        except TransferError:
            return


def _downloader(**options: Any) -> Callable[..., Any]:
    import pooch  # type: ignore[import-untyped]

    downloader: Callable[..., Any] = pooch.HTTPDownloader(**options)
    return downloader


def _reason(error: Exception) -> str:
    """A few words on why a request failed: the exceptions themselves carry whole paragraphs."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"it answers {response.status_code} {response.reason}"
    text = f"{type(error).__name__}: {error}"
    for sign, words in (
        ("NameResolution", "its name cannot be looked up (no network?)"),
        ("ProxyError", "the proxy refuses"),
        ("SSL", "no secure connection"),
        ("Connection refused", "it refuses the connection"),
        ("imeout", NO_ANSWER),
        ("timed out", NO_ANSWER),
        ("IncompleteRead", "it broke off in the middle"),
        ("unreachable", "the network is unreachable"),
    ):
        if sign in text:
            return words
    return text if len(text) <= 100 else f"{text[:97]}..."
