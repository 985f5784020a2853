"""Share links of the Flows IDE."""

from __future__ import annotations

import base64
import gzip
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.links import MAX_CHARACTERS, LinkError, shared, shared_in
from ide.lzstring import ALPHABET, LZStringError, decompressed

# (text, what LZ-string's own packer makes of it)
PACKED = [
    ("{}", "N4XyA"),
    ("a" * 32, "IY18ZZA"),
    (
        '{"StartAt":"Ä","States":{"Ä":{"Type":"Pass","End":true}}} 漢字 😀',
        "N4IgygLghgThCCEQC4QBGQBpzQgUwGcVQNlQAVATwAc8UQAFKAo7AUQDsATFCGAVzwBfEQAJARPaB1bVGBeDcAAe0A",
    ),
]


def gzipped(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode())).decode()


@pytest.mark.parametrize(("text", "packed"), PACKED)
def test_lz_links_are_unpacked(text: str, packed: str) -> None:
    assert decompressed(packed, 1000) == text
    found = shared({"d": packed})
    assert found is not None and found.definition == text


def test_lz_is_meant_when_no_format_is_said() -> None:
    assert shared({"d": "N4XyA", "s": "N4XyA"}) == shared({"d": "N4XyA", "s": "N4XyA", "format": "lz"})


def test_gzip_links_are_unpacked_however_often_they_were_quoted() -> None:
    text = '{"StartAt": "Ä?>~"}' * 9
    packed = gzipped(text)
    for written in (packed, quote(packed, safe=""), packed.replace("+", " "), packed.rstrip("=")):
        found = shared({"d": written, "format": "gzip"})
        assert found is not None and found.definition == text


def test_plain_links_are_taken_as_they_are() -> None:
    found = shared_in('https://globus.github.io/flows-ide?format=none&d={"States": {}}&s={"type":"object"}')
    assert (found.definition, found.input_schema) == ('{"States": {}}', '{"type":"object"}')


def test_a_schema_that_was_not_there_is_empty() -> None:
    found = shared({"d": gzipped("{}"), "s": gzipped("undefined"), "format": "gzip"})
    assert found is not None and found.input_schema == ""


def test_no_parameters_is_no_link() -> None:
    assert shared({}) is None
    assert shared({"format": "gzip"}) is None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"d": "N4XyA", "format": "zip"}, '"zip"'),
        ({"d": "N4X"}, "its end is missing"),
        ({"d": "<script>"}, "'<'"),
        ({"d": "%%%", "format": "gzip"}, "damaged"),
        ({"d": "H4sIé", "format": "gzip"}, "damaged"),
        ({"d": "AAAA", "format": "gzip"}, "damaged"),
        ({"d": base64.b64encode(gzip.compress(b"{}" * 99)[:-12]).decode(), "format": "gzip"}, "cut off"),
        ({"d": base64.b64encode(gzip.compress(b"\xff\xfe")).decode(), "format": "gzip"}, "damaged"),
    ],
)
def test_damaged_links_say_what_is_wrong(query: dict[str, str], words: str) -> None:
    with pytest.raises(LinkError, match=words):
        shared(query)


def test_bombs_are_stopped_while_they_unpack() -> None:
    with pytest.raises(LinkError, match="more than 1,048,576"):
        shared({"d": gzipped("a" * 50_000_000), "format": "gzip"})
    with pytest.raises(LZStringError, match="more than 1,000"):
        decompressed(lz_run("a", 1001), 1000)
    with pytest.raises(LinkError, match="more than"):
        shared({"d": "x" * (MAX_CHARACTERS + 1), "format": "none"})


def lz_run(character: str, least: int) -> str:
    """Return LZ-string of at least `least` times the character: each code names the entry before it."""
    bits = [*number(0, 2), *number(ord(character), 8)]
    size, length, entry = 4, 1, 1
    while length < least:
        bits += number(size, size.bit_length())
        size, entry = size + 1, entry + 1
        length += entry
    return spelt([*bits, *number(2, size.bit_length())])


def spelt(bits: list[int]) -> str:
    bits = bits + [0] * (-len(bits) % 6)
    sextets = (bits[at : at + 6] for at in range(0, len(bits), 6))
    return "".join(ALPHABET[int("".join(map(str, sextet)), 2)] for sextet in sextets)


def number(value: int, width: int) -> list[int]:
    return [value >> power & 1 for power in range(width)]


def test_runs_are_unpacked() -> None:
    assert decompressed(lz_run("a", 500), 1000).strip("a") == ""


def test_a_code_without_an_entry_means_nothing() -> None:
    with pytest.raises(LZStringError, match="means nothing"):
        decompressed(spelt([*number(0, 2), *number(ord("a"), 8), *number(7, 3)]), 1000)


@given(st.text(alphabet=ALPHABET, max_size=60))
def test_no_text_breaks_the_unpacker(packed: str) -> None:
    try:
        assert len(decompressed(packed, 500)) <= 500
    except LZStringError as refused:
        assert str(refused)


@pytest.mark.parametrize("text", ["", "no link", "https://[", "https://example.org/?d="])
def test_what_is_no_link_is_said_to_be_none(text: str) -> None:
    with pytest.raises(LinkError):
        shared_in(text)
