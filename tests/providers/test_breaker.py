"""A provider that does not answer is left alone for a while, and does not keep anybody else's calls."""

from __future__ import annotations

import pytest
from urllib3.exceptions import ReadTimeoutError

from providers import breaker, remote
from providers.provider import ActionError
from providers.remote import RemoteProvider

WHO = "elsewhere.example.org"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(breaker, "time", clock)
    breaker.forget_all()
    yield clock
    breaker.forget_all()


def fail(times: int, seconds: float = 0.1, asked_for: float | None = None) -> None:
    for _ in range(times):
        breaker.failed(WHO, seconds, asked_for)


def rest() -> float:
    """How long `WHO` is left alone now, as a caller is told."""
    try:
        breaker.admit(WHO)
    except ActionError as error:
        assert (error.code, error.permanent) == ("ProviderUnreachable", False)
        assert WHO in error.description and "tried again in" in error.description
        assert error.retry_after_seconds is not None
        return error.retry_after_seconds
    return 0.0


def test_two_failures_are_not_enough(clock):
    fail(2)
    assert rest() == 0.0
    breaker.answered(WHO)
    fail(2)
    assert rest() == 0.0


def test_after_three_failures_it_is_left_alone_for_longer_and_longer(clock):
    pauses = []
    fail(2)
    for _ in range(8):
        fail(1)
        pauses.append(next(seconds for seconds in range(100) if is_tried_after(clock, seconds)))
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]


def is_tried_after(clock: Clock, seconds: int) -> bool:
    began = clock.now
    clock.now = began + seconds
    if rest() == 0.0:
        return True
    clock.now = began
    return False


def test_when_the_pause_is_over_one_call_goes_through_and_decides(clock):
    fail(3)
    clock.now += 2.1
    assert rest() == 0.0
    assert rest() > 0.0  # the others wait for what becomes of it
    breaker.answered(WHO)
    assert [rest() for _ in range(5)] == [0.0] * 5


def test_callers_come_back_at_different_times(clock):
    fail(7)
    told = [rest() for _ in range(100)]
    assert min(told) >= 32.0 - 0.1 and max(told) <= 64.1
    assert max(told) - min(told) > 10.0


def test_a_failure_that_took_long_counts_for_all_and_is_paid_back(clock):
    fail(1, seconds=60.0)
    clock.now += 239.0
    assert rest() > 0.0
    clock.now += 2.0
    assert rest() == 0.0


def test_what_the_other_side_asked_for_is_kept_to_a_minute_at_most(clock):
    fail(3, asked_for=20.0)
    clock.now += 19.0
    assert rest() > 0.0
    clock.now += 2.0
    assert rest() == 0.0
    fail(1, asked_for=3600.0)
    clock.now += 61.0
    assert rest() == 0.0


def test_one_provider_does_not_answer_for_another(clock):
    fail(3)
    breaker.admit("other.example.org")


# --- as the engine meets it


def exchanges(monkeypatch, result) -> list[str]:
    made: list[str] = []

    def exchange(self, method, path, body):
        made.append(path)
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(remote.RemoteProvider, "_exchange", exchange)
    return made


def ask(times: int, path: str = "/a") -> list[ActionError]:
    errors = []
    for _ in range(times):
        with pytest.raises(ActionError) as caught:
            RemoteProvider(f"https://{WHO}{path}").introspect()
        errors.append(caught.value)
    return errors


def test_a_host_that_is_down_is_asked_three_times(clock, monkeypatch):
    made = exchanges(monkeypatch, ReadTimeoutError(None, "/", "timed out"))
    errors = ask(10) + ask(10, "/another")
    assert len(made) == 3
    assert {(error.code, error.permanent) for error in errors} == {("ProviderUnreachable", False)}


def test_a_busy_provider_does_not_answer_for_others_on_its_host(clock, monkeypatch):
    made = exchanges(monkeypatch, (503, {"Retry-After": "7"}, b"busy"))
    assert [error.retry_after_seconds for error in ask(3)] == [7.0] * 3
    ask(5)
    assert len(made) == 3
    ask(1, "/another")
    assert len(made) == 4


def test_a_refusal_is_an_answer(clock, monkeypatch):
    made = exchanges(monkeypatch, (404, {}, b"{}"))
    ask(10)
    assert len(made) == 10


def test_a_busy_provider_does_not_use_up_the_try_of_its_host(clock, monkeypatch):
    exchanges(monkeypatch, (503, {"Retry-After": "60"}, b"busy"))
    ask(3)
    exchanges(monkeypatch, ReadTimeoutError(None, "/", "timed out"))
    ask(3, "/another")
    made = exchanges(monkeypatch, (404, {}, b"{}"))
    clock.now += 2.1
    ask(1)
    assert made == []
    ask(1, "/another")
    assert len(made) == 1
