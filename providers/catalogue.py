"""What the site offers: every provider of ours with its addresses, for the documentation and the editor."""

from __future__ import annotations

from typing import Any

from providers.registry import built_in, hosted_addresses


def catalogue(site: str = "") -> list[dict[str, Any]]:
    """Return one description for each provider, by path.

    site       where this site is, e.g. "https://flows.example.org"; for the provider's own address
    addresses  the hosted addresses that mean the provider, in the order of the setting
    """
    addresses: dict[str, list[str]] = {}
    for url, path in hosted_addresses().items():
        addresses.setdefault(path, []).append(url)
    return [
        {
            "path": path,
            "url": f"{site}/actions/{path}",
            "addresses": addresses.get(path, []),
            **provider.introspect(),
        }
        for path, provider in sorted(built_in().items())
    ]
