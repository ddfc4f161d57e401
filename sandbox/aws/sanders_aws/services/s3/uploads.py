"""Multipart uploads."""

from typing import Any

from ...errors import AwsError
from ...rules import guard, operation
from ...wire import Answer, Call
from .common import API, existing_bucket

_MOST_PARTS = 10_000


@operation("s3", "ListMultipartUploads", source=API + "API_ListMultipartUploads.html")
def list_multipart_uploads(call: Call) -> dict[str, Any]:
    """Lists uploads by key, at most 1,000 per page, with markers for the next page."""
    params = call.params
    bucket = existing_bucket(call)
    prefix, size = params.get("Prefix", ""), min(params.get("MaxUploads", 1000), 1000)
    after = (params.get("KeyMarker", ""), params.get("UploadIdMarker", "") if params.get("KeyMarker") else "")
    uploads = sorted((upload.key_name, upload.id) for upload in bucket.multiparts.values())
    # Without an upload id, the marker stands after all uploads of its key.
    later = [u for u in uploads if u[0].startswith(prefix) and (u > after if after[1] else u[0] > after[0])]
    shown, more = later[:size], later[size:]
    owner = {"ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a", "DisplayName": "webfile"}
    result: dict[str, Any] = {
        "Bucket": params["Bucket"],
        "KeyMarker": after[0],
        "UploadIdMarker": after[1],
        "MaxUploads": size,
        "IsTruncated": bool(more),
        "Prefix": prefix,
        "Uploads": [
            {
                "Key": key, "UploadId": upload_id, "StorageClass": "STANDARD", "Owner": owner, "Initiator": owner,
                "Initiated": bucket.creation_date,
            }
            for key, upload_id in shown
        ],
    }  # fmt: skip
    if more:
        result["NextKeyMarker"], result["NextUploadIdMarker"] = shown[-1]
    return result


@guard(
    "s3", "AbortMultipartUpload", "CompleteMultipartUpload", "ListParts", "UploadPart", "UploadPartCopy",
    source=API + "API_UploadPart.html",
)  # fmt: skip
def check_upload(call: Call) -> Answer | None:
    """Parts have numbers from 1 to 10,000, belong to an upload that is there, and are put together in their order."""
    params = call.params
    if not 1 <= params.get("PartNumber", 1) <= _MOST_PARTS:
        raise AwsError(
            "InvalidArgument",
            f"Part number must be an integer between 1 and {_MOST_PARTS}, inclusive",
            ArgumentName="partNumber",
            ArgumentValue=str(params["PartNumber"]),
        )
    upload = existing_bucket(call).multiparts.get(params["UploadId"])
    if upload is None or upload.key_name != params["Key"]:
        raise AwsError(
            "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
            "completed.",
            404,
            UploadId=params["UploadId"],
        )
    numbers = [part["PartNumber"] for part in params.get("MultipartUpload", {}).get("Parts", [])]
    if numbers != sorted(set(numbers)):
        raise AwsError(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        )
    return None
