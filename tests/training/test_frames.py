from __future__ import annotations

import contextlib
import math
from typing import Any, get_args

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rnn_tui.training import frames, protocol
from rnn_tui.training.frames import (
    LARGEST_FRAME,
    LENGTH,
    decode_request,
    decode_response,
    frame,
    frame_length,
    split_frames,
)
from rnn_tui.training.knob_messages import KnobsListed, KnobState, ListKnobs, Turn, Undo
from rnn_tui.training.message import ArrayData, ProtocolError
from rnn_tui.training.protocol import Poll, View
from rnn_tui.training.ring_messages import RecentPart, RecentState
from rnn_tui.training.weights_messages import NextWeights, TakeWeights, WeightsPart, WeightsTaken
from rnn_tui.training.window_messages import NextArray, NextWindow, WindowHead, WindowPart
from rnn_tui.training.wire import pack, unpack

NUMBERS = st.floats(allow_nan=False)
TEXTS = st.text(max_size=20)
WHOLE = st.integers(-(2**31), 2**31)
PLACES = st.integers(-1, 2**62)
VIEWS = st.builds(View, st.sampled_from(["hidden", "weights", "gradients"]), TEXTS, WHOLE, WHOLE)
REQUESTS = st.one_of(
    st.builds(protocol.Hello, WHOLE, st.booleans(), TEXTS),
    st.builds(Poll, PLACES, PLACES, PLACES, WHOLE, st.tuples(VIEWS, VIEWS), WHOLE, WHOLE),
    st.builds(protocol.SetLearningRate, NUMBERS),
    st.builds(protocol.StartSample, TEXTS, NUMBERS, WHOLE, st.none() | WHOLE, st.booleans()),
    st.builds(protocol.SetTemperature, NUMBERS),
    st.builds(NextArray, TEXTS, st.integers(0, 2**62)),
    st.builds(NextWeights, WHOLE, st.integers(0, 2**62)),
    st.builds(Turn, TEXTS, TEXTS),
    st.builds(RecentState, st.integers(1, 2**62), PLACES, st.integers(0, 2**62)),
    *map(
        st.builds,
        [
            *(protocol.Pause, protocol.Resume, protocol.StepOnce, protocol.StopSample),
            *(protocol.Save, protocol.Stop, protocol.LeaveRunning, NextWindow, TakeWeights),
            *(ListKnobs, Undo),
        ],
    ),
)
ARRAYS = arrays.arrays(
    st.sampled_from([np.float32, np.float64, np.int64]), arrays.array_shapes(min_dims=1, min_side=0)
)


def body(message: Any) -> bytes:
    return frame(message)[LENGTH.size :]


@given(REQUESTS)
def test_every_request_arrives_as_it_was_sent(request: Any) -> None:
    assert decode_request(body(request)) == request


def test_the_test_above_knows_every_request() -> None:
    assert len(get_args(protocol.Request)) == 20


@given(TEXTS, WHOLE)
def test_responses_arrive_as_they_were_sent(text: str, number: int) -> None:
    info = (protocol.ParameterInfo(text, (number, 2)),)
    welcome = protocol.Welcome(
        *(number, text, text, "byte", (text,), number, text, number, number, number, number),
        *(text, 0.5, text, number, info),
    )
    head = WindowHead(
        *(number, number, number, True, number, text, "float32", 0.5, 0.0, text, {text: 0.5}),
        *((text,), number, 0.5),
    )
    part = WindowPart(number, pack(np.zeros(3, np.float32)))
    done = protocol.Done(text, changed=False)
    copies = (WeightsTaken(number, number), WeightsPart(part.values))
    knobs = KnobsListed((KnobState(text, text, text, text, text),), number)
    recent = RecentPart(number, number, b"\0\1")
    for message in (welcome, head, part, done, *copies, knobs, recent, protocol.Failed(text)):
        assert decode_response(body(message)) == message


@given(ARRAYS)
def test_arrays_arrive_as_they_were_sent(array: np.ndarray) -> None:
    arrived = unpack(pack(array))
    assert arrived.dtype == array.dtype
    assert np.array_equal(arrived, array, equal_nan=array.dtype.kind == "f")
    assert not arrived.flags.writeable


def test_an_array_need_not_be_contiguous_or_little_endian() -> None:
    matrix = np.arange(12.0).reshape(3, 4).T.astype(">f8")
    assert np.array_equal(unpack(pack(matrix)), matrix)


@pytest.mark.parametrize("dtype", ["|O", "<f2", ">f8", "|S8", "x", "", "<f8,<f8"])
def test_an_unknown_dtype_is_refused(dtype: str) -> None:
    sent = msgspec.msgpack.encode([dtype, [1], b"12345678"])
    with pytest.raises(msgspec.ValidationError, match="are not accepted"):
        msgspec.msgpack.decode(sent, type=ArrayData)


@pytest.mark.parametrize(
    ("shape", "size"), [((2,), 8), ((-1,), 8), ((-1, -1), 8), ((2**40, 2**40), 8), ((1,), 7)]
)
def test_an_array_that_contradicts_itself_is_refused(shape: tuple[int, ...], size: int) -> None:
    with pytest.raises(ValueError, match="an array"):
        ArrayData("<f8", shape, bytes(size))


@given(st.binary(max_size=200))
def test_garbage_is_a_protocol_error_and_nothing_else(garbage: bytes) -> None:
    for decode in (decode_request, decode_response):
        with pytest.raises(ProtocolError):
            decode(garbage)


@given(REQUESTS, st.data())
def test_a_damaged_request_is_decoded_or_refused(request: Any, data: st.DataObject) -> None:
    sent = bytearray(body(request))
    sent[data.draw(st.integers(0, len(sent) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(ProtocolError):
        assert isinstance(decode_request(bytes(sent)), get_args(protocol.Request))


@pytest.mark.parametrize(
    "bomb", [b"\x91" * 100_000, b"\xdd\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff"]
)
def test_deep_and_huge_announcements_are_refused(bomb: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_request(bomb)


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "Poll", "after_step": 2**63},
        {"type": "Poll", "after_event": -2},
        {"type": "Poll", "views": [{"kind": "hidden", "name": "0", "rows": 1, "columns": 1}] * 65},
        {"type": "Poll", "views": [{"kind": "files", "name": "0", "rows": 1, "columns": 1}]},
        {"type": "Pause", "extra": 1},
        {"type": "Nothing"},
        {"type": "SetLearningRate", "value": "1"},
    ],
)
def test_what_no_client_sends_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError, match="not a request"):
        decode_request(msgspec.msgpack.encode(wrong))


def test_a_request_is_no_response() -> None:
    with pytest.raises(ProtocolError, match="not a response"):
        decode_response(body(protocol.Pause()))


@given(st.lists(REQUESTS, max_size=5), st.integers(1, 40))
def test_frames_are_found_however_the_bytes_arrive(requests: list[Any], piece: int) -> None:
    sent, buffer, found = b"".join(map(frame, requests)), bytearray(), []
    for start in range(0, len(sent), piece):
        buffer += sent[start : start + piece]
        bodies, taken = split_frames(buffer)
        del buffer[:taken]
        found += bodies
    assert [decode_request(each) for each in found] == requests
    assert not buffer


def test_frames_can_be_taken_one_at_a_time() -> None:
    sent = frame(protocol.Pause()) + frame(protocol.Save())
    first = split_frames(sent, most=1)
    assert len(first.bodies) == 1
    assert sent[first.taken :] == frame(protocol.Save())


def test_an_oversized_frame_is_refused_by_its_length_alone() -> None:
    with pytest.raises(ProtocolError, match="was announced"):
        split_frames(LENGTH.pack(LARGEST_FRAME + 1))
    assert frame_length(LENGTH.pack(LARGEST_FRAME)) == LARGEST_FRAME


def test_an_oversized_message_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "LARGEST_FRAME", 100)
    with pytest.raises(ProtocolError, match="too long to send"):
        frame(protocol.Failed("x" * 101))


def test_numbers_that_are_not_finite_arrive() -> None:
    sent = decode_request(body(protocol.SetTemperature(math.nan)))
    assert math.isnan(sent.value)  # type: ignore[union-attr]
