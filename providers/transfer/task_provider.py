"""The Transfer tasks: transfer and delete, started here and carried out by a worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from flowlang.problems import JSON
from providers import actions, hints
from providers.consents import ConsentNeeded
from providers.models import Action
from providers.own import TRANSFER_SCOPE, ActionFailure, OwnProvider
from providers.provider import ActionError, ActionRequest, ActionStatus
from providers.transfer import answers, carrying, schemas
from providers.transfer.access import collection_to_use
from providers.transfer.copying import ALGORITHMS
from providers.transfer.models import Collection
from providers.transfer.task_document import Tally, Task, task_document
from providers.transfer.watch import read_deadline
from wire.principals import Caller

CARRY_OUT: Final = "providers.transfer.tasks.carry_out"
MOST_WORKERS: Final = 20  # lost at one action, before it is given up
_LEVELS: Final = {"exists": 0, "size": 1, "mtime": 2, "checksum": 3}


class TaskProvider(OwnProvider):
    """What both have in common."""

    scope = TRANSFER_SCOPE
    is_synchronous = False

    def run(self, request: ActionRequest, caller: Caller) -> ActionStatus:
        body = self.read(request.body, request.private)
        with transaction.atomic():
            action, is_new = actions.start(self.path, request, caller)
            if is_new:
                self._begin(action, body, caller)
        return actions.document(Action.objects.get(pk=action.pk))

    def _begin(self, action: Action, body: dict[str, Any], caller: Caller) -> None:
        try:
            task, _ = self.prepare(action, body, caller)
        except ConsentNeeded as need:
            actions.wait_for_person(action, need.details)
            return
        actions.describe(action, task_document(task, Tally(), Action.ACTIVE, action.started_at))
        transaction.on_commit(lambda: hints.send(CARRY_OUT, str(action.pk)))

    def go_on(self, action: Action, creator: Caller) -> None:
        with transaction.atomic():
            self._begin(action, self.read(actions.body_of(action)), creator)

    def status(self, action_id: str, caller: Caller) -> ActionStatus:
        action = actions.find(action_id, self.path, caller)
        actions.hint_when_idle(action, CARRY_OUT)
        return actions.document(action)

    def read(self, told: Mapping[str, JSON], private: frozenset[str] = frozenset()) -> dict[str, Any]:
        body = super().read(told, private)
        try:
            if "deadline" in body:
                read_deadline(body["deadline"])
        except ValueError as error:
            raise _invalid(f"deadline: {error}") from error
        return body

    def prepare(self, action: Action, body: dict[str, Any], caller: Caller) -> tuple[Task, tuple[str, ...]]:
        """Return the task and the folders it works on. Raises ActionError when the caller may not."""
        raise NotImplementedError

    def carry_out(self, action: Action, task: Task, roots: tuple[str, ...]) -> None:
        raise NotImplementedError


class Transfer(TaskProvider):
    path = "transfer/transfer"
    title = "Transfer: Copy Files"
    subtitle = "Copies files and folders from one collection to another"
    input_schema = schemas.TRANSFER
    details_schema = answers.TRANSFER
    old_names: Mapping[str, str] = {
        "transfer_items": "DATA",
        "source_endpoint_id": "source_endpoint",
        "destination_endpoint_id": "destination_endpoint",
    }

    def read(self, told: Mapping[str, JSON], private: frozenset[str] = frozenset()) -> dict[str, Any]:
        body = super().read(told, private)
        body["sync_level"] = _LEVELS.get(str(body.get("sync_level")), body.get("sync_level"))
        if body.get("recursive_symlinks", "ignore") != "ignore":
            raise _invalid('recursive_symlinks: only "ignore" is offered here; links are never followed.')
        for item in body["DATA"]:
            algorithm = (item.get("checksum_algorithm") or "md5").lower().replace("-", "")
            if algorithm not in ALGORITHMS:
                raise _invalid(f'checksum_algorithm: "{algorithm}" is not one of {", ".join(ALGORITHMS)}.')
        return body

    def prepare(self, action: Action, body: dict[str, Any], caller: Caller) -> tuple[Task, tuple[str, ...]]:
        source = collection_to_use(caller, body["source_endpoint"])
        destination = collection_to_use(caller, body["destination_endpoint"], write=True)
        task = _task(action, body, caller, source, destination)
        return task, (source.root, destination.root)

    def carry_out(self, action: Action, task: Task, roots: tuple[str, ...]) -> None:
        carrying.transfer(action, task, (roots[0], roots[1]))


class Delete(TaskProvider):
    path = "transfer/delete"
    title = "Transfer: Delete Files"
    subtitle = "Deletes files and folders of a collection"
    input_schema = schemas.DELETE
    details_schema = answers.DELETE
    old_names: Mapping[str, str] = {"items": "DATA", "endpoint_id": "endpoint"}

    def prepare(self, action: Action, body: dict[str, Any], caller: Caller) -> tuple[Task, tuple[str, ...]]:
        collection = collection_to_use(caller, body["endpoint"], write=True)
        return _task(action, body, caller, collection, None), (collection.root,)

    def carry_out(self, action: Action, task: Task, roots: tuple[str, ...]) -> None:
        carrying.delete(action, task, roots[0])


def _task(
    action: Action,
    body: dict[str, Any],
    caller: Caller,
    source: Collection,
    destination: Collection | None,
) -> Task:
    return Task(
        id=str(action.pk),
        kind="TRANSFER" if destination else "DELETE",
        owner_id=action.creator.rpartition(":")[2],
        username=caller.username,
        label=body.get("label") or f"For Action id {action.pk}",
        body=body,
        requested_at=action.started_at,
        source=_named(source),
        destination=_named(destination) if destination else None,
    )


def _named(collection: Collection) -> dict[str, str]:
    return {"id": str(collection.pk), "display_name": collection.display_name}


def _invalid(description: str) -> ActionError:
    return ActionError("RequestValidationError", description, status=422)


TASKS: Final[dict[str, TaskProvider]] = {provider.path: provider for provider in (Transfer(), Delete())}


def carry_out(action: Action) -> None:
    """Do what a claimed action asks for, with the rights that its creator has now, and end it.

    Raises Lost when somebody else carries on meanwhile
    """
    provider = TASKS[action.provider]
    caller = actions.creator_of(action)
    try:
        if action.lease_token > MOST_WORKERS:
            raise ActionError("WorkerLost", f"{MOST_WORKERS} workers were lost at this task; it is given up.")
        body = provider.read(actions.body_of(action))
        task, roots = provider.prepare(action, body, caller)
    except ConsentNeeded as need:
        actions.wait_for_person(action, need.details)
        return
    except ActionError as error:
        details = ActionFailure(error.code, error.description).details
        actions.finish(action.pk, Action.FAILED, details, action.lease_token)
        return
    provider.carry_out(action, task, roots)
