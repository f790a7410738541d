"""The keys of the sampler, where no field or pane with keys of its own has the focus."""

from __future__ import annotations

from textual.binding import Binding, BindingType

AHEAD = frozenset({"prompt", "ask"})
"""What leads to a field: at once, so that letters of the same burst are written into it."""


def _key(keys: str, action: str, short: str, does: str, sign: str = "") -> Binding:
    """A key; its id is made of its first key. With a ``sign`` it is shown at the bottom."""
    name, display, ahead = keys.partition(",")[0], sign or None, action in AHEAD
    return Binding(
        keys, action, short, bool(sign), display, ahead, tooltip=does, id=f"sampler.{name}"
    )


KEYS: list[BindingType] = [
    _key("t,i", "prompt", "prompt", "write a prompt; enter sends it, esc leaves it", "t"),
    _key("left,h", "move(-1)", "look", "one character back", "←→↑↓"),
    _key("right,l", "move(1)", "character", "one character on"),
    _key("up,k", "line(-1)", "line", "one line up"),
    _key("down,j", "line(1)", "line", "one line down"),
    _key("pageup", "line(-10)", "page", "ten lines up"),
    _key("pagedown", "line(10)", "page", "ten lines down"),
    _key("home", "go(0)", "start", "the first character"),
    _key("end", "do('end')", "end", "the end, and along with it while it grows"),
    _key("shift+left,H", "column(-1)", "column", "the column on the left"),
    _key("shift+right,L", "column(1)", "column", "the column on the right"),
    _key("space", "act('pause')", "stop/go", "stop writing, or go on", "space"),
    _key("enter,b", "dialog('branch')", "branch", "another character here, on from there", "enter"),
    _key("question_mark,f1", "dialog('keys')", "keys", "the keys, the commands, the words", "?"),
    _key("escape,q", "leave", "leave", "leave the sampler; its texts are kept meanwhile", "esc"),
    _key("r", "act('again')", "again", "the same prompt with the next seed", "r"),
    _key("less_than_sign,comma", "warm(-1)", "cooler", "lower the temperature", "< >"),
    _key(
        "s",
        "dialog('beside')",
        "side by side",
        "write at several temperatures, or with several networks",
        "s",
    ),
    _key("u", "act('rank')", "units", "find out which units track what", "u"),
    _key("c", "act('colour')", "colour", "colour by surprise, by unit, or not at all", "c"),
    _key("w", "dialog('weights')", "weights", "write with the weights of another step or run", "w"),
    _key("n", "act('one')", "one", "draw one character"),
    _key("g", "act('more')", "go on", "go on behind the end"),
    _key("left_square_bracket", "act('before')", "text", "the text before"),
    _key("right_square_bracket", "act('after')", "text", "the text after"),
    _key("x", "do('drop')", "drop", "forget this text"),
    _key("greater_than_sign,full_stop", "warm(1)", "warmer", "raise the temperature"),
    _key("minus", "act('slower')", "slower", "write slower"),
    _key("plus,equals_sign", "act('faster')", "faster", "write faster"),
    _key("U", "act('cycle')", "cycle", "show one unit after the other, or stop"),
    _key("p", "act('places')", "places", "where in the corpus the shown units are most on"),
    _key("F", "act('follow')", "follow", "take the newest weights for each text, or keep these"),
    _key("y", "act('copy')", "copy", "copy the text to the clipboard"),
    _key("S", "dialog('save')", "save", "save the text, a table or a picture"),
    _key("colon", "ask", "command", "write a command"),
    _key("f", "act('full')", "full", "one pane on the whole screen, or all"),
    _key("1", "pane(1)", "text", "go to the text"),
    _key("2", "pane(2)", "next", "go to the distribution of a character"),
    _key("3", "pane(3)", "state", "go to the hidden state"),
    _key("4", "pane(4)", "units", "go to the units"),
    _key("5", "pane(5)", "texts", "go to the list of texts"),
    _key("6", "pane(6)", "settings", "go to temperature, cut-offs, seed, length"),
]
