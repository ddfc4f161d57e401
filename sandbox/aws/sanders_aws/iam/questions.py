"""What a call asks IAM: each action that it needs, on each resource, with the condition keys of both.

Most operations need one action of the same name; which parameters name its resources stands in NAMES. What is special
about others is in the modules of requests/. An operation that neither knows is denied, not let through.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.utilities.utils import get_partition

from ..wire import Call
from . import reference, requests
from .resources import tags_of

Tags = Mapping[str, str]


class UnknownOperation(Exception):
    """It is not known what the operation needs; the text says which."""


@dataclass(frozen=True)
class Question:
    """One action on one resource, as a call needs it."""

    action: str
    resource: str
    context: dict[str, str | tuple[str, ...]] = field(default_factory=dict)


# The prefix of a service's actions, where it is not the name of the service.
PREFIXES = {"stepfunctions": "states", "resourcegroupstaggingapi": "tag"}

# Which parameters name the resources of a type, in the order in which they are looked at. `a.b` is b in a, or in each
# of a. Where a parameter can also be an ARN, it is taken as it is.
NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "batch": {
        "compute-environment": ("computeEnvironmentName", "computeEnvironment",
                                "computeEnvironmentOrder.computeEnvironment", "resourceArn"),
        "consumable-resource": ("consumableResourceName", "consumableResource", "resourceArn"),
        "job": ("jobId", "resourceArn"),
        "job-definition": ("jobDefinitionName",),
        "job-definition-revision": ("resourceArn",),
        "job-queue": ("jobQueueName", "jobQueue", "resourceArn"),
        "scheduling-policy": ("name", "arn", "schedulingPolicyArn", "resourceArn"),
        "service-environment": ("serviceEnvironmentName", "serviceEnvironment", "resourceArn"),
    },
    "budgets": {"budget": ("Budget.BudgetName", "NewBudget.BudgetName", "BudgetName", "ResourceARN")},
    "dynamodb": {"table": ("TableName", "ResourceArn", "TableArn"), "stream": ("StreamArn",)},
    "ec2": {
        "dhcp-options": ("DhcpOptionsId",),
        "elastic-ip": ("AllocationId",),
        "internet-gateway": ("InternetGatewayId",),
        "natgateway": ("NatGatewayId",),
        "network-acl": ("NetworkAclId",),
        "network-interface": ("NetworkInterfaceId",),
        "route-table": ("RouteTableId", "RouteTableIds", "AddRouteTableIds", "RemoveRouteTableIds"),
        "security-group": ("GroupId", "SecurityGroupIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds"),
        "security-group-rule": ("SecurityGroupRuleIds", "SecurityGroupRules.SecurityGroupRuleId"),
        "subnet": ("SubnetId", "SubnetIds", "AddSubnetIds", "RemoveSubnetIds"),
        "vpc": ("VpcId",),
        "vpc-endpoint": ("VpcEndpointId", "VpcEndpointIds"),
    },
    "ecr": {"repository": ("repositoryName", "repositoryNames", "resourceArn")},
    "events": {
        "rule-on-default-event-bus": ("Name", "Rule", "ResourceARN"),
        "event-bus": ("EventBusName", "Entries.EventBusName"),
    },
    "iam": {
        "group": ("GroupName",),
        "instance-profile": ("InstanceProfileName",),
        "policy": ("PolicyArn", "PolicyName"),
        "role": ("RoleName",),
        "user": ("UserName",),
    },
    "logs": {"log-group": ("logGroupName", "logGroupIdentifier", "resourceArn")},
    "states": {
        "activity": ("activityArn", "resourceArn"),
        "execution": ("executionArn",),
        "express": ("executionArn",),
        "maprun": ("mapRunArn",),
        "statemachine": ("stateMachineArn", "resourceArn"),
    },
    "sts": {"role": ("RoleArn",)},
}  # fmt: skip

Handler = Callable[["Asking"], None]
_HANDLERS: dict[tuple[str, str], Handler] = {}


def asks(service: str, *operations: str) -> Callable[[Handler], Handler]:
    """The function asks what these operations of a service need; `*` is all that no other function is for."""

    def register(function: Handler) -> Handler:
        for operation in operations:
            _HANDLERS[service, operation] = function
        return function

    return register


class Asking:
    """A call, and the questions that it comes to."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.params: dict[str, Any] = call.params if call.operation else {}
        self.prefix = PREFIXES.get(call.service, call.service)
        self.partition = get_partition(call.region)
        self.questions: list[Question] = []

    def ask(
        self,
        action: str,
        type_name: str = "",
        *names: str,
        tags: Tags | None = None,
        keys: Mapping[str, str | tuple[str, ...] | None] | None = None,
        exists: bool = True,
    ) -> None:
        """Asks for `action` (with its service's prefix if that is another) on the resource of these names, or an ARN.

        `tags` are those that the request gives, `keys` what else there is to be known (None for what is not there).
        A resource that does not exist yet has no tags of its own. Without a type, the action concerns no resource.
        """
        prefix, _, name = action.rpartition(":")
        prefix = prefix or self.prefix
        found = reference.action(prefix, name)
        if found is None or (type_name and type_name not in found.types):
            raise UnknownOperation(f"{prefix}:{name} on {type_name or 'nothing'} is not in AWS's reference")
        arn = self.arn(prefix, type_name, *names) if type_name else "*"
        context: dict[str, str | tuple[str, ...]] = {}
        allowed = found.keys(type_name)
        if tags and "aws:tagkeys" in allowed:
            context["aws:tagkeys"] = tuple(tags)
        for key, those in (
            ("aws:requesttag/", tags),
            (
                "aws:resourcetag/",
                self._tags(prefix, type_name, arn) if exists and "aws:resourcetag/" in allowed else {},
            ),
        ):
            if those and key in allowed:
                context |= {f"{key}{name.lower()}": value for name, value in those.items()}
                own = f"{prefix}:{key.partition(':')[2]}"
                if own in allowed:  # iam:ResourceTag, ec2:ResourceTag and their like say the same
                    context |= {f"{own}{name.lower()}": value for name, value in those.items()}
        for name, value in (keys or {}).items():
            if value is not None:
                known = name.lower().partition("/")
                assert f"{known[0]}{known[1]}" in allowed, f"{action} has no condition key {name}"
                context[name.lower()] = value
        self.questions.append(Question(found.name, arn, context))

    def ask_by_names(self, action: str, types: tuple[str, ...] = (), **more: Any) -> int:
        """Asks for the action on every resource that the parameters name; how many those are."""
        prefix, _, name = action.rpartition(":")
        found = reference.action(prefix or self.prefix, name)
        if found is None:
            raise UnknownOperation(f"{prefix or self.prefix}:{name} is not in AWS's reference")
        before = len(self.questions)
        for type_name in types or found.types:
            for value in self.named(prefix or self.prefix, type_name):
                self.ask(action, type_name, value, **more)
        return len(self.questions) - before

    def named(self, prefix: str, type_name: str) -> list[str]:
        """The names or ARNs of resources of a type in the call's parameters."""
        found: list[str] = []
        for path in NAMES.get(prefix, {}).get(type_name, ()):
            for value in _values(self.params, path):
                is_arn = value.startswith("arn:")
                if is_arn and not reference.resource_type(prefix, type_name).pattern.fullmatch(value):
                    continue
                if (is_arn or not path.lower().endswith("arn")) and value not in found:
                    found.append(value)
        return found

    def arn(self, prefix: str, type_name: str, *names: str) -> str:
        """The ARN of a resource of this account and region; a name that is an ARN is it already."""
        if names[0].startswith("arn:"):
            return names[0]
        kind = reference.resource_type(prefix, type_name)
        return kind.arn(self.partition, self.call.region, self.call.account, *names)

    def pass_role(self, role: str | None, *services: str) -> None:
        """Asks for iam:PassRole: who hands a role to a service must be allowed to."""
        for service in services if role else ():
            name = role if role and role.startswith("arn:") else f"{role}".rpartition("/")[2]
            self.ask("iam:PassRole", "role", name, keys={"iam:PassedToService": service})

    def _tags(self, prefix: str, type_name: str, arn: str) -> Tags:
        return tags_of(self.call, prefix, type_name, arn)


def questions_of(call: Call) -> list[Question]:
    """All that the call needs, in the order in which AWS asks. Raises UnknownOperation."""
    _load()
    asking = Asking(call)
    handler = _HANDLERS.get((call.service, call.action)) or _HANDLERS.get((call.service, "*"), _ask_same_name)
    handler(asking)
    return asking.questions


@functools.cache
def _load() -> None:
    for module in pkgutil.iter_modules(requests.__path__):
        importlib.import_module(f"{requests.__name__}.{module.name}")


def _ask_same_name(asking: Asking) -> None:
    """What most operations need: the action of their own name, on the resources that their parameters name."""
    call = asking.call
    found = reference.action(asking.prefix, call.action)
    if found is None:
        raise UnknownOperation(f"sanders-aws does not know which rights {call.service} {call.action} needs")
    if not found.types:
        asking.ask(call.action)
        return
    tags = request_tags(asking.params)
    count = asking.ask_by_names(call.action, tags=tags)
    if not count and found.required:
        raise UnknownOperation(f"sanders-aws does not know which resources {call.service} {call.action} concerns")
    if not count:
        asking.questions.append(Question(found.name, "*"))


def request_tags(params: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a request gives, in whatever form its service has them; of untagging, the keys."""
    for name in ("tags", "Tags", "ResourceTags"):
        given = params.get(name)
        if given:
            return as_tags(given)
    for name in ("tagKeys", "TagKeys", "ResourceTagKeys"):
        if params.get(name):
            return dict.fromkeys(params[name], "")
    return {}


def as_tags(given: Any) -> dict[str, str]:
    """Tags as a map, from a map or a list; a list of keys is what is taken off."""
    if isinstance(given, dict):
        return dict(given)
    if any(isinstance(tag, str) for tag in given):
        return dict.fromkeys(given, "")
    pairs = ({name.lower(): value for name, value in tag.items()} for tag in given)
    return {pair["key"]: pair.get("value", "") for pair in pairs}


def _values(params: Any, path: str) -> list[str]:
    name, _, rest = path.partition(".")
    value = params.get(name) if isinstance(params, dict) else None
    if rest:
        inner = value if isinstance(value, list) else [value]
        return [found for one in inner for found in _values(one, rest)]
    if isinstance(value, list):
        return [one for one in value if isinstance(one, str)]
    return [value] if isinstance(value, str) and value else []
