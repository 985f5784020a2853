"""A worker outlives the loss of its broker, whatever breaks while it tidies up; it logs as settings say."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import kombu
import pytest
from celery import current_app
from django.conf import settings
from redis.exceptions import ConnectionError as BrokerLost

from config.consumer import Consumer

LOST = BrokerLost("Connection closed by server.")


class Half(kombu.Connection):
    """What a connection does whose broker died while it was closed for the first time."""

    error: Exception = AttributeError("'NoneType' object has no attribute 'hostname'")

    def close(self) -> None:
        raise self.error


def consumer_with(connection: kombu.Connection) -> Consumer:
    """A consumer as far as it is needed when it has lost its connection."""
    consumer = object.__new__(Consumer)
    consumer.app, consumer.connection = current_app, connection
    consumer.pool, consumer.prefetch_multiplier, consumer.qos_global = (
        SimpleNamespace(num_processes=2),
        1,
        False,
    )
    return consumer


@pytest.mark.filterwarnings("ignore:.*worker_cancel_long_running_tasks")
def test_a_broker_that_dies_while_a_connection_is_closed_does_not_end_the_worker():
    consumer = consumer_with(Half("memory://"))
    consumer.on_connection_error_after_connected(LOST)
    assert consumer.connection is None


def test_other_bugs_are_still_seen():
    half = Half("memory://")
    half.error = ZeroDivisionError("x")
    with pytest.raises(ZeroDivisionError):
        consumer_with(half).on_connection_error_after_connected(LOST)


def test_workers_have_this_consumer():
    assert settings.CELERY_WORKER_CONSUMER == "config.consumer:Consumer"


@pytest.mark.parametrize("level", [logging.INFO, logging.ERROR])
def test_a_worker_logs_as_much_as_the_rest_of_the_site(monkeypatch, level):
    root = logging.getLogger()
    monkeypatch.setattr(root, "level", level)
    monkeypatch.setattr(type(current_app.log), "_setup", False)
    current_app.log.setup("WARNING")
    assert root.level == level
