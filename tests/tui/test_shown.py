"""What is sent of an update: after it, the terminal shows what it would have shown anyway."""

from __future__ import annotations

import random

import pytest
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from rnn_tui.bench.terminal import Screen
from rnn_tui.tui.shown import OnlyNews, Shown

COLUMNS, ROWS = 24, 3
STYLES = [
    Style.parse(words)
    for words in ("#ff0000 on #000001", "#000001 on #ff0000", "#00ff00", "bold #0000ff", "reverse")
]
TEXTS = ["▀", "▀▀▀", " ", "  ", "ab", "⣿⠁", "漢", "e\u0301", "✓"]
CONSOLE = Console(color_system="truecolor", force_terminal=True)


def line(text: str, style: Style | None = None) -> list[Strip]:
    return [Strip([Segment(text.ljust(COLUMNS), style)])]


def whole(lines: list[list[Strip]]) -> LayoutUpdate:
    return LayoutUpdate(lines, Region(0, 0, COLUMNS, ROWS))


def part(row: int, strips: list[Strip]) -> ChopsUpdate:
    """One line of the screen, as the compositor cuts it."""
    ends, chops = [], {}
    for strip in strips:
        chops[ends[-1] if ends else 0] = strip
        ends.append((ends[-1] if ends else 0) + strip.cell_length)
    rows = [({}, []) for _ in range(row)] + [(chops, ends)]
    return ChopsUpdate([r[0] for r in rows], [(row, 0, COLUMNS)], [r[1] for r in rows])


def known() -> Shown:
    """A screen full of dots that is known."""
    shown = Shown(ColorSystem.TRUECOLOR)
    shown.fit(COLUMNS, ROWS)
    shown.sequence(whole([line("." * COLUMNS)] * ROWS))
    return shown


def looks(screen: Screen) -> list[list[tuple[str, ...]]]:
    """Cell by cell; a half block is its two colours, whichever half is called the front."""
    return [[_look(cell) for cell in row] for row in screen.cells]


def _look(cell) -> tuple[str, ...]:
    front, back, more = cell.style
    front, back = front or "39", back or "49"
    if cell.text in ("▀", "▄", " ") and not more:
        halves = {"▀": (front, back), "▄": (back, front), " ": (back, back)}
        return halves[cell.text]
    return cell.text, front, back, *sorted(more)


def strips_of(chance: random.Random) -> list[Strip]:
    """Two strips that fill a line."""
    segments, room = [], COLUMNS
    while room:
        text = chance.choice(TEXTS)
        segment = Segment(text, chance.choice(STYLES))
        if segment.cell_length <= room:
            segments.append(segment)
            room -= segment.cell_length
    strip = Strip(segments)
    middle = strip.divide([segments[0].cell_length, COLUMNS])
    return list(middle)


@pytest.mark.parametrize("seed", range(20))
def test_the_terminal_shows_what_it_would_have_been_sent(seed) -> None:
    chance = random.Random(seed)
    shown = Shown(ColorSystem.TRUECOLOR)
    shown.fit(COLUMNS, ROWS)
    ours, theirs = Screen(COLUMNS, ROWS), Screen(COLUMNS, ROWS)
    updates = [whole([strips_of(chance) for _ in range(ROWS)])]
    updates += [part(chance.randrange(ROWS), strips_of(chance)) for _ in range(30)]
    for at, update in enumerate(updates):
        sent = OnlyNews(update, shown).render_segments(CONSOLE)
        ours.feed(sent.encode(), at)
        theirs.feed(update.render_segments(CONSOLE).encode(), at)
        assert looks(ours) == looks(theirs)


def test_what_is_there_already_is_not_sent_again() -> None:
    shown = known()
    assert shown.sequence(part(1, line("." * COLUMNS))) == ""


def test_one_changed_cell_is_one_cell() -> None:
    shown = known()
    assert shown.sequence(part(1, line("." * 5 + "x" + "." * 18))) == "\x1b[2;6Hx"


def test_a_changed_colour_is_asked_for_alone() -> None:
    shown, red = known(), Style.parse("#ff0000")
    strip = Strip([Segment("." * 9), Segment("..", red), Segment("." * 13)])
    assert shown.sequence(part(0, [strip])) == "\x1b[1;10H\x1b[38;2;255;0;0m..\x1b[0m"


def test_two_places_of_a_line_are_reached_by_the_shorter_move() -> None:
    shown = known()
    assert shown.sequence(part(0, line("x..x" + "." * 20))) == "\x1b[1;1Hx\x1b[2Cx"


def test_half_blocks_of_the_same_two_colours_are_sent_together() -> None:
    shown = known()
    first, second = STYLES[0], STYLES[1]
    pairs = [Segment("▀", first), Segment("▀", second), Segment("▀", STYLES[2])] * 8
    sent = shown.sequence(part(0, [Strip(pairs)]))
    assert sent.count("38;2;") == 2


def test_a_half_block_of_one_colour_is_a_space() -> None:
    shown, one = known(), Style.parse("#112233 on #112233")
    sent = shown.sequence(part(0, [Strip([Segment("▀" * COLUMNS, one)])]))
    assert sent == f"\x1b[1;1H\x1b[48;2;17;34;51m{' ' * COLUMNS}\x1b[0m"


def test_a_line_with_wide_characters_is_sent_as_it_is_and_only_once() -> None:
    shown = known()
    wide = part(0, [Strip([Segment("漢字".ljust(COLUMNS - 2))])])
    assert "漢字" in shown.sequence(wide)
    assert shown.sequence(wide) == ""


@pytest.mark.parametrize("again", ["forgotten", "resized", "drawn as a whole"])
def test_what_may_have_been_lost_is_sent_again(again) -> None:
    shown = known()
    if again == "forgotten":
        shown.forget()
    if again == "resized":
        shown.fit(COLUMNS + 1, ROWS)
    dots = line("." * COLUMNS)
    update = whole([dots] * ROWS) if again == "drawn as a whole" else part(1, dots)
    assert "." * COLUMNS in shown.sequence(update)
