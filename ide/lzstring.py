"""Unpacking LZ-string, the compression that browsers use for text in addresses.

A stream of codes of growing width, least significant bit first, six bits to a character of the alphabet.
Codes 0 and 1 bring a new character of 8 or 16 bits, 2 ends the stream, the others name an entry of the
dictionary, which gains one entry (the last one and the first character of this one) with every code.
"""

from __future__ import annotations

from typing import Final

ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-$"
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)} | {" ": ALPHABET.index("+")}
_NEW_8, _NEW_16, _END = 0, 1, 2


class LZStringError(ValueError):
    """The text was not packed so, or it is too large."""


class _Bits:
    def __init__(self, packed: str) -> None:
        try:
            self._values = [_VALUES[character] for character in packed]
        except KeyError as error:
            raise LZStringError(f"the character {error.args[0]!r} cannot stand in it.") from error
        self._place = 0

    def number(self, width: int) -> int:
        number = 0
        for power in range(width):
            sextet, offset = divmod(self._place, 6)
            if sextet >= len(self._values):
                raise LZStringError("its end is missing.")
            number |= (self._values[sextet] >> (5 - offset) & 1) << power
            self._place += 1
        return number


def decompressed(packed: str, most: int) -> str:
    """Return the text packed for addresses.

    most    UTF-16 units that the text may have
    Raises  LZStringError
    """
    bits = _Bits(packed)
    units = "".join(_entries(bits, most))
    try:
        return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise LZStringError("it holds half a character.") from error


def _entries(bits: _Bits, most: int) -> list[str]:
    dictionary = ["", "", ""]
    found: list[str] = []
    width, length, last = 2, 0, ""
    while True:
        code = bits.number(width)
        if code == _END:
            return found
        if code in (_NEW_8, _NEW_16):
            dictionary.append(chr(bits.number(8 if code == _NEW_8 else 16)))
            code = len(dictionary) - 1
        entry = _entry(dictionary, code, last)
        found.append(entry)
        length += len(entry)
        if length > most:
            raise LZStringError(f"it unpacks to more than {most:,} characters.")
        if last:
            dictionary.append(last + entry[0])
        last = entry
        width = len(dictionary).bit_length()


def _entry(dictionary: list[str], code: int, last: str) -> str:
    if code < len(dictionary):
        return dictionary[code]
    if code == len(dictionary) and last:
        return last + last[0]
    raise LZStringError("a code in it means nothing.")
