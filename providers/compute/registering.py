"""Registering functions and endpoints: what may be registered, for the commands and the pages alike."""

from __future__ import annotations

import ast
import keyword
import warnings
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from providers.compute.models import Endpoint, Function
from providers.compute.policy import KIB
from wire.models import User

MOST_SOURCE_BYTES: Final = 200 * KIB
_LONGEST_NAME: Final = 128


class Refused(Exception):
    """Why something cannot be registered, as a sentence, and the field that it is about."""

    def __init__(self, sentence: str, field: str = "source") -> None:
        super().__init__(sentence)
        self.field = field


def register(
    owner: User,
    name: str,
    source: str,
    *,
    id: UUID | None = None,
    description: str | None = None,
    is_public: bool = False,
) -> Function:
    """Return the stored function; one of the owner's with that id is replaced. Raises Refused.

    description  None: the first paragraph of the function's docstring
    """
    documented = check(name, source)
    words = documented if description is None else description.strip()
    if "\0" in words:
        raise Refused("The description holds a NUL character.", "description")
    values = {"name": name, "source": source, "description": words, "is_public": is_public}
    existing = Function.objects.filter(pk=id).first() if id else None
    if existing is None:
        return Function.objects.create(owner=owner, **values, **({"id": id} if id else {}))
    if existing.owner_id != owner.pk:
        raise Refused(f"There is another user's function {id} already. Choose another id.", "id")
    Function.objects.filter(pk=existing.pk).update(**values)
    existing.refresh_from_db()
    return existing


def check(name: str, source: str) -> str:
    """Return the first paragraph of the function's docstring. Raises Refused unless `source` defines it."""
    if not name.isidentifier() or keyword.iskeyword(name) or len(name) > _LONGEST_NAME:
        raise Refused(f'"{name[:60]}" is not the name of a Python function.', "name")
    size = len(source.encode("utf-8", "surrogatepass"))
    if size > MOST_SOURCE_BYTES:
        raise Refused(f"The source has {size:,} bytes; at most {MOST_SOURCE_BYTES:,} are stored.")
    found = _functions(_parsed(source))
    if name not in found:
        others = ", ".join(sorted(found)) or "none"
        raise Refused(f'The source defines no function "{name}" at its top level. It defines: {others}.')
    function = found[name]
    if isinstance(function, ast.AsyncFunctionDef):
        raise Refused(f'"{name}" is an async function. Register a plain one that calls asyncio.run itself.')
    return (ast.get_docstring(function) or "").partition("\n\n")[0].replace("\0", "")


def _parsed(source: str) -> ast.Module:
    try:
        source.encode()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # doubtful escapes and the like: the author's own affair
            return ast.parse(source)
    except SyntaxError as error:
        raise Refused(f"The source is not valid Python: line {error.lineno or 1}: {error.msg}.") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Refused(
            f"The source cannot be read as Python: {str(error) or 'it is nested too deep'}."
        ) from error


def _functions(module: ast.Module) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {statement.name: statement for statement in module.body if isinstance(statement, kinds)}


def add_endpoint(name: str, owner: User, *, id: UUID | None = None) -> Endpoint:
    """Return the endpoint of that name, new or as it was. Raises Refused."""
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise Refused(f'The name "{name[:40]}" must have 1 to 128 printable characters.', "name")
    existing = Endpoint.objects.filter(name=name).first()
    if existing is not None:
        if id in (None, existing.pk):
            return existing
        raise Refused(f'There is an endpoint "{name}" already; its id is {existing.pk}.', "name")
    try:
        with transaction.atomic():
            return Endpoint.objects.create(name=name, owner=owner, **({"id": id} if id else {}))
    except IntegrityError as error:
        raise Refused(
            f"There is an endpoint {id} already, by another name. Choose another id.", "id"
        ) from error
