"""Sessions of roles, and what they are made with."""

import json
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from ...errors import AwsError
from ...iam.callers import Session, document_of
from ...iam.documents import MalformedPolicy, read_policy
from ...iam.enforcement import decode
from ...rules import amendment, guard, operation
from ...wire import Answer, Call

API = "https://docs.aws.amazon.com/STS/latest/APIReference/"


@guard("sts", "AssumeRole", source=API + "API_AssumeRole.html")
def check_session_policy(call: Call) -> Answer | None:
    """A session policy must be one."""
    text = call.params.get("Policy")
    try:
        if text:
            read_policy(text)
    except MalformedPolicy as problem:
        raise AwsError("MalformedPolicyDocument", f"Session policy: {problem}") from None
    return None


@amendment("sts", "AssumeRole", source=API + "API_AssumeRole.html")
def keep_session(call: Call, answer: Answer) -> Answer | None:
    """A session is limited by the policies, and has the tags, that it was made with."""
    params = call.params
    account = params["RoleArn"].split(":")[4]
    partition = get_partition(call.region)
    assumed = sts_backends[account][partition].assumed_roles[-1]
    named = {"Policy": params["Policy"]} if params.get("Policy") else {}
    for entry in params.get("PolicyArns", []):
        policy = iam_backends[account][partition].managed_policies.get(entry["arn"])
        if policy is None:
            raise AwsError("MalformedPolicyDocument", f"Policy {entry['arn']} does not exist or is not attachable.")
        named[entry["arn"]] = document_of(policy)
    tags = tuple((tag["Key"], tag.get("Value", "")) for tag in params.get("Tags", []))
    key: Any = iam_backends[account][partition].access_keys[assumed.access_key_id]
    key.sanders_assumed = assumed
    key.sanders_session = Session(tuple(named.items()), tags, params.get("SourceIdentity", ""))
    return None


@operation("sts", "DecodeAuthorizationMessage", source=API + "API_DecodeAuthorizationMessage.html")
def decode_authorization_message(call: Call) -> dict[str, Any]:
    """Says what was denied, and which statement denied it."""
    try:
        return {"DecodedMessage": json.dumps(json.loads(decode(call.params["EncodedMessage"])))}
    except ValueError:
        raise AwsError("InvalidAuthorizationMessageException", "Invalid authorization message") from None
