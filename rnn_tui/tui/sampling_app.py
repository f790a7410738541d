"""The sampler as an app of its own, on a run that somebody else may train."""

from __future__ import annotations

from pathlib import Path

from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.sources import StoredSource
from rnn_tui.tui.terminal_app import TerminalApp


class SamplingApp(TerminalApp):
    """Samples from a run; leaving the sampler ends it."""

    CSS_PATH = "app.tcss"

    def __init__(
        self, sampler: Sampler, source: StoredSource, log_file: Path | None = None
    ) -> None:
        super().__init__(log_file)
        from rnn_tui.tui.screens.sampler import SamplerScreen

        self._source = source
        self._sampling = SamplerScreen(sampler, source)

    async def on_mount(self) -> None:
        """The sampler, and nothing else."""
        self.take_over_terminal()
        await self.push_screen(self._sampling, lambda _: self.exit())

    async def on_unmount(self) -> None:
        """Part from the run's trainer."""
        await self._source.close()


def open_sampler(sampler: Sampler, source: StoredSource, log_file: Path | None = None) -> int:
    """Open the sampler in the terminal; the exit status."""
    return SamplingApp(sampler, source, log_file).open()
