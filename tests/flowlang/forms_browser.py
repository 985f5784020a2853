"""What a browser posts of a drawn form that nobody changes."""

from collections.abc import Iterator

from flowlang.forms import Field


def posted(field: Field) -> list[tuple[str, str]]:
    """Return the (name, text) pairs of `field` and everything in it, in the page's order."""
    return list(_pairs(field))


def _pairs(field: Field) -> Iterator[tuple[str, str]]:
    name = field.name
    if field.kind == "omitted":
        return
    if field.kind in ("json", "fixed"):
        yield f"{name}#json", field.text
        return
    if field.kind == "variant":
        yield f"{name}#variant{field.detail}", next((o.value for o in field.options if o.is_chosen), "")
        yield f"{name}#shown{field.detail}", field.was
        yield f"{name}#kept{field.detail}", field.text
    elif field.kind in ("choice", "choices"):
        chosen = [option.value for option in field.options if option.is_chosen]
        yield from ((name, value) for value in chosen or ([""] if field.kind == "choice" else []))
    elif field.kind == "const":
        yield from [(name, "1")] if field.was else []
    elif field.kind == "boolean":
        yield from [(name, "true")] if field.text else []
    elif field.kind not in ("object", "collection", "list"):
        yield name, field.text
    if field.kind in ("object", "collection") and field.text:
        yield f"{name}#left", field.text
    if field.position:
        yield f"{name}#before", field.before
        yield f"{name}#after", field.after
    if field.kind == "moment":
        yield f"{name}#offset", field.detail
    if field.kind not in ("variant", "moment", "choice"):
        yield f"{name}#was", field.was
    yield from _children(field)


def _children(field: Field) -> Iterator[tuple[str, str]]:
    for inner in field.children:
        step = inner.name.rpartition("/")[2]
        if field.kind == "list":
            yield f"{field.name}#item", step
        elif field.kind != "variant" and step.startswith("#"):
            yield f"{field.name}#entry", step[1:]
            yield f"{inner.name}#key", inner.typed
        yield from _pairs(inner)
