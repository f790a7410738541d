"""Earlier texts are all there, and found."""

from __future__ import annotations

from textual.app import App, ComposeResult

from rnn_tui.training.protocol import SampleText
from rnn_tui.tui.widgets.sample_log import SampleLog

TEXTS = 60


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield SampleLog()


def _text(number: int) -> SampleText:
    return SampleText(
        stream=number,
        automatic=True,
        prompt="",
        missing="",
        temperature=1.0,
        weights_step=number,
        start=0,
        text=f"text number {number} " + "and so on " * 40,
        finished=True,
    )


def _shown(host: Host) -> str:
    log = host.query_one(SampleLog)
    return "\n".join(log.render_line(y).text for y in range(log.size.height))


async def test_home_reaches_the_first_text_and_end_the_last(until) -> None:
    host = Host()
    async with host.run_test(size=(40, 8)) as pilot:
        log = host.query_one(SampleLog)
        for number in range(1, TEXTS + 1):
            log.take(_text(number), f"-- step {number} --")
        log.focus()
        await until(pilot, lambda: log.has_focus)
        await pilot.press("home")
        await until(pilot, lambda: "text number 1 " in _shown(host))
        await pilot.press("end")
        await until(pilot, lambda: log.lines_back == 0)
        assert "step 1 " not in _shown(host)
