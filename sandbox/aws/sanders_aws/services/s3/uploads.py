"""Multipart uploads."""

from typing import Any

from ...rules import operation
from ...wire import Call
from .common import API, existing_bucket


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
