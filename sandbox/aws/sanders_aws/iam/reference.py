"""AWS's service authorization reference: which resources an action concerns, and which condition keys it has.

The data is in reference.json, which make_reference.py makes.
"""

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("reference.json")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class ResourceType:
    """A type of resources and the form of its ARNs."""

    name: str
    format: str
    keys: frozenset[str]
    pattern: re.Pattern[str]

    def arn(self, partition: str, region: str, account: str, *names: str) -> str:
        """The ARN of the resource with these names, which stand in it in this order."""
        places = {"Partition": partition, "Region": region, "Account": account}
        rest = iter(names)
        return _VARIABLE.sub(lambda found: places[found[1]] if found[1] in places else next(rest), self.format)


@dataclass(frozen=True)
class Action:
    """An action, with the types of resources that it may concern."""

    name: str  # with the service's prefix: s3:GetObject
    types: tuple[str, ...]
    required: frozenset[str]
    _keys: dict[str, frozenset[str]]

    def keys(self, type_name: str) -> frozenset[str]:
        """The condition keys for a resource of that type; those that end in `/` have a further name behind it."""
        return self._keys.get(type_name, self._keys[""])


@functools.cache
def _reference() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_FILE.read_text())
    return content


@functools.cache
def resource_type(prefix: str, name: str) -> ResourceType:
    """The type of a service's resources; KeyError if there is none."""
    found = _reference()[prefix]["types"][name]
    # A name can have slashes (roles, log groups, objects), and only those of CloudWatch Logs have colons at times.
    pattern = "".join(
        ".*" if part in ("Partition", "Region", "Account") and index % 2
        else r"[^:]+" if index % 2 and prefix != "s3"
        else ".+" if index % 2
        else re.escape(part)
        for index, part in enumerate(_VARIABLE.split(found["arn"]))
    )  # fmt: skip
    return ResourceType(name, found["arn"], frozenset(found["keys"]), re.compile(pattern))


@functools.cache
def action(prefix: str, name: str) -> Action | None:
    """An action of a service; None if it is not in the reference."""
    found = _reference().get(prefix, {}).get("actions", {}).get(name)
    if found is None:
        return None
    general = frozenset(found["keys"])
    keys = {"": general}
    for type_name, entry in found["resources"].items():
        # What a request says of new resources' tags, the type itself does not know: only the action does.
        own = resource_type(prefix, type_name).keys - {"aws:requesttag/", "aws:tagkeys"}
        keys[type_name] = general | own | frozenset(entry["keys"])
    required = frozenset(name for name, entry in found["resources"].items() if entry["required"])
    return Action(f"{prefix}:{name}", tuple(found["resources"]), required, keys)
