"""The command line: words become a configuration, a run, an app or lines of output.

Nothing here loads NumPy or Textual before a command that needs them is known to be possible.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback

import click

from rnn_tui import __version__
from rnn_tui.cli.group import OpensTexts
from rnn_tui.runs.errors import RunError
from rnn_tui.text.errors import CorpusError
from rnn_tui.text.visible import visible_line

USAGE_STATUS = 2
PIPE_STATUS = 128 + signal.SIGPIPE


@click.group(
    cls=OpensTexts, default="open", context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, "-V", "--version", prog_name="rnn-tui")
def cli() -> None:
    """Train a recurrent network on your own text, and watch it learn.

    rnn-tui opens the app on a new run. TEXT is files, folders, or - for standard input; without it
    a text that Python itself carries is learned. Every option of a run can also stand in a file
    (--config run.toml: hidden = 256) or in the environment (RNN_TUI_HIDDEN=256); the command line
    wins over the environment, and that over the file.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process. What goes wrong is one line and a status."""
    sys.exit(status_of(arguments))


def status_of(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status.

    Where nobody reads our output any more click quietly ends the process: its status is then that
    of the signal which ends other programs there.
    """
    try:
        result = cli.main(arguments, prog_name="rnn-tui", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except SystemExit as end:
        return PIPE_STATUS if end.code == 1 else int(end.code or 0)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except click.ClickException as error:
        return _complain(error.format_message(), error.exit_code)
    except CorpusError as error:
        return _complain(str(error), USAGE_STATUS)
    except RunError as error:
        return _complain(str(error), error.exit_code)
    except Exception:  # noqa: BLE001 (a mistake of ours: the user gets one line, not its traceback)
        from rnn_tui.cli.report import write_report

        place = visible_line(str(write_report(traceback.format_exc(), os.environ)))
        return _complain(f"an error that should not happen: it is described in {place}", 1)


def _complain(message: str, status: int) -> int:
    line = visible_line(" ".join(message.split()))
    click.echo(f"rnn-tui: {line}", err=True)
    return status
