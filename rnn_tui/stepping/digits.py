"""Numbers as the walk writes them: with a true minus sign, and steady widths."""

from __future__ import annotations

from math import isfinite, log10


def signed(value: float) -> str:
    """A number with its sign and four digits, at most nine characters wide."""
    if not isfinite(value):
        return "NaN" if value != value else f"{value:+.0f}".replace("-", "−")
    size = abs(value)
    if value and not 1e-3 <= size < 99_999.5:
        text = f"{value:+.2e}"
    else:
        text = f"{value:+.{3 - int(log10(size) // 1) if 0 < size < 1000 else 3 * (not size)}f}"
    return text.replace("-", "−") if value else "0"


def exact(value: float) -> str:
    """A number as precisely as it is compared: seven digits, always as wide."""
    return f"{value:+.6e}".replace("-", "−") if isfinite(value) else signed(value)


def inside(value: float, alone: bool = False, after: str = "") -> str:
    """A number within a formula: in brackets where its sign could be misread."""
    text = signed(value).removeprefix("+")
    powered = after[:1] in {"²", "^"}
    unclear = "e" in text or "−" in text if powered else text[0] == "−" and not alone
    return f"({text})" if unclear else text


def constant(value: float) -> str:
    """A number that was chosen by somebody, as they wrote it."""
    return written(value, ".6g")


def written(value: float, form: str) -> str:
    """A number in one of Python's formats, such as ``.3g``, with the minus of all others here."""
    return format(value, form).replace("-", "−") if isfinite(value) else signed(value)
