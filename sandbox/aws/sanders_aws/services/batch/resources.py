"""What compute environments and job queues have in common: a state that is switched, and changes that take time."""

from collections.abc import Callable
from typing import Any, TypeVar

from ...wire import Call
from .common import check_described, check_name, check_required, check_tags, page, refused
from .model import BatchBackend, Resource, Status

Kind = TypeVar("Kind", bound=Resource)
Find = Callable[[str], Kind | None]


def check_new(call: Call, key: str, find: Find[Kind]) -> None:
    """Refuses to create one without what is required, or with a bad name (at `key`), bad tags, or a name in use."""
    check_required(call)
    name = call.params[key]
    check_name(key, name)
    check_tags(call.params.get("tags", {}))
    existing = find(name)
    if existing and existing.status != Status.DELETED:
        raise refused("Object already exists")


def add(backend: BatchBackend, kept: dict[str, Kind], new: Kind, tags: dict[str, str]) -> None:
    """Adds a new one to those of its kind; it is CREATING at first."""
    new.begin(Status.CREATING)
    kept[new.arn] = new
    backend.tags[new.arn] = dict(tags)


def existing(find: Find[Kind], name: str) -> Kind:
    """The one of this name or ARN, which must be there."""
    found = find(name)
    if found is None or found.status == Status.DELETED:
        raise refused(f"Object {name} does not exist")
    return found


def check_modifiable(resource: Resource, verb: str) -> None:
    """Refuses `verb` (update, delete) while the last change is still going on."""
    if not resource.modifiable:
        raise refused(f"Cannot {verb}, resource is being modified.")


def check_deletable(resource: Resource) -> None:
    """Refuses to delete what is ENABLED or being changed."""
    if resource.state != "DISABLED":
        raise refused("Cannot delete, state must be DISABLED")
    check_modifiable(resource, "delete")


def describe(
    call: Call, key: str, find: Find[Kind], kept: dict[str, Kind], as_described: Callable[[Kind], Any]
) -> dict[str, Any]:
    """Those whose names or ARNs are asked for at `key`, or all, page by page; unknown ones are left out."""
    names = call.params.get(key) or []
    check_described(names)
    found = [one for name in names if (one := find(name))] if names else list(kept.values())
    return page(call, found, as_described, key)
