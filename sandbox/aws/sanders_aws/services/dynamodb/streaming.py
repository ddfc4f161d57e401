"""What follows a table's changes: Kinesis streams and replicas."""

from typing import Any

from ...rules import operation
from ...wire import Call
from .common import API, existing_table


@operation(
    "dynamodb", "DescribeKinesisStreamingDestination", source=API + "API_DescribeKinesisStreamingDestination.html"
)
def describe_streaming_destinations(call: Call) -> dict[str, Any]:
    """A table has no streaming destinations, until it is given one."""
    return {"TableName": existing_table(call).name, "KinesisDataStreamDestinations": []}


@operation("dynamodb", "DescribeTableReplicaAutoScaling", source=API + "API_DescribeTableReplicaAutoScaling.html")
def describe_replica_auto_scaling(call: Call) -> dict[str, Any]:
    """A table without replicas has no auto scaling of replicas."""
    return {
        "TableAutoScalingDescription": {"TableName": existing_table(call).name, "TableStatus": "ACTIVE", "Replicas": []}
    }
