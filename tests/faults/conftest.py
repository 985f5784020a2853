"""Sites for the fault tests: one for each database, with all of its processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.site import DATABASES, Site


@pytest.fixture(params=DATABASES)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A site on this database."""
    with Site(request.param) as site:
        yield site
