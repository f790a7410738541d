"""Garbage collection at moments when nobody waits.

Left to itself, the collector looked at all of a running app every one or two seconds, for 100 to
140 ms, and a key that was pressed meanwhile had to wait. Here it runs between frames: the young
objects once there are many, older ones now and then, all of them only once a minute.
"""

from __future__ import annotations

import gc
import time

OLDER_TIMES = 20
"""Looks at young objects between two looks at what has survived some."""

FEW_YOUNG = 20_000
"""New objects, those that are gone again not counted: below this there is nothing to be found."""

MOST_YOUNG = 200_000
"""New objects after which the collector runs whoever types."""

EVERYTHING_SECONDS = 60.0
"""Between two looks at everything."""


class Housekeeping:
    """Takes over from the automatic collector for as long as the app runs."""

    def __init__(self) -> None:
        self._times = 0
        self._everything_at = time.monotonic()

    @staticmethod
    def hold() -> None:
        """Collect nothing before the first frame: there is no garbage yet, only what was loaded."""
        gc.disable()

    def begin(self) -> None:
        """What is there now stays for good: it is not looked at, now or later.

        To look at it once took 100 ms before the first numbers were shown, and found 4,000 objects
        of 186,000, of a size that could not be measured.
        """
        self.hold()
        gc.freeze()

    def keep(self) -> None:
        """Something large was made that will be there for long: it is not looked at again."""
        gc.freeze()

    def let_go(self) -> None:
        """What was kept is not needed any more: all of it is looked at once, and the rest kept."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()

    def after_frame(self, busy: bool) -> None:
        """Collect as much as there is time for: nothing while somebody types."""
        if gc.get_count()[0] < (MOST_YOUNG if busy else FEW_YOUNG):
            return
        self._times += 1
        now = time.monotonic()
        if not busy and now - self._everything_at > EVERYTHING_SECONDS:
            self._everything_at = now
            gc.collect()
        elif not busy and self._times % OLDER_TIMES == 0:
            gc.collect(1)
        else:
            gc.collect(0)

    def end(self) -> None:
        """The automatic collector goes on as before."""
        gc.unfreeze()
        gc.enable()
