"""Messages as bytes: MessagePack behind its length, four bytes, most significant first."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from rnn_tui.training.message import ProtocolError
from rnn_tui.training.protocol import Request, Response

LARGEST_FRAME = 64 * 2**20
"""Bytes. A longer frame is refused before anything is read of it."""

LARGEST_REQUEST = 4 * 2**20
"""Bytes of what a client may ask: many clients that send very slowly take little memory."""

LENGTH = struct.Struct(">I")

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_responses: msgspec.msgpack.Decoder[Response] = msgspec.msgpack.Decoder(Response)


def frame(message: Request | Response, largest: int | None = None) -> bytes:
    """The message behind its length. ProtocolError if it is longer than ``largest`` bytes."""
    body = _encoder.encode(message)
    if len(body) > (LARGEST_FRAME if largest is None else largest):
        raise ProtocolError(f"a message of {len(body)} bytes is too long to send")
    return LENGTH.pack(len(body)) + body


def decode_request(body: bytes) -> Request:
    """A checked request. Raises ProtocolError for anything else."""
    try:
        return _requests.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"not a request: {error}") from error


def decode_response(body: bytes) -> Response:
    """A checked response. Raises ProtocolError for anything else."""
    try:
        return _responses.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"not a response: {error}") from error


class Split(NamedTuple):
    """Whole frames, and how many bytes they took with their lengths."""

    bodies: tuple[bytes, ...]
    taken: int


def split_frames(
    buffer: bytes | bytearray, most: int | None = None, largest: int | None = None
) -> Split:
    """The whole frames at the start of ``buffer``, at most ``most``.

    Raises ProtocolError for a length over ``largest`` bytes; None: ``LARGEST_FRAME``.
    """
    bodies = []
    taken = 0
    for body, end in _frames(buffer, LARGEST_FRAME if largest is None else largest):
        bodies.append(body)
        taken = end
        if most is not None and len(bodies) == most:
            break
    return Split(tuple(bodies), taken)


def _frames(buffer: bytes | bytearray, largest: int) -> Iterator[tuple[bytes, int]]:
    at = 0
    while len(buffer) - at >= LENGTH.size:
        length = frame_length(bytes(buffer[at : at + LENGTH.size]), largest)
        end = at + LENGTH.size + length
        if len(buffer) < end:
            return
        yield bytes(buffer[at + LENGTH.size : end]), end
        at = end


def frame_length(head: bytes, largest: int = LARGEST_FRAME) -> int:
    """The length that four bytes announce. Raises ProtocolError above ``largest``."""
    (length,) = LENGTH.unpack(head)
    if length > largest:
        raise ProtocolError(f"a frame of {length} bytes was announced, {largest} are allowed")
    return int(length)
