"""Objects."""

from ...errors import AwsError
from ...rules import guard
from ...wire import Answer, Call
from .common import API


@guard("s3", "DeleteObjects", source=API + "API_DeleteObjects.html")
def limit_deletions(call: Call) -> Answer | None:
    """One call deletes at most 1,000 objects."""
    if len(call.params.get("Delete", {}).get("Objects", [])) > 1000:
        raise AwsError(
            "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"
        )
    return None
