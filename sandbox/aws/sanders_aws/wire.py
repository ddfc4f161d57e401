"""One call to AWS as it comes in over HTTP, and one answer as it goes out."""

import contextlib
import errno
import io
import re
import socket
import uuid
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from moto.iam.models import iam_backends
from werkzeug.exceptions import NotFound

# The service's name in a signature, where it differs from the name of the model in botocore.
_SIGNING_NAMES = {
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
_SCOPE = re.compile(
    r"(?:Credential=|X-Amz-Credential=)(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request"
)


def new_request_id() -> str:
    return str(uuid.uuid4())


def request_id_header(service: str) -> str:
    return "x-amz-request-id" if service == "s3" else "x-amzn-RequestId"


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    error_code: str = ""  # AWS's code, where the answer is an error


@dataclass
class Call:
    """One API call. `params` are its parameters under the names of the API reference."""

    request: Request
    account: str
    region: str
    service: str  # as botocore names it: batch, s3, ec2, stepfunctions
    action: str  # as the API reference names it: CreateBucket; empty if it could not be told
    protocol: str  # json, rest-json, query, ec2, rest-xml
    operation: OperationModel | None = None
    access_key: str = ""  # that it is signed with; empty if it is not signed
    path_params: dict[str, Any] = field(default_factory=dict)
    body: bytes | None = None  # for moto, in place of the request's own
    refused: dict[int, str] = field(default_factory=dict)  # positions of objects not to be deleted, and why

    @cached_property
    def params(self) -> dict[str, Any]:
        assert self.operation is not None
        parser = PROTOCOL_PARSERS[self.protocol](self.operation)
        parsed: dict[str, Any] = parser.parse(
            {
                "method": self.request.method,
                "values": self.request.values,
                "headers": self.request.headers,
                "body": self.request.get_data(),
                "url_path": self.request.path,
                "url_params": self.path_params,
            }
        )
        return {name: value for name, value in parsed.items() if value is not None}

    def answer(self, result: dict[str, Any] | None) -> Answer:
        """`result`, whose keys are those of the API reference, as this call's HTTP answer."""
        assert self.operation is not None
        serializer = get_serializer_class(self.service, self.protocol)(self.operation)
        response = serializer.serialize(result or {})
        body = response["body"]
        headers = {name: str(value) for name, value in response["headers"].items()}
        headers[request_id_header(self.service)] = new_request_id()
        return Answer(response["status_code"], headers, body.encode() if isinstance(body, str) else body)


def read_call(environ: dict[str, Any], account: str) -> Call:
    """The call that a WSGI request makes. An unknown service or action is left empty, not refused.

    The body is read here, once, and put back into `environ` for whoever comes after. The account is put there too, for
    moto: the one that the caller's access key belongs to, or `account` for keys that nobody gave out.
    """
    body = _read_body(environ)
    environ["wsgi.input"] = io.BytesIO(body)
    # A copy, because reading a request's parameters uses its body up; the two share the bytes.
    request = Request({**environ, "wsgi.input": io.BytesIO(body)})
    key, region, service = _signed_by(request)
    account = _account_of(key) or account
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
    model = _model_of(service)
    if model is None:
        return Call(request, account, region, service, "", "rest-json", access_key=key)

    protocol = _protocol_of(model, request)
    try:
        operation, path_params = get_service_router(service).match(request)
        return Call(request, account, region, service, str(operation.name), protocol, operation, key, path_params)
    except (NotFound, NotImplementedError):
        return Call(request, account, region, service, _named_action(request, protocol), protocol, access_key=key)


def _read_body(environ: dict[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH")
    if not length and not environ.get("wsgi.input_terminated"):
        return b""
    stream = environ["wsgi.input"]
    body: bytes = stream.read(int(length)) if length else stream.read()
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return body


def _signed_by(request: Request) -> tuple[str, str, str]:
    """Access key, region and service from the signature's scope; others are S3's, as for moto: forms, or not signed."""
    signature = request.headers.get("Authorization", "") or unquote(request.query_string.decode())
    scope = _SCOPE.search(signature)
    if scope:
        name = scope["service"].lower()
        return scope["key"], scope["region"], _SIGNING_NAMES.get(name, name)
    if request.values.get("Action", "").startswith("AssumeRoleWith"):
        return "", "us-east-1", "sts"
    form = {name.lower(): value for name, value in request.form.items()} if request.method == "POST" else {}
    return form.get("x-amz-credential", "").partition("/")[0], "us-east-1", "s3"


def _account_of(access_key: str) -> str:
    """The account of the user or assumed role that an access key was given to; empty if it was given to nobody."""
    for account, partitions in list(iam_backends.items()):
        if any(access_key in backend.access_keys for backend in list(partitions.values())):
            return account
    return ""


def _model_of(service: str) -> ServiceModel | None:
    try:
        return get_service_model(service)
    except UnknownServiceError:
        return None


def _protocol_of(model: ServiceModel, request: Request) -> str:
    try:
        return determine_request_protocol(model, request.content_type)
    except NotImplementedError:
        return str(model.protocol)


def _named_action(request: Request, protocol: str) -> str:
    """The caller's name for an action that the service's model does not have."""
    if protocol in ("query", "ec2"):
        return str(request.values.get("Action", ""))
    if protocol == "json":
        return request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    return ""


def with_checksum(service: str, answer: Answer) -> Answer:
    """Adds the checksum that DynamoDB sends with all answers, even errors; the SDK for Go relies on it.

    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
    """
    if service == "dynamodb":
        answer.headers["x-amz-crc32"] = str(zlib.crc32(answer.body))
    return answer


def dropped(environ: dict[str, Any]) -> ConnectionError:
    """Cuts the caller's connection without an answer; raise the result to stop serving it."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        with contextlib.suppress(OSError):  # the caller closed it first
            connection.shutdown(socket.SHUT_RDWR)
    return ConnectionResetError(errno.ECONNRESET, "dropped on purpose")


_CODE_IN_XML = re.compile(rb"<Code>([^<]+)</Code>")
_CODE_IN_JSON = re.compile(rb'"__type"\s*:\s*"([^"]+)"')


def error_code(answer: Answer) -> str:
    """The AWS error code in an answer from moto; empty if the answer is not an error."""
    if answer.status < 400:
        return ""
    header = next((v for k, v in answer.headers.items() if k.lower() == "x-amzn-errortype"), "")
    found = _CODE_IN_XML.search(answer.body) or _CODE_IN_JSON.search(answer.body)
    code = header or (found[1].decode() if found else str(answer.status))
    return code.rpartition("#")[2].split(":")[0]
