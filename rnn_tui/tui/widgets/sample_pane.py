"""What the network writes: by itself while it trains, and from a prompt when it is asked."""

from __future__ import annotations

import os
import re
import time
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from rnn_tui.text.visible import visible_line
from rnn_tui.training.protocol import (
    Request,
    SampleText,
    SetTemperature,
    StartSample,
    Status,
    StopSample,
)
from rnn_tui.tui.history import Frame, History
from rnn_tui.tui.rates import is_calm, rates
from rnn_tui.tui.widgets.pane import SLACK, Pane
from rnn_tui.tui.widgets.sample_log import SampleLog
from rnn_tui.tui.widgets.temperature_slider import TemperatureSlider

AUTOMATIC_SECONDS = 4.0
"""Between the end of a text and the next one that nobody asked for."""

AFTER_ASKED_SECONDS = 10.0
"""The same after a text that somebody asked for, so that it can be read."""

ASKED_LENGTH = 500
AUTOMATIC_LINES = 2
LONGEST_PROMPT = 10_000

PLACEHOLDER = "prompt: type, and enter lets the network go on from there"
STORED_PLACEHOLDER = "nobody trains this run, so nothing is written here: T opens the sampler"

SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character: no encoding has a place for it, so it cannot be sent."""


class PromptInput(Input):
    """The prompt; Escape leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "write", tooltip="write from the prompt", id="prompt.submit"),
        Binding("escape", "leave", "leave the prompt", id="prompt.leave"),
        Binding("up", "warmer(1)", "warmer", tooltip="raise the temperature", id="prompt.warmer"),
        Binding(
            "down", "warmer(-1)", "cooler", tooltip="lower the temperature", id="prompt.cooler"
        ),
    ]

    class Warmer(Message):
        """The temperature is to rise by so many steps."""

        def __init__(self, steps: int) -> None:
            super().__init__()
            self.steps = steps

    def on_mount(self) -> None:
        """Nothing blinks where each byte counts."""
        self.cursor_blink = not is_calm(os.environ)

    def on_paste(self, event: events.Paste) -> None:
        """Of a paste that is too long take the beginning: without this nothing would be taken."""
        room = LONGEST_PROMPT - len(self.value) + len(self.selected_text)
        event.text = event.text[:room]

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Also + and - are text here, and no keys of the dashboard that the footer should name."""
        return super().check_consume_key(key, {"plus": "+", "minus": "-"}.get(key, character))

    def action_leave(self) -> None:
        """To the texts, at once: the next key acts on the dashboard."""
        self.screen.set_focus(self.query_ancestor(SamplePane).log_of_texts)

    def action_warmer(self, steps: int) -> None:
        """Say so."""
        self.post_message(self.Warmer(steps))


class SamplePane(Pane):
    """The texts, the prompt and the temperature."""

    DEFAULT_CSS: ClassVar[str] = """
    SamplePane Horizontal { height: 1; }
    SamplePane PromptInput { width: 1fr; height: 1; border: none; padding: 0; background: $boost; }
    SamplePane TemperatureSlider { width: 44; margin-left: 2; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop_text", "end the text", show=False, id="sample.stop"),
    ]

    number = 5
    label = "sample"

    class Asked(Message):
        """Something for the trainer to do."""

        def __init__(self, request: Request) -> None:
            super().__init__()
            self.request = request

    _last: SampleText | None = None
    _ended_at = 0.0
    _awaiting = False

    def compose(self) -> ComposeResult:
        """Texts above, prompt and slider below."""
        yield SampleLog()
        with Horizontal():
            yield PromptInput(
                placeholder=PLACEHOLDER,
                compact=True,
                select_on_focus=False,
                max_length=LONGEST_PROMPT,
            )
            yield TemperatureSlider(0.8)

    @property
    def log_of_texts(self) -> SampleLog:
        """The texts."""
        return self.query_one(SampleLog)

    @property
    def prompt(self) -> PromptInput:
        """The prompt."""
        return self.query_one(PromptInput)

    @property
    def slider(self) -> TemperatureSlider:
        """The temperature."""
        return self.query_one(TemperatureSlider)

    @property
    def writing(self) -> bool:
        """Whether a text that somebody asked for is being written."""
        last = self._last
        return last is not None and not last.finished and not last.automatic

    @property
    def period(self) -> float:
        """A text that somebody waits for comes as it is written."""
        return rates().awaited if self.writing else super().period

    def is_behind(self, history: History) -> bool:  # noqa: ARG002
        """Whether a text is being written."""
        return self._last is not None and not self._last.finished

    def is_due(self, history: History, now: float) -> bool:  # noqa: ARG002
        """It also has to see when it is time for another text."""
        return now - self.drawn_at >= self.period - SLACK

    @property
    def complete(self) -> bool:
        """Whether the last text that somebody asked for is all there."""
        last = self._last
        return last is not None and last.finished and not last.automatic

    def wishes(self) -> dict[str, Any]:
        """Which text goes on, and how much of it is here."""
        if self._last is None:
            return {}
        number = self._last.stream
        return {"sample": number, "sample_after": self.log_of_texts.received(number)}

    def take(self, frame: Frame) -> None:
        """Show what is written; of a run without a network say that there is none."""
        monitored = frame.history.welcome.kind == "monitored"
        self.query_one(Horizontal).display = not monitored
        if monitored:
            self.entitle(f"{self.number} sample", "a monitored run has no network here")
        else:
            self._take_texts(frame)

    def _take_texts(self, frame: Frame) -> None:
        """Add what was written, and ask for a new text when it is time."""
        sample, status = frame.update.sample, frame.update.status
        if sample is not None:
            self._take_sample(sample)
        self._ask_when_due(status)
        stored = status.phase == "read-only"
        keys = "nobody trains this run: T writes" if stored else "< > temperature · t prompt"
        self.query_one(PromptInput).placeholder = STORED_PLACEHOLDER if stored else PLACEHOLDER
        self.entitle(self.title(frame), keys)

    def _take_sample(self, sample: SampleText) -> None:
        was_finished = self._last is not None and self._last.finished
        if self._last is None or sample.stream != self._last.stream:
            self._awaiting = False
            was_finished = False
        if sample.finished and not was_finished:
            self._ended_at = time.monotonic()
        self._last = sample
        self.log_of_texts.take(sample, heading(sample))

    def _ask_when_due(self, status: Status) -> None:
        last = self._last
        if status.phase == "read-only":  # nobody is there who could write
            return
        if self._awaiting or (last is not None and not last.finished):
            return
        rest = AUTOMATIC_SECONDS if last is None or last.automatic else AFTER_ASKED_SECONDS
        trained = last is None or status.step > last.weights_step
        if trained and status.step > 0 and time.monotonic() - self._ended_at >= rest:
            self._ask("", automatic=True)

    def _ask(self, prompt: str, automatic: bool) -> None:
        length = self.log_of_texts.size.width * AUTOMATIC_LINES if automatic else ASKED_LENGTH
        self._awaiting = True
        self.post_message(
            self.Asked(
                StartSample(
                    prompt=SURROGATE.sub("\ufffd", prompt),
                    temperature=self.slider.value,
                    length=max(length, 1),
                    automatic=automatic,
                )
            )
        )

    def title(self, frame: Frame) -> str:
        """Whose weights write."""
        step = self._last.weights_step if self._last is not None else frame.update.status.step
        return f"{self.number} sample · weights of step {step:,}"

    def reset(self) -> None:
        """Another server: its texts are numbered anew."""
        self._last = None
        self._awaiting = False

    def failed(self) -> None:
        """The trainer refused to begin a text: ask again later."""
        self._awaiting = False
        self._ended_at = time.monotonic()

    @on(Input.Submitted)
    def write_from_prompt(self, event: Input.Submitted) -> None:
        """Enter: write from the prompt, in place of the text that is being written."""
        event.stop()
        self.log_of_texts.lines_back = 0
        self._ask(event.value, automatic=False)

    @on(PromptInput.Warmer)
    def warm_from_prompt(self, event: PromptInput.Warmer) -> None:
        """Up and down in the prompt move the slider."""
        event.stop()
        self.warm(event.steps)

    @on(TemperatureSlider.Changed)
    def change_temperature(self, event: TemperatureSlider.Changed) -> None:
        """The slider acts on the text that is being written."""
        event.stop()
        if self.is_mounted and self._last is not None and not self._last.finished:
            self.post_message(self.Asked(SetTemperature(event.value)))

    def action_stop_text(self) -> None:
        """End the text that is being written."""
        self.post_message(self.Asked(StopSample()))

    def warm(self, steps: int) -> None:
        """Raise or lower the temperature."""
        self.slider.action_change(steps * 0.05)

    @property
    def entrance(self) -> Widget:
        """The prompt is what is typed into."""
        return self.prompt


def heading(sample: SampleText) -> str:
    """One line above a text: whose weights, how warm, and what of the prompt is unknown."""
    parts = [f"step {sample.weights_step:,}", f"temperature {sample.temperature:.2f}"]
    if sample.missing:
        unknown = visible_line(sample.missing[:40])
        parts.append(f"left out of the prompt, never seen in the text: {unknown}")
    return "── " + " · ".join(parts) + " ──"
