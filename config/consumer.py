"""The consumer of Celery's workers, which outlives every loss of the broker."""

import logging

from celery.worker import consumer

logger = logging.getLogger(__name__)


class Consumer(consumer.Consumer):  # type: ignore[misc]  # it has no types
    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Tidy up before the next try to connect.

        When the broker dies while a connection to it is tidied up, Celery closes that connection once more,
        after it has let go of its parts. The AttributeError of that would end the worker.
        """
        try:
            super().on_connection_error_after_connected(exc)
        except AttributeError as error:
            logger.warning("The lost connection to the broker was not closed cleanly: %s", error)
