"""Share links of the Flows IDE: a definition and its input schema, packed into an address.

Source: flow-language, IDE interop facts. `d` and `s` hold the two documents; `format` says how they are
packed: "lz" (LZ-string for addresses, also when it is missing), "gzip" (base64), "none" (the JSON itself).
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from ide.lzstring import LZStringError, decompressed

MAX_CHARACTERS = 1_048_576


class LinkError(ValueError):
    """The link cannot be unpacked; the message says why, and is meant for its reader."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a link carries: two texts, "" for one that is missing."""

    definition: str
    input_schema: str


def shared(query: Mapping[str, str]) -> Shared | None:
    """Return what the parameters `d`, `s` and `format` carry; None when there is neither d nor s.

    Raises  LinkError
    """
    packed = [query.get("d", ""), query.get("s", "")]
    if not any(packed):
        return None
    unpack = _unpacker(query.get("format", "") or "lz")
    definition, input_schema = (_document(unpack(text)) if text else "" for text in packed)
    return Shared(definition, input_schema)


def shared_in(address: str) -> Shared:
    """Return what a pasted link carries. Raises LinkError."""
    try:
        query = parse_qs(urlsplit(address.strip()).query)
    except ValueError as error:
        raise LinkError("This is not a web address.") from error
    found = shared({name: values[0] for name, values in query.items()})
    if found is None:
        raise LinkError('The link carries no flow: a Flows IDE share link has "?d=" in it.')
    return found


def _unpacker(name: str) -> Callable[[str], str]:
    unpackers = {"lz": _from_lz, "gzip": _from_gzip, "none": _as_it_is}
    if name not in unpackers:
        raise LinkError(f'The link\'s format is "{name[:20]}"; known are lz, gzip and none.')
    return unpackers[name]


def _document(text: str) -> str:
    """The IDE writes `undefined` and `null` for a document that is not there."""
    return "" if text.strip() in ("undefined", "null") else text


def _from_lz(packed: str) -> str:
    try:
        return decompressed(packed, MAX_CHARACTERS)
    except LZStringError as error:
        raise LinkError(f"The link is damaged or cut off: {error}") from error


def _from_gzip(packed: str) -> str:
    inflater = zlib.decompressobj(wbits=31)
    try:
        compressed = base64.b64decode(_base64(packed), validate=True)
        data = inflater.decompress(compressed, MAX_CHARACTERS + 1)
        text = data.decode("utf-8")
    except (ValueError, zlib.error) as error:  # ValueError: no base64, or no UTF-8
        raise LinkError("The link is damaged or cut off: it cannot be unpacked.") from error
    if len(data) > MAX_CHARACTERS:
        raise LinkError(f"The link unpacks to more than {MAX_CHARACTERS:,} characters.")
    if not inflater.eof:
        raise LinkError("The link is cut off: its end is missing.")
    return text


def _base64(packed: str) -> str:
    """Some writers percent-encode twice, and a plus sign in an address reads as a space."""
    plain = (unquote(packed) if "%" in packed else packed).replace(" ", "+")
    plain = plain.replace("-", "+").replace("_", "/")
    return plain + "=" * (-len(plain) % 4)


def _as_it_is(packed: str) -> str:
    if len(packed) > MAX_CHARACTERS:
        raise LinkError(f"The link holds more than {MAX_CHARACTERS:,} characters.")
    return packed
