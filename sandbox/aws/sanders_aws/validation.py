"""Parameters held to the service's own model: lengths, ranges, patterns, enumerations, and what is required.

AWS's services check these before anything else, and word the problems alike.
"""

import functools
import json
import re
from typing import Any, NamedTuple
from xml.etree import ElementTree

from .errors import AwsError
from .wire import Call

# The code that a service refuses such parameters with. Of the others, the models of EC2 and S3 have no constraints, and
# Batch words its refusals itself.
_CODES = {
    "budgets": "InvalidParameterException",
    "dynamodb": "ValidationException",
    "ecr": "InvalidParameterException",
    "iam": "ValidationError",
    "logs": "InvalidParameterException",
    "stepfunctions": "ValidationException",
    "sts": "ValidationError",
}


class _Type(NamedTuple):
    """How JSON has a type of the model, and how AWS calls it."""

    types: Any  # as isinstance() takes them
    name: str


_TYPES = {
    "boolean": _Type((bool,), "Boolean"),
    "double": _Type((int, float), "Double"),
    "float": _Type((int, float), "Float"),
    "integer": _Type((int,), "Integer"),
    "list": _Type((list,), "List"),
    "long": _Type((int,), "Long"),
    "map": _Type((dict,), "Map"),
    "string": _Type((str,), "String"),
    "structure": _Type((dict,), "Structure"),
}
_LONGEST_SHOWN = 1000  # characters of a value that is refused


def check_parameters(call: Call) -> None:
    """Raises AwsError for parameters that lack the types or do not meet the constraints of the service's model."""
    shape = call.operation.input_shape if call.operation else None
    if shape is None:
        return
    _check_xml(call)
    if call.protocol in ("json", "rest-json") and "payload" not in shape.serialization:
        _check_types(shape, _sent(call))
    problems = _problems(shape, call.params, "") if call.service in _CODES else []
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected"
        raise AwsError(_CODES[call.service], f"{count}: {'; '.join(problems)}")


def _check_xml(call: Call) -> None:
    """Refuses a body that should be XML, as the model has it, and cannot be read as the call's parameters."""
    assert call.operation is not None
    payload = call.operation.input_shape.serialization.get("payload")
    is_chunked = call.request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-")
    if call.service != "s3" or not payload or is_chunked or not call.request.get_data():
        return
    if call.operation.input_shape.members[payload].type_name != "structure":
        return
    try:
        ElementTree.fromstring(call.request.get_data())  # noqa: S314 - all callers are on loopback
    except ElementTree.ParseError:
        raise AwsError(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        ) from None


def _sent(call: Call) -> Any:
    """The parameters in the call's body, before anything is converted."""
    try:
        return json.loads(call.request.get_data() or b"{}")
    except ValueError as problem:
        raise AwsError("SerializationException", f"The body is not JSON: {problem}") from None


def _check_types(shape: Any, value: Any) -> None:
    """Refuses what is of another JSON type than the model wants; None stands for what is not there."""
    wanted = _TYPES.get(shape.type_name)
    if value is None or wanted is None:
        return
    if not isinstance(value, wanted.types) or (isinstance(value, bool) and bool not in wanted.types):
        if isinstance(value, dict | list):
            raise AwsError("SerializationException", "Start of structure or map found where not expected.")
        raise AwsError("SerializationException", f"{_json_type(value)} cannot be converted to {wanted.name}")
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if member.serialization.get("location") is None:
                _check_types(member, value.get(member.serialization.get("name", name)))
    elif shape.type_name == "list":
        for inner in value:
            _check_types(shape.member, inner)
    elif shape.type_name == "map":
        for inner in value.values():
            _check_types(shape.value, inner)


def _json_type(value: Any) -> str:
    if isinstance(value, bool):
        return f"{str(value).upper()}_VALUE"
    return "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"


def _problems(shape: Any, value: Any, path: str) -> list[str]:
    """What is wrong with a value and what is in it, in AWS's words."""
    found = [
        f"Value {_shown(value)} at '{path}' failed to satisfy constraint: {constraint}"
        for constraint in _unmet(shape, value)
    ]
    for name, inner, member in _members(shape, value):
        inner_path = f"{path}.{name}" if path else name
        if inner is None:
            if name in _required(shape):
                found.append(f"Value null at '{inner_path}' failed to satisfy constraint: Member must not be null")
        else:
            found += _problems(member, inner, inner_path)
    return found


def _members(shape: Any, value: Any) -> list[tuple[str, Any, Any]]:
    """Name, value and shape of what a value consists of."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return [(_camel(name), value.get(name), member) for name, member in shape.members.items()]
    if shape.type_name == "list" and isinstance(value, list):
        return [(f"{number}.member", inner, shape.member) for number, inner in enumerate(value, 1)]
    if shape.type_name == "map" and isinstance(value, dict):
        return [(f"{key}.member", inner, shape.value) for key, inner in value.items()]
    return []


def _required(shape: Any) -> list[str]:
    return [_camel(name) for name in shape.metadata.get("required", [])]


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _shown(value: Any) -> str:
    return f"'{str(value)[:_LONGEST_SHOWN]}'"


def _unmet(shape: Any, value: Any) -> list[str]:
    """The constraints of the value itself that it does not meet."""
    metadata, kind = shape.metadata, shape.type_name
    measure: float
    if kind in ("string", "list", "map", "blob") and hasattr(value, "__len__"):
        unit, measure = "length", len(value)
    elif kind in ("integer", "long", "float", "double") and isinstance(value, int | float):
        unit, measure = "value", value
    else:
        return []
    unmet = []
    if "min" in metadata and measure < metadata["min"]:
        unmet.append(f"Member must have {unit} greater than or equal to {metadata['min']}")
    if "max" in metadata and measure > metadata["max"]:
        unmet.append(f"Member must have {unit} less than or equal to {metadata['max']}")
    if kind == "string" and metadata.get("enum") and value not in metadata["enum"]:
        unmet.append(f"Member must satisfy enum value set: [{', '.join(metadata['enum'])}]")
    if kind == "string" and not _fits(metadata.get("pattern"), value):
        unmet.append(f"Member must satisfy regular expression pattern: {metadata['pattern']}")
    return unmet


def _fits(pattern: str | None, value: str) -> bool:
    compiled = _compiled(pattern) if pattern else None
    return compiled is None or compiled.fullmatch(value) is not None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The model's pattern; None for those that use what Python's expressions lack."""
    try:
        return re.compile(pattern)
    except re.error:
        return None
