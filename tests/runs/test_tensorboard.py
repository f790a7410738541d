"""Event files of TensorBoard become runs; what is torn or damaged costs itself and nothing else."""

from __future__ import annotations

import math
import os
import random
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.runs.directory import create_monitored
from rnn_tui.runs.errors import ConfigError, RunBusyError
from rnn_tui.runs.event_files import Scalar, library, scalars
from rnn_tui.runs.listing import list_runs
from rnn_tui.runs.metrics import MetricsReader
from rnn_tui.runs.tensorboard import Brought, bring_in, event_folders
from tests.extras import needs

needs_library = needs("tensorboard", "tensorboardX")
Write = Callable[..., Path]


def record(data: bytes) -> bytes:
    """A record as event files have them."""
    length, checksum = struct.pack("<Q", len(data)), library().checksum
    return b"".join(
        [length, struct.pack("<I", checksum(length)), data, struct.pack("<I", checksum(data))]
    )


def event(step: int, tag: str, value: float, time: float = 1_000.0) -> bytes:
    """The record of one scalar."""
    made = library().parse(b"")
    made.step, made.wall_time = step, time
    made.summary.value.add(tag=tag, simple_value=value)
    return record(made.SerializeToString())


def of_tensor(dtype: int, shape: tuple[int, ...], plugin: str = "scalars", **given: Any) -> bytes:
    """The record of a scalar as TensorFlow 2 writes it."""
    made = library().parse(b"")
    made.step = 1
    value = made.summary.value.add(tag="loss")
    value.metadata.plugin_data.plugin_name = plugin
    value.tensor.dtype = dtype
    for size in shape:
        value.tensor.tensor_shape.dim.add(size=size)
    content = given.pop("content", b"")
    value.tensor.tensor_content = content
    for field, numbers in given.items():
        getattr(value.tensor, field).extend(numbers)
    return record(made.SerializeToString())


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of records into a folder of event files."""

    def written(*records: bytes, name: str = "lstm/events.out.tfevents.1.host") -> Path:
        path = tmp_path / "logs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(records))
        return path

    return written


def read(path: Path) -> tuple[list[Scalar], str]:
    """All scalars of a file, and what was wrong with it."""
    values, found = scalars(path), []
    while True:
        try:
            found.append(next(values))
        except StopIteration as end:
            return found, end.value


def brought(tmp_path: Path) -> list[Brought]:
    return list(bring_in(tmp_path / "logs", tmp_path / "runs"))


def values(tmp_path: Path, run: str, name: str = "loss") -> list[tuple[int, float]]:
    with MetricsReader(tmp_path / "runs" / run / "metrics.sqlite") as reader:
        return [(point.step, point.value) for point in reader.points_after(name, -1)]


@needs_library
def test_what_a_writer_of_event_files_wrote_comes_back(tmp_path: Path) -> None:
    from tensorboardX import SummaryWriter

    with SummaryWriter(str(tmp_path / "logs" / "lstm")) as writer:
        for step in range(3):
            writer.add_scalar("loss", 2.0 - step, step, walltime=1_000.0 + step)
        writer.add_text("note", "hello", 1)
    (run,) = brought(tmp_path)
    assert (run.points, run.series, run.wrong) == (3, 1, ())
    assert values(tmp_path, "lstm") == [(0, 2.0), (1, 1.0), (2, 0.0)]
    (summary,) = list_runs(tmp_path / "runs")
    assert (summary.name, summary.step, summary.loss) == ("lstm", 2, 0.0)
    assert summary.created == "1970-01-01T00:16:40.000000+00:00"


@needs_library
@pytest.mark.parametrize(
    ("dtype", "given"),
    [
        (1, {"float_val": [0.5]}),
        (1, {"content": struct.pack("<f", 0.5)}),
        (2, {"double_val": [0.5]}),
        (2, {"content": struct.pack("<d", 0.5)}),
    ],
)
def test_scalars_as_tensors_are_scalars(write: Write, dtype: int, given: dict[str, Any]) -> None:
    found, wrong = read(write(of_tensor(dtype, (), **given)))
    assert ([(scalar.step, scalar.value) for scalar in found], wrong) == ([(1, 0.5)], "")


@needs_library
def test_what_is_no_scalar_is_passed_over(write: Write) -> None:
    path = write(
        of_tensor(1, (2,), float_val=[1.0, 2.0]),
        of_tensor(7, ()),
        of_tensor(1, (), plugin="histograms", float_val=[1.0]),
        of_tensor(1, (), content=b"abc"),
        of_tensor(1, (-3, 2), float_val=[1.0]),
    )
    assert read(path) == ([], "")


@needs_library
def test_a_file_whose_end_is_missing_is_read_up_to_there(write: Write) -> None:
    first, second = event(1, "loss", 1.0), event(2, "loss", 2.0)
    for length in range(len(second)):
        found, wrong = read(write(first, second[:length]))
        assert ([scalar.step for scalar in found], wrong) == ([1], "")


@needs_library
def test_a_damaged_record_costs_itself_alone(write: Write) -> None:
    middle = bytearray(event(2, "loss", 2.0))
    middle[20] ^= 1
    found, wrong = read(write(event(1, "loss", 1.0), bytes(middle), event(3, "loss", 3.0)))
    assert [scalar.step for scalar in found] == [1, 3]
    assert wrong.endswith(": 1 damaged record left out")


@needs_library
def test_records_that_say_nonsense_are_left_out(write: Write) -> None:
    found, wrong = read(
        write(record(b"\xff" * 9), record(b""), event(-1, "loss", 1.0), event(1, "loss", 1.0))
    )
    assert [scalar.step for scalar in found] == [1]
    assert wrong.endswith(": 2 damaged records left out")


@needs_library
def test_garbage_ends_a_file_and_is_told(write: Write) -> None:
    first = event(1, "loss", 1.0)
    found, wrong = read(write(first, b"garbage " * 10))
    assert len(found) == 1
    assert wrong.endswith(f": garbage from byte {len(first)} on left out")


@needs_library
def test_a_length_that_nobody_could_hold_reserves_nothing(write: Write) -> None:
    length = struct.pack("<Q", 2**63 + 5)
    path = write(length, struct.pack("<I", library().checksum(length)), b"x")
    assert read(path) == ([], "")


@needs_library
def test_mutated_files_give_scalars_or_are_told(write: Write) -> None:
    good = b"".join(event(step, "loss", float(step)) for step in range(20))
    for seed in range(300):
        rng = random.Random(seed)
        at, length = rng.randrange(len(good)), rng.randrange(1, 40)
        found, _ = read(write(good[:at], rng.randbytes(length), good[at + length :]))
        assert {(scalar.step, scalar.value) for scalar in found} <= {
            (step, float(step)) for step in range(20)
        }


@needs_library
def test_each_folder_becomes_a_run_with_a_name_that_it_may_bear(
    write: Write, tmp_path: Path
) -> None:
    for name in ("x.tfevents.1", "a b/c/x.tfevents.1", "a b-c/x.tfevents.1", "läss/x.tfevents.1"):
        write(event(1, "loss", 1.0), name=name)
    (tmp_path / "logs" / "other").mkdir()
    names = [run.run.name for run in brought(tmp_path) if run.run]
    assert names == ["logs", "a-b-c", "a-b-c-2", "l-ss"]


@needs_library
def test_of_several_values_of_a_step_the_last_counts(write: Write, tmp_path: Path) -> None:
    write(
        event(1, "loss", 1.0), event(2, "loss", 2.0), event(2, "loss", 3.0), name="b/1.tfevents.1"
    )
    write(event(2, "loss", 4.0), event(3, "loss", 5.0), name="b/1.tfevents.2")
    brought(tmp_path)
    assert values(tmp_path, "b") == [(1, 1.0), (2, 4.0), (3, 5.0)]


@needs_library
def test_again_it_brings_the_same_runs_up_to_date(write: Write, tmp_path: Path) -> None:
    create_monitored(tmp_path / "runs", "mine", b'{"event_files": 1}')
    write(event(1, "loss", math.nan))
    brought(tmp_path)
    write(event(1, "loss", math.nan), event(2, "loss", 2.0))
    brought(tmp_path)
    assert len(list_runs(tmp_path / "runs")) == 2
    assert [step for step, _ in values(tmp_path, "lstm")] == [1, 2]
    with MetricsReader(tmp_path / "runs" / "lstm" / "metrics.sqlite") as reader:
        assert [found[1:4] for found in reader.events_after(0)] == [
            (1, "not finite", "loss is nan")
        ]


@needs_library
def test_a_folder_without_scalars_makes_no_run(write: Write, tmp_path: Path) -> None:
    write(of_tensor(7, ()))
    assert [run.run for run in brought(tmp_path)] == [None]
    assert list_runs(tmp_path / "runs") == []


@needs_library
def test_a_run_that_is_being_written_is_left_alone(write: Write, tmp_path: Path) -> None:
    write(event(1, "loss", 1.0))
    (first,) = brought(tmp_path)
    assert first.run is not None
    with first.run.lock(), pytest.raises(RunBusyError):
        brought(tmp_path)


@needs_library
def test_times_and_names_from_elsewhere_do_no_harm(write: Write, tmp_path: Path) -> None:
    write(event(1, "\x1b[31m" + "x" * 500, 1.0, time=math.nan), event(1, "loss", 1.0, 1e300))
    (run,) = brought(tmp_path)
    assert run.wrong == ()
    with MetricsReader(tmp_path / "runs" / "lstm" / "metrics.sqlite") as reader:
        assert reader.series_names() == ["␛[31m" + "x" * 95, "loss"]


def test_what_is_no_file_is_no_event_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.tfevents.1")  # to open it would be to wait for ever
    with pytest.raises(ConfigError, match="no event files"):
        event_folders(tmp_path)


def test_a_folder_with_nothing_in_it_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no event files in .* \(\*tfevents\*\)"):
        event_folders(tmp_path)
    with pytest.raises(ConfigError, match="no folder"):
        event_folders(tmp_path / "gone")


def test_a_library_that_is_missing_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("tensorboardX", "tensorboardX.proto.event_pb2"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "x.tfevents.1").touch()
    with pytest.raises(ConfigError, match=r"pip install 'rnn-tui\[tensorboard\]'") as caught:
        brought(tmp_path)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "runs").exists()
