"""What the terminal is written through: one that has gone away is no reason to hang."""

from __future__ import annotations

from contextlib import suppress
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver


class Outlet:
    """A file whose writing never fails.

    Textual's thread that writes would end with the first error, and the app would then wait for
    ever for room in that thread's queue.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write, as long as there is somebody who reads."""
        with suppress(OSError, ValueError):
            self._file.write(text)

    def flush(self) -> None:
        """The same for what waits to be written."""
        with suppress(OSError, ValueError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class OutletDriver(LinuxDriver):
    """Textual's driver for Linux and macOS, on an outlet."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._file: Any = Outlet(self._file)
        self.sent = 0

    def write(self, data: str) -> None:
        """Write, and count the bytes."""
        self.sent += len(data.encode("utf-8", "replace"))
        super().write(data)
