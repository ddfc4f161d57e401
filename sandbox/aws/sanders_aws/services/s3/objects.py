"""Objects."""

from ...errors import AwsError
from ...rules import guard
from ...wire import Answer, Call
from .common import API, GUIDE

_LONGEST_KEY = 1024  # bytes
_LARGEST_METADATA = 2048  # bytes, names and values together
_ENCRYPTIONS = ("AES256", "aws:fsx", "aws:kms", "aws:kms:dsse")


@guard("s3", "DeleteObjects", source=API + "API_DeleteObjects.html")
def limit_deletions(call: Call) -> Answer | None:
    """One call deletes at most 1,000 objects."""
    if len(call.params.get("Delete", {}).get("Objects", [])) > 1000:
        raise AwsError(
            "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"
        )
    return None


@guard(
    "s3",
    "CopyObject",
    "CreateMultipartUpload",
    "GetObject",
    "HeadObject",
    "PutObject",
    source=GUIDE + "object-keys.html",
)
def limit_keys(call: Call) -> Answer | None:
    """A key has at most 1,024 bytes of UTF-8."""
    size = len(call.params["Key"].encode())
    if size > _LONGEST_KEY:
        details = {"Size": str(size), "MaxSizeAllowed": str(_LONGEST_KEY)}
        raise AwsError("KeyTooLongError", "Your key is too long", 400, **details)
    return None


@guard("s3", "CopyObject", "CreateMultipartUpload", "PutObject", source=GUIDE + "UsingMetadata.html")
def limit_metadata(call: Call) -> Answer | None:
    """An object's own metadata has at most 2 KB, and its encryption is one that there is."""
    metadata = call.params.get("Metadata", {})
    size = sum(len(name.encode()) + len(value.encode()) for name, value in metadata.items())
    if size > _LARGEST_METADATA:
        details = {"Size": str(size), "MaxSizeAllowed": str(_LARGEST_METADATA)}
        message = "Your metadata headers exceed the maximum allowed metadata size"
        raise AwsError("MetadataTooLarge", message, 400, **details)
    if call.params.get("ServerSideEncryption", "AES256") not in _ENCRYPTIONS:
        raise AwsError("InvalidEncryptionAlgorithmError", "The encryption request that you specified is not valid.")
    return None
