"""The tasks of the Celery side: one state each."""

from __future__ import annotations

import os
from typing import Any

import httpx
import workloads
from celery import Celery

app = Celery("bench", broker=os.environ["BROKER"], backend=os.environ["BROKER"])
app.conf.update(worker_prefetch_multiplier=4, broker_connection_retry_on_startup=True)
http = httpx.Client()


@app.task
def step(data: dict[str, Any], kind: str) -> dict[str, Any]:
    return workloads.step(kind, data)


@app.task
def act(_before: Any, x: int) -> Any:
    return http.post(os.environ["HELLO"], json={"body": {"x": x}}).json()


@app.task
def increment(i: int) -> int:
    return i + 1
