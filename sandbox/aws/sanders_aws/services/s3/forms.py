"""Uploads by HTML forms, which a signed policy allows.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

import base64
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from ...errors import AwsError
from ...rules import authentication
from ...wire import Answer, Call
from .common import API
from .signatures import Signer, mismatch

# Fields that a policy need not mention.
_FREE = {"policy", "file", "awsaccesskeyid", "signature", "x-amz-signature", "submit"}


@authentication("s3", "*", source=API + "sigv4-HTTPPOSTConstructPolicy.html")
def check_form(call: Call) -> Answer | None:
    """A form's upload meets its policy: signed, not expired, each field as a condition says, of an allowed size."""
    if call.request.method != "POST" or "policy" not in call.request.form:
        return None
    fields = {name.lower(): value for name, value in call.request.form.items()}
    signer = Signer(fields.get("x-amz-credential", ""), fields.get("x-amz-security-token", ""), "X-Amz-Credential")
    if not hmac.compare_digest(signer.sign_policy(fields["policy"]), fields.get("x-amz-signature", "")):
        raise mismatch()
    policy = _read(fields["policy"])
    if _time(policy.get("expiration")) <= datetime.now(UTC):
        raise _refused("Policy expired.")
    fields["bucket"] = call.request.path.split("/")[1]
    _check_fields(policy.get("conditions", []), fields, _size(call))
    return None


def _read(encoded: str) -> dict[str, Any]:
    try:
        policy = json.loads(base64.b64decode(encoded, validate=True))
    except ValueError:
        policy = None
    if not isinstance(policy, dict):
        raise AwsError("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.")
    return policy


def _time(text: Any) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise AwsError("InvalidPolicyDocument", f"Invalid Policy: Invalid 'expiration' value: '{text}'") from None


def _size(call: Call) -> int:
    file = call.request.files.get("file")
    if file is None:
        return len(call.request.form.get("file", "").encode())
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _check_fields(conditions: list[Any], fields: dict[str, str], size: int) -> None:
    named = set()
    for condition in conditions:
        if isinstance(condition, dict):
            ((name, value),) = condition.items()
            condition = ["eq", f"${name}", value]
        operator, name, value = condition
        if operator.lower() == "content-length-range":
            _check_size(int(name), int(value), size)
            continue
        field = name.removeprefix("$").lower()
        named.add(field)
        given = fields.get(field, "")
        if not (given.startswith(value) if operator.lower() == "starts-with" else given == value):
            raise _refused(f"Policy Condition failed: {json.dumps([operator, name, value])}")
    extra = sorted(
        name for name in fields if name not in named | _FREE | {"bucket"} and not name.startswith("x-ignore")
    )
    if extra:
        raise _refused(f"Extra input fields: {', '.join(extra)}")


def _check_size(least: int, most: int, size: int) -> None:
    limits = {"ProposedSize": str(size)}
    if size < least:
        message = "Your proposed upload is smaller than the minimum allowed size"
        raise AwsError("EntityTooSmall", message, 400, **limits, MinSizeAllowed=str(least))
    if size > most:
        message = "Your proposed upload exceeds the maximum allowed size"
        raise AwsError("EntityTooLarge", message, 400, **limits, MaxSizeAllowed=str(most))


def _refused(problem: str) -> AwsError:
    return AwsError("AccessDenied", f"Invalid according to Policy: {problem}", 403)
