"""CloudWatch Logs: groups are asked for as an ARN that ends in `:log-stream:`, as its error messages show.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
"""

from ..questions import Asking, asks, request_tags

_STREAM_TOO = ("CreateLogStream", "DeleteLogStream", "GetLogEvents", "PutLogEvents")


@asks(
    "logs", *_STREAM_TOO, "CreateLogGroup", "DeleteLogGroup", "DeleteRetentionPolicy", "DescribeLogStreams",
    "DescribeMetricFilters", "DescribeSubscriptionFilters", "FilterLogEvents", "ListTagsLogGroup", "PutRetentionPolicy",
    "TagLogGroup", "UntagLogGroup",
)  # fmt: skip
def group_or_stream(asking: Asking) -> None:
    tags = request_tags(asking.params)
    for group in asking.named("logs", "log-group") or [""]:
        group = group.removesuffix(":*") if group.startswith("arn:") else asking.arn("logs", "log-group", group)
        stream = asking.params.get("logStreamName", "") if asking.call.action in _STREAM_TOO else ""
        type_name = "log-stream" if asking.call.action in _STREAM_TOO else "log-group"
        asking.ask(asking.call.action, type_name, f"{group}:log-stream:{stream}", tags=tags)
        if tags and asking.call.action == "CreateLogGroup":
            asking.ask("TagResource", "log-group", f"{group}:log-stream:", tags=tags)
