"""How far the gradient flows back: who credits whom, and how fast it fades."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import var
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static

from rnn_tui.core.flow import DEFINITIONS, THRESHOLD, FlowReport
from rnn_tui.stepping.window import Window
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.renderables.chart_data import ChartData, Curve, Reference, line
from rnn_tui.tui.screens.credit_map import CreditMap
from rnn_tui.tui.screens.help import HelpScreen, Key, keys_of
from rnn_tui.tui.widgets.chart import ChartWidget
from rnn_tui.tui.widgets.heatmap import HeatmapWidget

Array = npt.NDArray[Any]

_DRAWN_FROM: Final = 1e-12
"""What is smaller beside the largest is left out of a chart."""
_WIDE, _TALL = 100, 26
_FAULTY: Final = (
    "fault: {}; ‖dL/dh_t‖ is that of the faulty pass, "
    "credit and horizon those of the true derivative"
)
"""What a planted fault has touched."""
_FAULTY_SHORT: Final = "fault: {}; ‖dL/dh_t‖ faulty, credit and horizon true"
_BESIDE_MAP: Final = 7
"""Columns of the map's pane that hold its frame and the labels of its rows."""


class FlowPane(Vertical):
    """A frame around one picture."""

    DEFAULT_CSS: ClassVar[str] = """
    FlowPane { border: round $foreground 22%; border-title-color: $foreground; padding: 0 1; }
    FlowPane { border-subtitle-color: $text-muted; height: 1fr; width: 1fr; }
    FlowPane:focus-within { border: round $primary; border-title-style: bold; }
    """

    def __init__(self, title: str, picture: Widget, *, id: str) -> None:  # noqa: A002
        super().__init__(picture, id=id)
        self.border_title = Content(title)

    def remark(self, text: str) -> None:
        """Say something at the lower edge."""
        self.border_subtitle = Content(text)


class FlowScreen(Screen[None]):
    """Shows a ``FlowReport`` of the window that it was made from; escape closes it.

    ``fault`` is the name of a fault that was planted in the pass, ``edited`` whether numbers of it
    were changed: both are said, for the window's own pass is another one.
    Where there is no room for three panes there is one at a time, and tab goes on to the next.
    """

    DEFAULT_CSS: ClassVar[str] = """
    FlowScreen { layout: vertical; }
    FlowScreen #numbers { height: auto; max-height: 4; padding: 0 1; }
    FlowScreen #panes { height: 1fr; }
    FlowScreen #fading { width: 1fr; }
    FlowScreen.-single .-hidden { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn(1)", "next pane", tooltip="the next pane", id="flow.next"),
        Binding("shift+tab", "turn(-1)", "previous", show=False, id="flow.previous"),
        Binding(
            "question_mark,f1",
            "keys",
            "keys",
            tooltip="keys, and what the numbers are",
            id="flow.keys",
        ),
        Binding("escape,q,f", "close", "back", tooltip="back to the walk", id="flow.close"),
    ]

    current: var[int] = var(0, init=False)

    def __init__(
        self,
        report: FlowReport,
        window: Window,
        subject: str = "",
        *,
        fault: str | None = None,
        edited: bool = False,
    ) -> None:
        super().__init__()
        self.report = report
        self.window = window
        self.subject = visible_line(subject or window.title)
        self.fault = fault
        self.edited = edited

    def compose(self) -> ComposeResult:
        """The numbers, the three panes, the keys."""
        yield Static(id="numbers", markup=False)
        with Horizontal(id="panes"):
            title = "credit ‖dL_t/dh_s‖ · t down, s across · log"
            yield FlowPane(title, CreditMap(self.report, self.window), id="credit")
            with Vertical(id="fading"):
                faulty = " · faulty pass" if self.fault else ""
                title = f"‖dL/dh_t‖ at each step{faulty}"
                yield FlowPane(title, ChartWidget(self._norms()), id="norms")
                yield FlowPane("fading with the lag", ChartWidget(self._lags()), id="lags")
        yield Footer(show_command_palette=False, compact=True)

    @property
    def panes(self) -> list[FlowPane]:
        """In the order that tab goes through them."""
        return [self.query_one(f"#{name}", FlowPane) for name in ("credit", "norms", "lags")]

    def on_mount(self) -> None:
        """Begin with the map."""
        self._arrange()
        self.credit.focus()

    def on_resize(self, event: events.Resize) -> None:
        """All panes, or one."""
        single = event.size.width < _WIDE or event.size.height < _TALL
        self.set_class(single, "-single")
        self._share_width(single)
        self.query_one("#numbers", Static).update(self._numbers())
        self.call_after_refresh(self.credit.draw)

    # -- what is shown

    def _numbers(self) -> Content:
        report = self.report
        layer = f"layer {report.layer}" if len(self.window.state) > 1 else ""
        row = f"row {report.row}" if self.window.batch > 1 else ""
        edited = "edited" if self.edited else ""
        parts = ("gradient flow", self.subject, edited, layer, row)
        said = " · ".join(text for text in parts if text)
        return Content.assemble(
            (said, "$text-muted"),
            "   " if self.size.width >= _WIDE else "\n",
            "effective horizon ",
            (self._horizon(), "bold $primary"),
            "   spectral radius of W_hh ",
            (f"{report.spectral_radius:.4f}", "bold"),
            (self._warning(), "$text-warning"),
        )

    def _horizon(self) -> str:
        report, T = self.report, self.window.steps
        if not report.finite:
            return "not finite"
        if math.isnan(report.horizon):
            return "none: there is no credit"
        return (
            f"at least {T} characters"
            if report.horizon >= T
            else f"{report.horizon:.1f} characters"
        )

    def _warning(self) -> str:
        """A line that tells faulty numbers from true ones, where a fault is planted."""
        if not self.fault:
            return ""
        full, short = (text.format(self.fault) for text in (_FAULTY, _FAULTY_SHORT))
        return "\n" + (full if len(full) <= self.size.width - 2 else short)

    def _norms(self) -> ChartData:
        curves: list[Curve] = []
        for layer, norms in enumerate(self.report.gradient_norms):
            chosen = layer == self.report.layer
            label = f"layer {layer}"
            role = "smoothed" if chosen else "raw"
            curves.append(_curve(role, norms, label))
        return ChartData(curves, unit="norm · log", log=True)

    def _lags(self) -> ChartData:
        curves = (
            _curve("smoothed", self.report.credit_by_lag, "credit"),
            _curve("held out", self.report.jacobian_norms, "Jacobian norm"),
        )
        horizon = Reference(THRESHOLD, f"{THRESHOLD:.0%}: horizon")
        return ChartData(curves, [horizon], unit="beside lag 0 · log", log=True)

    @property
    def credit(self) -> CreditMap:
        """The map."""
        return self.query_one(CreditMap)

    def _share_width(self, single: bool) -> None:
        """The map as wide as its columns make it, the charts get what is left."""
        pane, width = self.panes[0], self.size.width
        zoom = self.credit.zoom(width * 7 // 10 - _BESIDE_MAP)
        fits = zoom * self.credit.steps + _BESIDE_MAP
        whole = not single and zoom and fits >= width // 3
        pane.styles.width = fits if whole else "1fr"

    @on(HeatmapWidget.CursorMoved)
    def read_out(self) -> None:
        """Say what the cursor is on."""
        pane = self.panes[0]
        pane.remark(self.credit.words(pane.size.width - 2))

    # -- keys

    def action_turn(self, by: int) -> None:
        """The next pane."""
        self.current = (self.current + by) % len(self.panes)

    def watch_current(self) -> None:
        """Show it where only one can be seen."""
        self._arrange()
        if self.current == 0:
            self.credit.focus()
            self.call_after_refresh(self.credit.draw)
        else:
            self.set_focus(None)

    def _arrange(self) -> None:
        for place, pane in enumerate(self.panes):
            pane.set_class(place != self.current, "-hidden")
        self.query_one("#fading").set_class(self.current == 0, "-hidden")

    def action_keys(self) -> None:
        """Keys, and the definitions of what is shown."""
        definitions = [Key(name, does) for name, does in DEFINITIONS.items()]
        self.app.push_screen(HelpScreen([*keys_of(self), Key("", ""), *definitions]))

    def action_close(self) -> None:
        """Back to the walk."""
        self.dismiss()


def _curve(role: Any, values: Array, label: str) -> Curve:
    """Values against 0, 1, .. without those that are next to nothing."""
    finite = np.where(np.isfinite(values), values, 0)
    seen = ~(finite < finite.max(initial=0.0) * _DRAWN_FROM) | ~np.isfinite(values)
    return line(role, np.flatnonzero(seen), values[seen], label)
