"""The formats that are checked (input schemas, 3). Every other format is only an annotation."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from jsonschema import FormatChecker

from flowlang.forms.patterns import is_pattern

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URI: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(//[^/?#\[\]]*(\[[0-9A-Fa-f:.]+\])?(:[0-9]*)?(?=[/?#]|$))?"
    r"(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*"
)
_URI_CHARACTERS: Final = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?([Zz]|([+-])([0-9]{2}):([0-9]{2}))")
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LOCAL: Final = re.compile(rf'{_ATOM}(\.{_ATOM})*|"([^"\\\r\n]|\\.)+"')
_LABEL: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def is_email(text: str) -> bool:
    """Whether `text` looks like an e-mail address: a local part, an @, and a host name or [address]."""
    local, at, host = text.rpartition("@")
    if not at or _LOCAL.fullmatch(local) is None:
        return False
    if host.startswith("[") and host.endswith("]"):
        inner = host[1:-1]
        return is_ipv6(inner[5:]) if inner.startswith("IPv6:") else is_ipv4(inner)
    return is_hostname(host)


def is_uuid(text: str) -> bool:
    """Whether `text` is a uuid with its dashes."""
    return _UUID.fullmatch(text) is not None


def is_uri(text: str) -> bool:
    """Whether `text` is a URI: a scheme, then only characters that RFC 3986 allows."""
    return _URI.fullmatch(text) is not None and _URI_CHARACTERS.fullmatch(text) is not None


def is_date(text: str) -> bool:
    """Whether `text` is a day that exists, as YYYY-MM-DD."""
    if _DATE.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_time(text: str) -> bool:
    """Whether `text` is hh:mm:ss with an offset (RFC 3339, full-time)."""
    match = _TIME.fullmatch(text)
    if match is None:
        return False
    hour, minute, second = (int(part) for part in match.group(1, 2, 3))
    ahead_hours, ahead_minutes = int(match[7] or 0), int(match[8] or 0)
    if hour > 23 or minute > 59 or second > 60 or ahead_hours > 23 or ahead_minutes > 59:
        return False
    if second < 60:
        return True
    # A leap second is added at 23:59:60 UTC.
    ahead = (ahead_hours * 60 + ahead_minutes) * (-1 if match[6] == "-" else 1)
    return (hour * 60 + minute - ahead) % 1440 == time(23, 59).hour * 60 + 59


def is_date_time(text: str) -> bool:
    """Whether `text` is an instant with an offset (RFC 3339)."""
    return text[10:11] in ("T", "t") and is_date(text[:10]) and is_time(text[11:])


def is_ipv4(text: str) -> bool:
    """Whether `text` is four numbers with dots."""
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return text.isascii()


def is_ipv6(text: str) -> bool:
    """Whether `text` is an IPv6 address without a zone."""
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return "%" not in text and text.isascii()


def is_hostname(text: str) -> bool:
    """Whether `text` is a host name of at most 253 characters (RFC 1123)."""
    labels = text.split(".")
    return 0 < len(text) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "email": is_email,
    "uuid": is_uuid,
    "uri": is_uri,
    "date": is_date,
    "date-time": is_date_time,
    "time": is_time,
    "ipv4": is_ipv4,
    "ipv6": is_ipv6,
    "hostname": is_hostname,
    "regex": is_pattern,
}


def checker() -> FormatChecker:
    """Return the format checker with these formats and no others."""
    made = FormatChecker(formats=())
    for name, check in CHECKS.items():
        made.checkers = {**made.checkers, name: (_for_strings(check), ())}
    return made


def _for_strings(check: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or check(value)
