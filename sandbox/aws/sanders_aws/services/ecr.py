"""ECR."""

import json
from typing import Any

from moto.ecr.models import Repository

from ..errors import AwsError
from ..paging import page
from ..rules import amendment, patch
from ..wire import Answer, Call

API = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/"

_LISTS = {"DescribeRepositories": "repositories", "ListImages": "imageIds", "DescribeImages": "imageDetails"}


@amendment("ecr", *_LISTS, source=API + "API_DescribeRepositories.html")
def paginate(call: Call, answer: Answer) -> Answer:
    """A list has 100 items per page unless the call says otherwise, and 1,000 at most."""
    key = _LISTS[call.action]
    content: dict[str, Any] = json.loads(answer.body)
    size = call.params.get("maxResults", 100)
    if not 1 <= size <= 1000:
        raise AwsError(
            "InvalidParameterException",
            f"Invalid parameter at 'maxResults' failed to satisfy constraint: 'must be 1 to 1000', got {size}",
        )
    if call.params.get("nextToken") or len(content.get(key, [])) > size:
        token = {"maxResults": size, "nextToken": call.params.get("nextToken")}
        content |= page(
            content.get(key, []), token, key, limit="maxResults", token="nextToken", error="InvalidParameterException",
            most=1000,
        )  # fmt: skip
    return Answer(answer.status, answer.headers, json.dumps(content).encode())


@patch("ecr", "PutImageScanningConfiguration", source=API + "API_ImageScanningConfiguration.html")
def replace_scanning_configuration() -> None:
    """A scanning configuration without scanOnPush turns scanning on push off."""

    def update(self: Any, image_scanning_configuration: dict[str, bool] | None) -> None:
        self.image_scanning_configuration = {"scanOnPush": False, **(image_scanning_configuration or {})}

    Repository._update_image_scanning_configuration = update
