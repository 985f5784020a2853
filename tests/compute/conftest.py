"""The levels of isolation that this machine can try, and people who run functions."""

from __future__ import annotations

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from providers.compute import levels, sandbox
from providers.compute.levels import Level
from tests.compute.helping import Compute
from tests.people import person
from wire.principals import Caller, caller_of


@pytest.fixture(scope="session")
def full() -> Level:
    return _tried("full")


@pytest.fixture(scope="session")
def restricted() -> Level:
    return _tried("restricted")


@pytest.fixture(scope="session", params=["full", "restricted"])
def level(request: pytest.FixtureRequest) -> Level:
    """Each of the levels under which strangers' functions are kept apart."""
    return _tried(request.param)


@pytest.fixture(scope="session", params=["full", "restricted", "minimal"])
def any_level(request: pytest.FixtureRequest) -> Level:
    """Each level, also the one that hides nothing."""
    return _tried(request.param)


def _tried(name: str) -> Level:
    problems = []
    for candidate in levels.candidates():
        if candidate.name == name:
            problems.append(sandbox.problem_of(candidate))
            if not problems[-1]:
                return candidate
    pytest.skip(f'This machine does not offer isolation "{name}": {problems[0]}')


@pytest.fixture
def alice(db: None) -> Caller:
    return caller_of(person("alice"))


@pytest.fixture
def bob(db: None) -> Caller:
    return caller_of(person("bob"))


@pytest.fixture
def compute(db: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Compute:
    return Compute(django_capture_on_commit_callbacks)
