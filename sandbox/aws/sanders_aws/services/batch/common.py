"""What all of Batch's actions share."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ... import paging
from ...errors import AwsError
from ...wire import Call, new_request_id
from .model import BatchBackend, batch_backends
from .settling import settle

API = "https://docs.aws.amazon.com/batch/latest/APIReference/"
GUIDE = "https://docs.aws.amazon.com/batch/latest/userguide/"

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
MAX_DESCRIBED = 100

Item = TypeVar("Item")


def backend_of(call: Call) -> BatchBackend:
    """The account's Batch in the call's region, as of now."""
    backend: BatchBackend = batch_backends[call.account][call.region]
    settle(backend)
    return backend


def refused(message: str) -> AwsError:
    """A ClientException as Batch's front end words them."""
    return AwsError("ClientException", message)


def invalid_request(message: str) -> AwsError:
    """A ClientException as Batch's back end words them."""
    return refused(f"Error executing request, Exception : {message}, RequestId: {new_request_id()}")


def check_name(what: str, name: str) -> None:
    if not NAME.fullmatch(name):
        raise invalid_request(
            f"{what} should match valid pattern: 1 to 128 letters, numbers, hyphens and underscores, got {name!r}"
        )


def check_required(call: Call) -> None:
    """Refuses a call that lacks a required parameter, or gives one a value that its enumeration does not have."""
    assert call.operation is not None
    for problem in _problems(call.operation.input_shape, call.params, ""):
        raise invalid_request(problem)


def _problems(shape: Any, value: Any, path: str) -> list[str]:
    if shape.type_name == "structure":
        found = [f"{path}{name} is required" for name in shape.required_members if name not in value]
        for name, member in shape.members.items():
            if value.get(name) is not None:
                found += _problems(member, value[name], f"{path}{name}.")
        return found
    if shape.type_name == "list":
        return [problem for item in value for problem in _problems(shape.member, item, path)]
    if shape.type_name == "string" and shape.enum and not _is_in_enumeration(shape, value):
        return [f"{path.rstrip('.')} must be one of {', '.join(shape.enum)}, got {value!r}"]
    return []


def _is_in_enumeration(shape: Any, value: str) -> bool:
    # Batch describes retry actions in lower case, and so must accept them in either case.
    return value in shape.enum or (shape.name == "RetryAction" and value.upper() in shape.enum)


def page(call: Call, items: Sequence[Item], describe: Callable[[Item], Any], key: str) -> dict[str, Any]:
    """One page of `items`: at most maxResults of them, and the token for the next."""
    size = call.params.get("maxResults", MAX_DESCRIBED)
    if not 1 <= size <= MAX_DESCRIBED:
        raise invalid_request(f"maxResults must be 1 to {MAX_DESCRIBED}, got {size}")
    found = paging.page(items, call.params, key, limit="maxResults", token="nextToken", error="ClientException")
    found[key] = [describe(item) for item in found[key]]
    return found


def check_described(names: Sequence[str]) -> None:
    if len(names) > MAX_DESCRIBED:
        raise invalid_request(f"at most {MAX_DESCRIBED} may be described in one call, got {len(names)}")


def check_tags(tags: dict[str, str]) -> None:
    """Source: https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html#tag-restrictions."""
    if len(tags) > 50:
        raise invalid_request(f"a resource can have at most 50 tags, got {len(tags)}")
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise invalid_request(f"tag {key!r}: keys have 1 to 128 characters, values at most 256")
        if key.lower().startswith("aws:"):
            raise invalid_request(f"tag {key!r}: the prefix aws: is reserved")
