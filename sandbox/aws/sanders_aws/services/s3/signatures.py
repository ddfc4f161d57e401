"""Signatures (version 4) in URLs and forms: whose they are, and whether they are right.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from urllib.parse import quote, unquote_to_bytes, urlsplit, urlunsplit

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from ...errors import AwsError
from ...wire import Call

_SCOPE_END = ["s3", "aws4_request"]


class Signer:
    """Who signed: an access key, for a region."""

    def __init__(self, credential: str, token: str, what: str) -> None:
        """`credential` is KEY/DATE/REGION/s3/aws4_request, found in `what`. Raises AwsError if the key cannot sign."""
        key, *scope = credential.rsplit("/", 4)
        if len(scope) != 4 or scope[2:] != _SCOPE_END:
            raise AwsError(
                "AuthorizationQueryParametersError",
                f'Error parsing the {what} parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/'
                'REGION/SERVICE/aws4_request".',
            )
        self.date, self.region = scope[:2]
        self._credentials = Credentials(key, _secret_of(key, token))

    def sign_url(self, call: Call, timestamp: str, headers: list[str]) -> str:
        """The signature of the call's URL, made at `timestamp` for the call with these of its headers."""
        url = urlsplit(call.request.raw_url)
        pairs = [pair for pair in url.query.split("&") if not pair.startswith("X-Amz-Signature=")]
        # Clients may encode more or less than they must; what is signed is the one way of doing it.
        query = "&".join("=".join(_encoded(part, "~") for part in pair.split("=", 1)) for pair in pairs)
        signed = {name: call.request.headers.get(name, "") for name in headers}
        canonical = urlunsplit(url._replace(path=_encoded(url.path, "/~"), query=query))
        request = AWSRequest(call.request.method, canonical, headers=signed)
        request.context["timestamp"] = timestamp
        auth = S3SigV4QueryAuth(self._credentials, "s3", self.region)
        return str(auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request))

    def sign_policy(self, policy: str) -> str:
        """The signature of a form's policy, which is encoded as it came."""
        request = AWSRequest()
        request.context["timestamp"] = self.date
        return str(S3SigV4QueryAuth(self._credentials, "s3", self.region).signature(policy, request))


def mismatch() -> AwsError:
    """What S3 answers to a signature that it calculates otherwise."""
    return AwsError(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing "
        "method.",
        403,
    )


def _encoded(text: str, safe: str) -> str:
    return quote(unquote_to_bytes(text), safe=safe)


def _secret_of(key: str, token: str) -> str:
    """The secret of an access key. Any credentials will do; of a key that nobody gave out, the secret is the key."""
    for account, partitions in list(iam_backends.items()):
        for partition, iam in list(partitions.items()):
            if key not in iam.access_keys:
                continue
            if iam.access_keys[key].status != "Active":
                raise _unknown_key()
            role = sts_backends[account][partition].get_assumed_role_from_access_key(key)
            if role and role.session_token != token:
                raise AwsError("InvalidToken", "The provided token is malformed or otherwise invalid.")
            return str(iam.access_keys[key].secret_access_key)
    return key


def _unknown_key() -> AwsError:
    return AwsError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403)
