"""The Celery application. Messages carry one id and are only hints: the database is the truth."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("headrace")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _leave_logging_alone(**_: Any) -> None:
    """LOG_LEVEL says what is logged, in a worker as well: Celery by itself would set a level of its own."""
