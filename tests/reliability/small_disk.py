"""A disk of some megabytes that is really full: a file system in memory, where that can be."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

SIZE = 8 << 20  # a run that goes on for seconds must not fill it by itself


def program(name: str) -> str:
    return shutil.which(name) or f"/bin/{name}"


@contextlib.contextmanager
def mounted(folder: Path) -> Iterator[Path]:
    """The folder as a disk of its own; an error where we may not mount one."""
    folder.mkdir(exist_ok=True)
    command = [program("mount"), "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run([program("umount"), "--lazy", str(folder)], check=False)


class Filler:
    """A file that takes all the space there is."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "filler"

    def fill(self) -> None:
        with self._path.open("ab", buffering=0) as file:
            for size in (4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)):
                        pass

    def free(self) -> None:
        self._path.unlink()
