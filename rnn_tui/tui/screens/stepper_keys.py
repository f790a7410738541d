"""The keys of the stepper. Most of them are commands, the same as in a script."""

from __future__ import annotations

from textual.binding import Binding, BindingType


def _key(keys: str, action: str, short: str, does: str, sign: str = "") -> Binding:
    """A key; its id is made of its first key, so that users can map it anew.

    With a ``sign`` it is shown at the bottom of the screen. It has priority, so that keys which
    come in one burst act in their order: what follows a colon is written into the line.
    """
    name = keys.partition(",")[0]
    display = sign or None
    return Binding(
        keys, action, short, bool(sign), display, True, tooltip=does, id=f"stepper.{name}"
    )


def _command(keys: str, command: str, short: str, does: str, sign: str = "") -> Binding:
    return _key(keys, f"do('{command}')", short, does, sign)


KEYS: list[BindingType] = [
    _command("right,l", "right", "op", "one operation on", sign="←→"),
    _command("left,h", "left", "←", "one operation back"),
    _command("down,j", "down", "step", "one time step on", sign="↑↓"),
    _command("up,k", "up", "↑", "one time step back"),
    _key("question_mark", "dialog('keys')", "keys", "the keys, and what words mean", sign="?"),
    _key("escape", "leave(False)", "leave", "leave the stepper; a training goes on", sign="esc"),
    _key("colon", "ask('')", "command", "write a command", sign=":"),
    _command("v", "verify", "verify", "compare with the complex-step derivative", sign="v"),
    _key("e", "act('edit')", "edit", "change the selected number", sign="e"),
    _command("n", "next", "next", "next operation of this kind"),
    _command("N", "previous", "previous", "previous operation of this kind"),
    _command("home", "start", "start", "the first operation"),
    _command("end", "end", "end", "the last operation"),
    _command("t", "turn", "turning point", "the turning point: the loss"),
    _key(
        "enter",
        "dialog('origin')",
        "from",
        "to what made the operand; from a result to its uses",
    ),
    _key("w", "dialog('uses')", "uses", "list what uses the selected operand or result"),
    _command("backspace,left_square_bracket", "back", "back", "back to before the last jump"),
    _command("right_square_bracket", "ahead", "ahead", "forth again"),
    _key("tab", "act('select', 1)", "operand", "select the next operand, last the result"),
    _key("shift+tab", "act('select', -1)", "operand", "select the operand before"),
    _key("shift+right,L", "act('element', 0, 1)", "element", "the next number of the array"),
    _key("shift+left,H", "act('element', 0, -1)", "element", "the number before"),
    _key("shift+down,J", "act('element', 1, 0)", "element", "the number below"),
    _key("shift+up,K", "act('element', -1, 0)", "element", "the number above"),
    _key("i", "act('numbers')", "numbers", "the numbers of the selected array, or the overview"),
    _key("V", "dialog('sweep')", "sweep", "verify every gradient, in the background"),
    _command("u", "undo", "undo", "take the last change back"),
    _command("U,ctrl+r", "redo", "redo", "do it again"),
    _key("E", "dialog('edits')", "edits", "list the edits; enter takes one back"),
    _key("b", "ask('break ')", "break", "stop where a condition holds", sign="b"),
    _key("B", "dialog('breaks')", "breakpoints", "list the breakpoints; enter removes one"),
    _command("c", "continue", "go on", "run to the next breakpoint", sign="c"),
    _command("C", "reverse", "reverse", "run back to the breakpoint before"),
    _key("p", "dialog('faults')", "fault", "plant a classical mistake", sign="p"),
    _key("m", "dialog('flow')", "flow", "credit map, and how far the gradient flows", sign="m"),
    _key("g", "ask('time ')", "jump", "jump to a time step", sign="g"),
    _key("r", "ask('row ')", "row", "another row of the batch"),
    _key("space", "act('play')", "play", "play, or stop", sign="space"),
    _key("less_than_sign,comma", "act('direction', -1)", "backwards", "play backwards"),
    _key("greater_than_sign,full_stop", "act('direction', 1)", "forwards", "play forwards"),
    _key("plus,equals_sign", "act('speed', 1)", "faster", "play faster"),
    _key("minus", "act('speed', -1)", "slower", "play slower"),
    _key("f", "act('full')", "full pane", "one pane on the whole screen, or all"),
    _key("1", "act('pane', 1)", "operation", "the operation"),
    _key("2", "act('pane', 2)", "list", "the list of operations"),
    _key("3", "act('pane', 3)", "sums", "the sums so far"),
    _key("4", "act('pane', 4)", "watches", "breakpoints, edits, fault"),
    _key("f1", "dialog('keys')", "keys", "the keys, and what words mean"),
    _key("q", "leave(True)", "leave", "leave the stepper; a training goes on"),
]
