"""``rnn-tui tensorboard``: old trainings become runs, and what is wrong with them is told."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from rnn_tui.cli import cli
from tests.extras import needs

needs_library = needs("tensorboard", "tensorboardX")


def tensorboard(tmp_path: Path) -> tuple[str, str]:
    """What the command says, and complains of."""
    words = ["tensorboard", str(tmp_path / "logs"), "--runs", str(tmp_path / "runs")]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout, done.stderr


@needs_library
def test_it_tells_what_became_of_each_folder(tmp_path: Path) -> None:
    from tensorboardX import SummaryWriter

    for name in ("a", "b"):
        with SummaryWriter(str(tmp_path / "logs" / name)) as writer:
            writer.add_scalar("loss", 1.0, 1)
    for file in (tmp_path / "logs" / "b").iterdir():
        file.write_bytes(file.read_bytes() + b"garbage " * 4)
    said, complained = tensorboard(tmp_path)
    logs = tmp_path / "logs"
    assert said.splitlines() == [
        f"run a: 1 series, 1 values from {logs / 'a'}",
        f"run b: 1 series, 1 values from {logs / 'b'}",
    ]
    assert complained.count("\n") == 1
    assert "garbage from byte" in complained


@needs_library
def test_a_folder_without_scalars_is_told(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "x.tfevents.1").touch()
    assert tensorboard(tmp_path) == (f"no scalars in {tmp_path / 'logs'}\n", "")
