"""Security groups."""

import re
from collections.abc import Iterator

from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroup

from ...errors import AwsError
from ...rules import amendment, guard
from ...wire import Answer, Call
from ..batch.model import Status, batch_backends
from .common import API, backend_of

_GROUP_ID = re.compile(rb"<groupId>([^<]+)</groupId>")


@guard("ec2", "DeleteSecurityGroup", source=API + "API_DeleteSecurityGroup.html")
def check_security_group_deletion(call: Call) -> Answer | None:
    """A default group, and one that an interface, a rule or a Batch environment uses, cannot be deleted."""
    backend = backend_of(call)
    group: SecurityGroup | None = backend.get_security_group_from_id(call.params.get("GroupId", ""))
    if group is None:
        return None  # moto reports this one
    if group.name == "default":
        raise AwsError("CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user')
    others = [other for other in security_groups(backend) if other is not group]
    if (
        any(group.id in [g.id for g in eni.group_set] for eni in backend.enis.values())
        or any(group.id in _referred_groups(other) for other in others)
        or group.id in _used_by_batch(call, "securityGroupIds")
    ):
        raise AwsError("DependencyViolation", f"resource {group.id} has a dependent object")
    return None


@amendment("ec2", "CreateSecurityGroup", source=API + "API_CreateSecurityGroup.html")
def answer_tags(call: Call, answer: Answer) -> Answer | None:
    """A new security group is answered with its tags. The official controller takes off those that it is not told."""
    found = _GROUP_ID.search(answer.body)
    group: SecurityGroup | None = backend_of(call).get_security_group_from_id(found[1].decode()) if found else None
    if group is None:
        return None
    tags = [{"Key": tag["key"], "Value": tag["value"]} for tag in group.get_tags()]
    return call.answer({"GroupId": group.id, "SecurityGroupArn": group.arn, "Tags": tags})


def security_groups(backend: EC2Backend) -> Iterator[SecurityGroup]:
    """All security groups."""
    for groups in backend.groups.values():
        yield from groups.values()


def _referred_groups(group: SecurityGroup) -> set[str]:
    rules = [*group.ingress_rules, *group.egress_rules]
    return {str(rule.source_group["GroupId"]) for rule in rules if rule.source_group and "GroupId" in rule.source_group}


def _used_by_batch(call: Call, key: str) -> set[str]:
    """What Batch's compute environments use. On AWS, network interfaces show this while jobs run."""
    batch = batch_backends[call.account][call.region]
    busy = {job.queue for job in batch.jobs.values() if not job.status.final}
    return {
        item
        for queue in batch.queues.values()
        if queue.arn in busy and queue.status != Status.DELETED
        for entry in queue.order
        if (environment := batch.environment(entry["computeEnvironment"]))
        for item in (environment.resources or {}).get(key, [])
    }
