"""The keys of the list of runs."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType

AHEAD: Final = frozenset({"find", "tag", "rename", "ask"})
"""What leads to a line to write on: at once, so that a burst of letters is written there."""


def _key(keys: str, action: str, short: str, does: str, sign: str = "") -> Binding:
    """A key; its id is made of its first key. With a ``sign`` it is shown at the bottom."""
    name, display, ahead = keys.partition(",")[0], sign or None, action in AHEAD
    return Binding(keys, action, short, bool(sign), display, ahead, tooltip=does, id=f"runs.{name}")


KEYS: list[BindingType] = [
    _key("enter", "act('open')", "open", "open the run", "enter"),
    _key("space", "act('mark')", "mark", "mark the run, or take its mark away", "space"),
    _key(
        "o", "act('overlay')", "overlay", "lay the losses of the marked runs over each other", "o"
    ),
    _key("s", "act('sort')", "sort", "sort by something else, or the other way round", "s"),
    _key("slash", "find", "filter", "show only some runs: by words, states, #tags, a=b", "/"),
    _key("question_mark,f1", "act('keys')", "keys", "the keys and the commands", "?"),
    _key("escape,q,r", "leave", "leave", "leave the list", "esc"),
    _key("t", "tag", "tag", "give the run tags", "t"),
    _key("R", "rename", "rename", "give the run another name", "R"),
    _key("D", "act('delete')", "delete", "delete the run with all its files", "D"),
    _key("S", "act('save')", "save", "save the list as a table, or as a picture", "S"),
    _key("u", "act('unmark')", "unmark", "take all marks away"),
    _key("y", "act('copy')", "copy", "copy the command that opens the run to the clipboard"),
    _key("colon", "ask", "command", "write a command"),
]
