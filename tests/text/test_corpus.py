"""Files become one text, or one clear line says why not."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn_tui.text import decoding, files
from rnn_tui.text.corpus import Corpus, CorpusError, load_builtin, load_paths

TINY = Path(__file__).parents[2] / "assets" / "tiny.txt"


def write(path: Path, data: bytes | str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return str(path)


def refusal(*paths: str, **options: object) -> str:
    with pytest.raises(CorpusError) as error:
        load_paths(paths, **options)  # type: ignore[arg-type]
    message = str(error.value)
    assert message.isprintable(), "one line, nothing that acts on a terminal"
    return message


def test_a_file_is_its_bytes_and_their_digest(tmp_path: Path) -> None:
    path = write(tmp_path / "poem.txt", "Ein Männlein\r\nsteht\r\n")
    corpus = load_paths([path])
    assert corpus.text == "Ein Männlein\r\nsteht\r\n".encode()
    assert corpus.characters == "Ein Männlein\r\nsteht\r\n"
    assert corpus.length == 21
    assert corpus.sha256 == hashlib.sha256(corpus.text).hexdigest()
    assert (corpus.name, corpus.sources) == ("poem.txt", (path,))


def test_the_text_in_assets_is_plain_and_long_enough() -> None:
    corpus = load_paths([str(TINY)])
    assert corpus.text.isascii()
    assert 6000 < corpus.length < 10_000


def test_files_are_joined_by_line_breaks_where_they_have_none(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, name) for name in ("b", "a\n", "c")]
    corpus = load_paths(paths)
    assert corpus.text == b"b\na\nc"
    assert corpus.name == "b and 2 more"


def test_a_directory_is_read_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/.x.txt", ".git/c.txt", "a.txt", "d.bin"):
        write(tmp_path / name, name)
    corpus = load_paths([str(tmp_path)])
    assert corpus.text == b"a.txt\nb.txt\na/z.md"
    assert corpus.name == tmp_path.name


def test_a_pattern_replaces_what_counts_as_text(tmp_path: Path) -> None:
    for name in ("b.txt", "a.log", "c.tex"):
        write(tmp_path / name, name)
    assert load_paths([str(tmp_path)], pattern="*.log, *.tex").text == b"a.log\nc.tex"


def test_links_that_go_round_in_circles_are_followed_once(tmp_path: Path) -> None:
    write(tmp_path / "a" / "one.txt", "one\n")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "two.txt").symlink_to("one.txt")
    (tmp_path / "a" / "gone.txt").symlink_to("nowhere")
    (tmp_path / "a" / "self.txt").symlink_to("self.txt")
    assert load_paths([str(tmp_path)]).text == b"one\n"


def test_empty_files_and_pipes_in_a_directory_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "")
    write(tmp_path / "b.txt", "text")
    os.mkfifo(tmp_path / "c.txt")
    assert load_paths([str(tmp_path)]).text == b"text"


def test_standard_input_is_one_of_the_files(tmp_path: Path) -> None:
    path = write(tmp_path / "a", "one")
    corpus = load_paths(["-", path], stdin=io.BytesIO("zwölf".encode()))
    assert corpus.text == "zwölf\none".encode()
    assert corpus.sources == ("-", path)
    assert corpus.name == "stdin and 1 more"


def test_a_file_that_is_called_minus_can_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "-", "text")
    monkeypatch.chdir(tmp_path)
    assert load_paths(["./-"]).text == b"text"


def test_minus_is_standard_input_even_beside_a_folder_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "-" / "a.txt", "text")
    monkeypatch.chdir(tmp_path)
    assert load_paths(["-"], stdin=io.BytesIO(b"from outside")).text == b"from outside"


def test_standard_input_that_cannot_be_read_is_refused() -> None:
    class Keyboard(io.BytesIO):
        def isatty(self) -> bool:
            return True

    closed = io.BytesIO()
    closed.close()
    assert "closed" in refusal("-")
    assert "keyboard" in refusal("-", stdin=Keyboard())
    assert "cannot be read" in refusal("-", stdin=closed)
    assert "standard input is empty" in refusal("-", stdin=io.BytesIO())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "fewer than two"),
        (b"x", "fewer than two"),
        ("é".encode(), "fewer than two"),
        ("😀".encode(), "fewer than two"),
        (b"good\xff", "not UTF-8 at byte 4 (0xff): use --errors replace"),
    ],
)
def test_what_is_no_text_is_named(data: bytes, message: str, tmp_path: Path) -> None:
    assert message in refusal(write(tmp_path / "text", data))


@pytest.mark.parametrize("text", ["aaaaaaaa", "\x00" * 64, "a\x00\x1b\x7f\x80\uffff\n", "\r\r\n"])
def test_odd_characters_are_text(text: str, tmp_path: Path) -> None:
    assert load_paths([write(tmp_path / "text", text)]).characters == text


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    assert load_paths([write(tmp_path / "text", "\ufeffa\ufeffb")]).characters == "a\ufeffb"


def test_wrong_bytes_can_be_replaced(tmp_path: Path) -> None:
    corpus = load_paths([write(tmp_path / "text", b"a\xffb\xed\xa0\x80")], errors="replace")
    assert corpus.characters == "a\ufffdb" + "\ufffd" * 3


def test_bytes_are_taken_as_they_are(tmp_path: Path) -> None:
    data = "text".encode("utf-16") + b"\xff\xfe\r\n"
    corpus = load_paths([write(tmp_path / "text", data)], symbols="byte")
    assert corpus.text == data
    assert corpus.length == len(data)


@given(data=st.binary(max_size=80), symbols=st.sampled_from(["character", "byte"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_a_corpus_or_a_clear_refusal(data: bytes, symbols: str, tmp_path: Path) -> None:
    path = write(tmp_path / "text", data)
    for errors in ("strict", "replace"):
        with contextlib.suppress(CorpusError):
            corpus = load_paths([path], errors=errors, symbols=symbols)  # type: ignore[arg-type]
            assert corpus.length >= 2
            assert corpus.text == data or symbols == "character"


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(tmp_path / "socket"))
        assert "is a socket" in refusal(str(tmp_path / "socket"))
    assert "is a pipe" in refusal(str(tmp_path / "fifo"))
    assert "is a device" in refusal("/dev/zero")


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    assert "no such file" in refusal(str(tmp_path / "missing"))
    assert "no such file" in refusal(str(tmp_path / "dangling"))
    assert "too many levels" in refusal(str(tmp_path / "loop"))
    assert "too long" in refusal("x" * 10_000)
    assert "null" in refusal("a\0b")
    assert "surrogates" in refusal("a\ud800b")
    assert "an empty name" in refusal("")
    assert "no text is named" in refusal()


@contextlib.contextmanager
def nobody_special() -> Iterator[None]:
    """As an ordinary user: the superuser may read everything."""
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(65534)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)


def test_what_may_not_be_read_is_refused() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(write(Path(folder) / "inner" / "secret.txt", "text"))
        path.chmod(0)
        with nobody_special():
            assert "permission denied" in refusal(str(path))
        path.parent.chmod(0)
        with nobody_special():
            assert "permission denied" in refusal(str(path.parent))
        path.parent.chmod(0o700)


def test_a_refusal_by_the_system_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.os, "open", denied)
    assert refusal("a\x1bb") == "a␛b cannot be read: permission denied"


def test_a_directory_without_text_says_what_was_looked_for(tmp_path: Path) -> None:
    write(tmp_path / "picture.png", b"x")
    assert "holds no file that matches *.txt *.md" in refusal(str(tmp_path))
    assert "matches *.x" in refusal(str(tmp_path), pattern="*.x")


def test_a_directory_of_empty_files_has_no_text(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", b"")
    assert "fewer than two symbols" in refusal(str(tmp_path))


def test_a_directory_with_too_many_entries_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        write(tmp_path / f"{name}.txt", name)
    monkeypatch.setattr(files, "MOST_ENTRIES", 3)
    assert "more than 3 files" in refusal(str(tmp_path))


def test_ten_gigabytes_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(files, "_read_to_end")
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(10 * 2**30)
    assert "larger than 256 MiB" in refusal(str(path))


def test_all_files_together_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 10)
    one, two = write(tmp_path / "one", b"123456"), write(tmp_path / "two", b"12345")
    assert load_paths([one]).length == 6
    assert "two makes the text larger" in refusal(one, two)
    assert "standard input makes" in refusal(one, "-", stdin=io.BytesIO(b"12345"))


def test_an_endless_standard_input_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 2**22)
    with open("/dev/zero", "rb", buffering=0) as zeros:
        assert "standard input makes" in refusal("-", stdin=zeros)  # type: ignore[arg-type]


def test_names_are_shown_harmlessly_and_can_be_stored(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\x1b]0;x\x07\xff.txt")
    assert "␛]0;x␇�.txt" in refusal(path)
    with open(path, "wb") as file:
        file.write(b"text")
    corpus = load_paths([path])
    assert corpus.sources[0].encode().endswith(b"\\udcff.txt")
    corpus.name.encode()


def test_a_file_that_changes_later_does_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "text", b"before")
    corpus = load_paths([path])
    write(tmp_path / "text", b"")
    assert corpus.text == b"before"


def test_more_than_65536_different_characters_are_refused(tmp_path: Path) -> None:
    text = "".join(map(chr, range(0x10000, 0x10000 + decoding.MOST_SYMBOLS + 1)))
    assert load_paths([write(tmp_path / "text", text[:-1])]).length == decoding.MOST_SYMBOLS
    assert "65,537 different characters" in refusal(write(tmp_path / "text", text))
    load_paths([write(tmp_path / "text", text)], symbols="byte")


def test_a_corpus_is_frozen_and_its_text_stays_out_of_messages() -> None:
    corpus = load_builtin("counting")
    assert isinstance(corpus, Corpus)
    assert len(repr(corpus)) < 300
    with pytest.raises(AttributeError):
        corpus.text = b""  # type: ignore[misc]


def test_reading_a_text_does_not_load_numpy() -> None:
    code = "import sys, rnn_tui.text.corpus, rnn_tui.text.split; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=TINY.parents[1]).returncode == 0
