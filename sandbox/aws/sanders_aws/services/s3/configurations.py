"""Settings of buckets that moto has no place for."""

import re
from typing import Any

from ...errors import AwsError
from ...rules import operation
from ...wire import Call
from .common import API, existing_bucket, kept_on

# Kinds of configuration that a bucket has many of, each with an id; spelled as in the actions' names.
_CONFIGURATIONS = ("Analytics", "IntelligentTiering", "Inventory", "Metrics")
_OF_CONFIGURATIONS = re.compile(r"(Put|Get|List|Delete)Bucket(\w+?)Configurations?")
_CONFIGURATION_ACTIONS = [
    action
    for kind in _CONFIGURATIONS
    for action in (
        f"PutBucket{kind}Configuration", f"GetBucket{kind}Configuration", f"ListBucket{kind}Configurations",
        f"DeleteBucket{kind}Configuration",
    )
]  # fmt: skip


@operation("s3", *_CONFIGURATION_ACTIONS, source=API + "API_ListBucketMetricsConfigurations.html")
def bucket_configurations(call: Call) -> dict[str, Any] | None:
    """Buckets have analytics, inventory, metrics and intelligent-tiering configurations, each with an id."""
    match = _OF_CONFIGURATIONS.fullmatch(call.action)
    assert match is not None
    verb, kind = match.groups()
    kept = kept_on(existing_bucket(call), kind)
    if verb == "List":
        return {"IsTruncated": False, f"{kind}ConfigurationList": [kept[key] for key in sorted(kept)]}
    name = call.params["Id"]
    if verb == "Put":
        kept[name] = call.params[f"{kind}Configuration"]
        return None
    if name not in kept:
        raise AwsError("NoSuchConfiguration", "The specified configuration does not exist.", 404)
    if verb == "Get":
        return {f"{kind}Configuration": kept[name]}
    del kept[name]
    return None


@operation("s3", "GetBucketRequestPayment", "PutBucketRequestPayment", source=API + "API_PutBucketRequestPayment.html")
def bucket_request_payment(call: Call) -> dict[str, Any] | None:
    """The owner pays for requests unless the bucket says otherwise."""
    bucket = existing_bucket(call)
    if call.action.startswith("Get"):
        return {"Payer": bucket.payer}
    bucket.payer = call.params["RequestPaymentConfiguration"]["Payer"]
    return None


@operation("s3", "GetBucketAbac", "PutBucketAbac", source=API + "API_GetBucketAbac.html")
def bucket_abac(call: Call) -> dict[str, Any] | None:
    """Attribute-based access control is Disabled until it is enabled."""
    kept = kept_on(existing_bucket(call), "Abac")
    if call.action.startswith("Get"):
        return {"AbacStatus": {"Status": kept.get("Status", "Disabled")}}
    kept["Status"] = call.params["AbacStatus"]["Status"]
    return None
