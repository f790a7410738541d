"""Every command: where it lies, and what it does in few words. None is loaded to be listed."""

from __future__ import annotations

from typing import Final, NamedTuple


class Place(NamedTuple):
    """A command in a module of this package; without words it is not listed."""

    module: str
    attribute: str
    does: str = ""


PLACES: Final = {
    "open": Place("app", "open_app"),
    "train": Place("training", "train", "Train without the app, with a progress bar."),
    "resume": Place("training", "resume", "Go on with a run from its last checkpoint."),
    "attach": Place(
        "app", "attach", "Watch a run, whoever trains it, or look at one that is stopped."
    ),
    "step": Place("step", "step", "Walk through one pass of backpropagation."),
    "sample": Place("sample", "sample", "Write texts with a network, or score one."),
    "runs": Place("runs", "runs", "List the runs, compare, rename and delete them."),
    "export": Place("export", "export", "Write a run's network as a file that PyTorch loads."),
    "import": Place("importing", "import_", "Begin a run with a PyTorch network."),
    "tensorboard": Place("tensorboard", "tensorboard", "Make runs of TensorBoard's event files."),
    "check": Place("check", "check", "Check the gradients against the complex-step derivative."),
    "bench": Place("bench", "bench", "Measure how fast this machine is."),
    "completion": Place(
        "completion", "completion", "Print what makes a shell complete commands and options."
    ),
}
