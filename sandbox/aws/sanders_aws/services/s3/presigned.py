"""Presigned URLs: requests whose signature is in their query, good for a while and for what was signed."""

import hmac
from datetime import UTC, datetime, timedelta

from moto.core.request import Request

from ...errors import AwsError
from ...rules import authentication, patch
from ...wire import Answer, Call
from .common import API, GUIDE, backend_of
from .signatures import Signer, mismatch

_QUERY_GUIDE = API + "sigv4-query-string-auth.html"
_REQUIRED = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
_LONGEST = timedelta(days=7)
_MOST_SKEW = timedelta(minutes=15)


@authentication("s3", "*", source=GUIDE + "UsingAWSSDK.html")
def refuse_version_2(call: Call) -> Answer | None:
    """Buckets made since June 2020 refuse signatures of version 2."""
    by_query = {"AWSAccessKeyId", "Signature", "Expires"} <= set(call.request.args)
    if by_query or call.request.headers.get("Authorization", "").startswith("AWS "):
        raise AwsError(
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        )
    return None


@authentication("s3", "*", source=_QUERY_GUIDE)
def check_presigned_url(call: Call) -> Answer | None:
    """A presigned URL is good for seven days at most, and only for the request that was signed."""
    given = {name: call.request.args.get(f"X-Amz-{name}") for name in (*_REQUIRED, "Security-Token")}
    if given["Algorithm"] is None and given["Signature"] is None:
        return None
    if "Authorization" in call.request.headers:
        raise AwsError(
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
            "parameter or the Authorization header should be specified",
        )
    if not all(given[name] for name in _REQUIRED):
        raise _bad(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
            "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
        )
    if given["Algorithm"] != "AWS4-HMAC-SHA256":
        raise _bad('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"')
    signer = Signer(given["Credential"] or "", given["Security-Token"] or "", "X-Amz-Credential")
    _check_region(call, signer)
    _check_time(given["Date"] or "", given["Expires"] or "")
    headers = (given["SignedHeaders"] or "").split(";")
    _check_headers(call, headers)
    if not hmac.compare_digest(signer.sign_url(call, given["Date"] or "", headers), given["Signature"] or ""):
        raise mismatch()
    return None


@patch("s3", "PutObject", "UploadPart", source=API + "API_PutObject.html")
def take_any_content_type() -> None:
    """The body of a PUT is the object, also if it is sent as a form: only a POST is one."""
    Request.want_form_data_parsed = property(
        lambda request: bool(request.environ.get("CONTENT_TYPE")) and request.method == "POST"
    )


def _bad(message: str) -> AwsError:
    return AwsError("AuthorizationQueryParametersError", message)


def _check_region(call: Call, signer: Signer) -> None:
    bucket = backend_of(call).buckets.get(call.request.path.split("/")[1])
    if bucket and bucket.region_name != signer.region:
        raise _bad(
            f"Error parsing the X-Amz-Credential parameter; the region '{signer.region}' is wrong; expecting "
            f"'{bucket.region_name}'"
        )


def _check_time(date: str, expires: str) -> None:
    try:
        start = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise _bad("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"") from None
    try:
        lifetime = int(expires)
    except ValueError:
        raise _bad("X-Amz-Expires should be a number") from None
    if lifetime < 0:
        raise _bad("X-Amz-Expires must be non-negative")
    if lifetime > _LONGEST.total_seconds():
        raise _bad(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
            f"{_LONGEST.total_seconds():.0f} seconds"
        )
    now = datetime.now(UTC)
    if start > now + _MOST_SKEW:
        raise AwsError("AccessDenied", "Request is not yet valid", 403)
    end = start + timedelta(seconds=lifetime)
    if end < now:
        times = {"Expires": end, "ServerTime": now}
        details = {name: time.strftime("%Y-%m-%dT%H:%M:%SZ") for name, time in times.items()}
        raise AwsError("AccessDenied", "Request has expired", 403, **{"X-Amz-Expires": expires}, **details)


def _check_headers(call: Call, signed: list[str]) -> None:
    """The host must be signed, and every header x-amz-… that comes with the request."""
    sent = {name.lower() for name, _ in call.request.headers}
    unsigned = sorted(name for name in sent if name.startswith("x-amz-") and name not in signed)
    if "host" not in signed or unsigned:
        raise AwsError(
            "AccessDenied",
            "There were headers present in the request which were not signed",
            403,
            HeadersNotSigned=", ".join(unsigned or ["host"]),
        )
