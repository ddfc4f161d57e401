"""Tags of state machines and activities."""

from ...errors import AwsError
from ...rules import guard
from ...wire import Answer, Call
from .common import API, backend_of

_MOST = 50


@guard("stepfunctions", "ListTagsForResource", "TagResource", "UntagResource", source=API + "API_TagResource.html")
def check_tagged(call: Call) -> Answer | None:
    """Tags belong to a state machine or an activity that exists."""
    arn, backend = call.params["resourceArn"], backend_of(call)
    if arn not in backend.activities and all(machine.arn != arn for machine in backend.state_machines):
        raise AwsError("ResourceNotFound", f"Resource not found: '{arn}'")
    return None


@guard("stepfunctions", "TagResource", source=API + "API_TagResource.html")
def limit_tags(call: Call) -> Answer | None:
    """A state machine or an activity has at most 50 tags."""
    arn = call.params["resourceArn"]
    keys = {tag["key"] for tag in call.params["tags"] + backend_of(call).tagger.list_tags_for_resource(arn)["tags"]}
    if len(keys) > _MOST:
        raise AwsError("TooManyTags", f"{arn} can have at most {_MOST} tags, and would have {len(keys)}")
    return None
