"""Files as bad disks, bad copies and bad luck leave them, the same ones each time."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

Change = Callable[[bytearray, int, int, random.Random], None]


def flip(data: bytearray, at: int, end: int, rng: random.Random) -> None:
    data[at] ^= 1 << rng.randrange(8)


def overwrite(data: bytearray, at: int, end: int, rng: random.Random) -> None:
    data[at:end] = rng.randbytes(end - at)


def clear(data: bytearray, at: int, end: int, rng: random.Random) -> None:
    data[at:end] = bytes(end - at)


def insert(data: bytearray, at: int, end: int, rng: random.Random) -> None:
    data[at:at] = rng.randbytes(end - at)


def delete(data: bytearray, at: int, end: int, rng: random.Random) -> None:
    del data[at:end]


def truncate(data: bytearray, at: int, end: int, rng: random.Random) -> None:
    del data[at:]


def swap(data: bytearray, at: int, end: int, rng: random.Random) -> None:
    other = rng.randrange(len(data) - (end - at) + 1)
    first, second = data[at:end], data[other : other + end - at]
    data[at:end], data[other : other + end - at] = second, first


def repeat(data: bytearray, at: int, end: int, rng: random.Random) -> None:
    data[at:at] = data[at:end]


def digit(data: bytearray, at: int, end: int, rng: random.Random) -> None:
    """Another digit, or what is beside one: what most likely is read all the same."""
    digits = [i for i, byte in enumerate(data[at : at + 400], at) if chr(byte).isdigit()]
    if digits:
        data[rng.choice(digits)] = rng.choice(b"0123456789-e.")


CHANGES: tuple[Change, ...] = (
    *(flip, flip, overwrite, clear, insert, delete, truncate, swap, repeat, digit),
)
SIZES = (1, 2, 8, 64, 512, 4096)


def mutants(original: bytes, count: int, seed: int) -> Iterator[bytes]:
    """So many files, each of which differs from the original in one to three places."""
    rng = random.Random(seed)
    while count:
        data = bytearray(original)
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            if data:
                at = rng.randrange(len(data))
                end = min(len(data), at + rng.choice(SIZES))
                rng.choice(CHANGES)(data, at, end, rng)
        if data != original:
            count -= 1
            yield bytes(data)
