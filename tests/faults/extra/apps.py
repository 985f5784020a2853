"""An application for the fault tests: commits that lie, and a migration that may die anywhere."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from runs import failpoints
from tests.faults.extra.lies import Liar

LIES = "FAULTS_LIES"  # e.g. "0.01:7": one commit in a hundred, seed 7


class Extra(AppConfig):
    name = "tests.faults.extra"
    label = "faults_extra"

    def ready(self) -> None:
        if sys.argv[1:2] == ["migrate"]:
            connection_created.connect(_watch_migration, dispatch_uid="faults")
        elif text := os.environ.get(LIES):
            share, _, seed = text.partition(":")
            liar = Liar(float(share), int(seed or 0))
            connection_created.connect(liar.attach, weak=False, dispatch_uid="faults")


def _watch_migration(connection: Any, **_: Any) -> None:
    connection.execute_wrappers.append(_pass_point)


def _pass_point(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
    result = execute(sql, parameters, many, context)
    if sql.lstrip()[:6].upper() not in ("SELECT", "PRAGMA"):
        failpoints.reach("in_migration")
    return result
