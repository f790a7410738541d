"""``step``: walk through one pass of backpropagation, in the app or as lines of output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import click
from click.shell_completion import CompletionItem

from rnn_tui.cli.app import require_terminal, take_keys_from_terminal
from rnn_tui.cli.completion import completes_run
from rnn_tui.cli.options import Command, RunCommand, attach_option, runs_option, setting_option
from rnn_tui.cli.walked import DRAWN, LEARNING, SETTINGS, Asked, find_window
from rnn_tui.runs.configuration import FIELDS
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.names import clipped
from rnn_tui.runs.places import runs_folder
from rnn_tui.stepping.defaults import DEFAULTS, FILE_STEPS, LONGEST
from rnn_tui.training.starting import ONE_THREAD

if TYPE_CHECKING:
    from rnn_tui.stepping.window import Window


class StepCommand(RunCommand):
    """Its help has sections of its own."""

    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "Text": ("text", "tiny", "window", "symbols", "vocabulary"),
        "Weights": ("checkpoint", "at", "row", "weights", *DRAWN, "cell", "dtype"),
        "Learning": LEARNING,
        "Output": ("print_", "json_", "full", "digits", "script", "runs", "help"),
    }


def settings_options(command: Command) -> Command:
    """Add the settings that a walk has in common with a run, with the defaults of a walk."""
    for name in reversed(SETTINGS):
        field = replace(FIELDS[name], default=DEFAULTS.get(name, FIELDS[name].default))
        attach_option(command, setting_option(field))
    return command


def complete_what(
    ctx: click.Context, parameter: click.Parameter, begun: str
) -> list[CompletionItem]:
    """Runs and files."""
    runs = [] if "/" in begun else completes_run()(ctx, parameter, begun)
    return runs or [CompletionItem(begun, type="file")]


_at_most = click.IntRange(1, LONGEST)
_counted = click.IntRange(min=1)


@click.command(cls=StepCommand)
@click.argument("what", metavar="TEXT|RUN", required=False, shell_complete=complete_what)
@click.option("--tiny", is_flag=True, help="a network to check with pencil and paper, with no TEXT")
@click.option("--text", is_flag=True, help="TEXT is the text itself, whatever else is called so")
@click.option(
    "--window",
    type=_at_most,
    metavar="N",
    help=f"time steps, from the beginning of TEXT  [all; of a file {FILE_STEPS}]",
)
@click.option(
    "--vocabulary",
    metavar="SYMBOLS",
    help="the symbols, for --weights in the order of its numbers  [the file's, or TEXT's]",
)
@click.option(
    "--checkpoint",
    metavar="RUN",
    shell_complete=completes_run(),
    help="read TEXT with the weights of a run",
)
@click.option(
    "--at", type=_counted, metavar="STEP", help="the run as it came to this step  [the next one]"
)
@click.option("--row", type=_counted, metavar="N", help="the row of the run's batch  [1]")
@click.option(
    "--weights",
    metavar="FILE",
    help="read TEXT with a PyTorch nn.RNN and nn.Linear, from a safetensors file",
)
@settings_options
@click.option("--print", "print_", is_flag=True, help="write the walk as text")
@click.option(
    "--json",
    "json_",
    is_flag=True,
    help="write it as JSON, an operation a line: index from 0, t = 0 outside of time; NaN is text",
)
@click.option("--full", is_flag=True, help="with --print: large arrays whole too")
@click.option(
    "--digits",
    type=click.IntRange(1, 17),
    metavar="N",
    help="significant digits  [--print: 6; --json: all]",
)
@click.option("--script", metavar="FILE", help="carry out commands from a file; - is stdin")
@runs_option
def step(
    what: str | None,
    tiny: bool,
    runs: str | None,
    print_: bool,
    json_: bool,
    script: str | None,
    full: bool,
    digits: int | None,
    **options: Any,
) -> int:
    """Walk through one pass of backpropagation through time, operation by operation.

    RUN is the name of a run, or its folder: the window that it reads next is walked through, or
    that of step --at. If there is no such run, TEXT is a file or a folder, and its beginning is
    read; if there is no such file, TEXT is the text itself. The weights are drawn afresh (--seed),
    or those of a run (--checkpoint), or those of a PyTorch network (--weights):

    \b
    weight_ih_l{k}, weight_hh_l{k}     transposed: W_xh, W_hh of layer k
    bias_ih_l{k} + bias_hh_l{k}        b_h of layer k; zeros if missing
    weight (V, H), bias of nn.Linear   transposed: W_hy; b_y
    weight (V, E) of nn.Embedding      folded into W_xh of layer 0

    Names may have any prefix. nonlinearity="relu" is --cell relu. Gates, two directions and
    projections are refused.
    """
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # before NumPy is loaded
    asked = Asked(_what(what, tiny), runs, options)
    _check_output(asked, print_, json_, script, full, digits)
    if not (print_ or json_ or script):
        require_terminal("--print, --json or --script", reads_text=what == "-")
    window = _tiny_window(asked) if tiny else find_window(asked)
    row = _row(window, options["row"])
    if print_ or json_:
        _write(_walk(window.one_row(row) if window.batch > 1 else window, json_, full, digits))
    elif script:
        _write(_answers(window, row, script))
    else:
        return _open(window, row, asked)
    return 0


def _what(what: str | None, tiny: bool) -> str:
    if tiny and what is not None:
        raise ConfigError(f"--tiny brings its own text: leave out {clipped(what)}")
    if what is None and not tiny:
        raise ConfigError("step needs a TEXT or a RUN, such as: rnn-tui step 'hello world'")
    return what or ""


def _tiny_window(asked: Asked) -> Window:
    for name, value in asked.options.items():
        if value not in (None, False):
            option = f"--{name.replace('_', '-')}"
            raise ConfigError(f"{option} does not go with --tiny: leave it out")
    from rnn_tui.stepping.tiny import tiny_window

    return tiny_window()


def _check_output(
    asked: Asked, print_: bool, json_: bool, script: str | None, full: bool, digits: int | None
) -> None:
    if print_ + json_ + (script is not None) > 1:
        raise ConfigError("--print, --json and --script are three outputs: choose one")
    if full and not print_:
        raise ConfigError("--full goes with --print")
    if digits is not None and not (print_ or json_):
        raise ConfigError("--digits goes with --print or --json")
    if asked.what == "-" and script == "-":
        raise ConfigError("TEXT and --script cannot both be standard input: name a file")


def _row(window: Window, row: int | None) -> int:
    """The row, from 0: the one that is asked for, or where something went wrong, or the first."""
    if row is not None and row > window.batch:
        raise ConfigError(f"--row {row}: this run reads {window.batch} rows side by side")
    return window.suspect or 0 if row is None else row - 1


def _walk(window: Window, as_json: bool, full: bool, digits: int | None) -> Iterator[str]:
    from rnn_tui.stepping.plain import DIGITS, json_lines, text_lines

    trace = window.trace()
    if as_json:
        return json_lines(trace, digits=digits)
    return text_lines(window, trace, full=full, digits=digits or DIGITS)


def _answers(window: Window, row: int, script: str) -> Iterator[str]:
    """What each command of a script answers."""
    from rnn_tui.stepping.commands import run_script
    from rnn_tui.stepping.errors import StepperError
    from rnn_tui.stepping.stepper import Stepper

    try:
        with click.open_file(script, encoding="utf-8") as lines:
            yield from run_script(Stepper(window, row), lines)
    except StepperError as error:
        raise ConfigError(str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigError(f"cannot read the script {script}: {reason.lower()}") from error


def _write(lines: Iterable[str]) -> None:
    """One line after the other; where nobody reads them any more click ends the process."""
    stream = sys.stdout
    if hasattr(stream, "reconfigure"):  # a terminal may not know every sign of the formulas
        stream.reconfigure(errors="backslashreplace")
    try:
        for line in lines:
            stream.write(f"{line}\n")
    finally:
        stream.flush()  # before a complaint is written


def _open(window: Window, row: int, asked: Asked) -> int:
    if asked.what == "-":
        take_keys_from_terminal()
    from rnn_tui.tui.housekeeping import Housekeeping

    Housekeeping.hold()  # nothing is collected before the first frame
    from rnn_tui.tui.stepping_app import open_stepper

    log_file = runs_folder(asked.runs, os.environ).parent / "stepper.log"
    return open_stepper(window, row, log_file)
