"""Errors, worded and encoded as AWS does it."""

import json
from typing import Any
from xml.sax.saxutils import escape

from moto.core.utils import get_service_model

from .wire import Answer, new_request_id, request_id_header

# How a service says "slow down" and "my fault" where that differs from the protocol's usual code: code, HTTP status and
# message, from the service's own list of common errors.
_THROTTLES = {
    "batch": ("TooManyRequestsException", 429, "Too Many Requests"),
    "dynamodb": ("ThrottlingException", 400, "Rate of requests exceeds the allowed throughput."),
    "ec2": ("RequestLimitExceeded", 503, "Request limit exceeded."),
    "s3": ("SlowDown", 503, "Please reduce your request rate."),
    "iam": ("Throttling", 400, "Rate exceeded"),
    "sts": ("Throttling", 400, "Rate exceeded"),
}
_FAILURES = {
    "batch": ("ServerException", 500, "Internal server error."),
    "dynamodb": ("InternalServerError", 500, "Internal server error"),
    "ec2": ("InternalError", 500, "An internal error has occurred"),
    "ecr": ("ServerException", 500, "Internal server error."),
    "iam": ("ServiceFailure", 500, "The request processing has failed because of an unknown error."),
    "s3": ("InternalError", 500, "We encountered an internal error. Please try again."),
}


class AwsError(Exception):
    """An error answer: AWS's code and message, and the HTTP status that goes with them."""

    def __init__(self, code: str, message: str, status: int = 400, **details: Any) -> None:
        """`details` are further members that S3 and the JSON protocols send with code and message (`BucketName`)."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.details = details


def throttled(service: str) -> AwsError:
    """What `service` answers when it is called too often."""
    code, status, message = _THROTTLES.get(service, ("ThrottlingException", 400, "Rate exceeded"))
    return AwsError(code, message, status)


def internal_failure(service: str, message: str = "") -> AwsError:
    """What `service` answers when it fails through no fault of the caller."""
    code, status, usual = _FAILURES.get(
        service, ("InternalFailure", 500, "The request processing has failed because of an unknown error.")
    )
    return AwsError(code, message or usual, status)


def unknown_action(protocol: str, action: str, reason: str = "") -> AwsError:
    """What a service answers when it is asked for an action that it does not have.

    Source: "Common errors" of each service's API reference: InvalidAction for the query protocols,
    UnknownOperationException for the JSON ones, NotImplemented for S3. None of the statuses is one
    that SDKs retry.
    """
    if protocol in ("query", "ec2"):
        text = f"The action {action or '(none)'} is not valid for this web service."
        return AwsError("InvalidAction", f"{text} {reason}".strip(), 400)
    if protocol == "rest-xml":
        text = "A header or query you provided implies functionality that is not implemented."
        return AwsError("NotImplemented", f"{text} {reason}".strip(), 501)
    status = 404 if protocol == "rest-json" else 400
    return AwsError("UnknownOperationException", f"{action or 'The operation'} is unknown. {reason}".strip(), status)


def answer_error(error: AwsError, service: str, protocol: str) -> Answer:
    """`error` in the shape that `protocol` gives errors (https://smithy.io/2.0/aws/protocols/)."""
    request_id = new_request_id()
    code, message = escape(error.code), escape(error.message)
    kind = "Sender" if error.status < 500 else "Receiver"
    if protocol == "json":
        content_type = f"application/x-amz-json-{get_service_model(service).metadata['jsonVersion']}"
        body = json.dumps({"__type": error.code, "message": error.message, **error.details})
    elif protocol == "rest-json":
        content_type = "application/json"
        body = json.dumps({"message": error.message, **error.details})
    elif protocol == "ec2":
        content_type = "text/xml;charset=UTF-8"
        body = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    elif service == "s3":
        content_type = "application/xml"
        details = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in error.details.items())
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f"<Error><Code>{code}</Code><Message>{message}</Message>{details}"
            f"<RequestId>{request_id}</RequestId></Error>"
        )
    else:  # query, and rest-xml other than S3
        content_type = "text/xml"
        body = (
            f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    headers = {"Content-Type": content_type, request_id_header(service): request_id}
    if protocol in ("json", "rest-json"):
        headers["x-amzn-ErrorType"] = error.code
    return Answer(error.status, headers, body.encode(), error_code=error.code)
