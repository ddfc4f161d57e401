"""Subresources of buckets, most of which moto knows."""

from ...errors import unknown_action
from ...rules import guard, rules_for
from ...wire import Answer, Call
from .common import API

# The subresources of a bucket that moto knows, by method. It mistakes any other for the bucket itself: to DELETE one
# would delete the bucket.
_KNOWN_TO_MOTO = {
    "GET": {
        "accelerate", "acl", "cors", "encryption", "inventory", "lifecycle", "list-type", "location",
        "logging", "notification", "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock",
        "replication", "tagging", "uploads", "versioning", "versions", "website",
    },
    "PUT": {
        "accelerate", "acl", "cors", "encryption", "inventory", "lifecycle", "logging", "notification", "object-lock",
        "ownershipControls", "policy", "publicAccessBlock", "replication", "tagging", "versioning", "website",
    },
    "DELETE": {
        "cors", "encryption", "lifecycle", "ownershipControls", "policy", "publicAccessBlock", "replication", "tagging",
        "website",
    },
    "POST": {"delete"},
}  # fmt: skip


@guard("s3", "*", source=API + "ErrorResponses.html")
def refuse_unknown_subresources(call: Call) -> Answer | None:
    """A request for one subresource never acts on the bucket itself."""
    if call.operation is None or "Key" in call.path_params or rules_for("s3", call.action).operation:
        return None
    asked = set(call.operation.http_trait.query_args) - {"x-id"}
    if asked and not asked & _KNOWN_TO_MOTO.get(call.request.method, set()):
        raise unknown_action(call.protocol, call.action, "sanders-aws does not implement it.")
    return None
