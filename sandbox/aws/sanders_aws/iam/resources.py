"""What questions are asked about the emulated account's resources: their tags, and what roles are called in full."""

from collections.abc import Callable, Mapping
from typing import Any

from moto.iam.models import IAMBackend, iam_backends
from moto.utilities.utils import get_partition

from ..wire import Call

Tags = Mapping[str, str]


def tags_of(call: Call, prefix: str, type_name: str, arn: str) -> Tags:
    """The tags of an existing resource; none if it does not exist, or if its service is not looked at."""
    reader = _READERS.get(prefix)
    return reader(call, type_name, arn) if reader else {}


def iam_of(call: Call) -> IAMBackend:
    """IAM of the account that is called."""
    backend: IAMBackend = iam_backends[call.account][get_partition(call.region)]
    return backend


def role_named(call: Call, name: str) -> Any | None:
    """The role of that name."""
    return next((role for role in list(iam_of(call).roles.values()) if role.name == name), None)


def role_with_arn(arn: str) -> Any | None:
    """The role with that ARN, in whichever account it is."""
    parts = arn.split(":")
    if len(parts) < 6 or parts[4] not in iam_backends:
        return None
    backend = iam_backends[parts[4]][parts[1]]
    return next((role for role in list(backend.roles.values()) if role.arn == arn), None)


# Each service is imported when it is first asked for: moto takes long to load all of them.


def _batch(call: Call, type_name: str, arn: str) -> Tags:
    from ..services.batch.model import batch_backends

    found: Tags = batch_backends[call.account][call.region].tags.get(arn) or {}
    return found


def _budgets(call: Call, type_name: str, arn: str) -> Tags:
    from ..errors import AwsError
    from ..services.budgets.common import budget_named

    try:
        return budget_named(call, arn.partition(":budget/")[2]).tags
    except AwsError:
        return {}


def _dynamodb(call: Call, type_name: str, arn: str) -> Tags:
    from moto.dynamodb.models import dynamodb_backends

    table = dynamodb_backends[call.account][call.region].tables.get(arn.partition("/")[2].partition("/")[0])
    return _as_map(table.tags) if table else {}


def _ec2(call: Call, type_name: str, arn: str) -> Tags:
    from moto.ec2.models import ec2_backends

    found: Tags = ec2_backends[call.account][call.region].tags.get(arn.rpartition("/")[2], {})
    return found


def _ecr(call: Call, type_name: str, arn: str) -> Tags:
    from moto.ecr.models import ecr_backends

    return _tagged(ecr_backends[call.account][call.region].tagger, arn)


def _iam(call: Call, type_name: str, arn: str) -> Tags:
    backend = iam_of(call)
    if type_name == "user":
        return _tagged(backend.tagger, arn)
    if type_name == "role":
        role = role_with_arn(arn)
        return _as_map(role.tags) if role else {}
    kinds: dict[str, Any] = {"policy": backend.managed_policies, "instance-profile": backend.instance_profiles}
    found = next((one for one in list(kinds.get(type_name, {}).values()) if one.arn == arn), None)
    return _as_map(found.tags.values() if isinstance(found.tags, dict) else found.tags) if found else {}


def _logs(call: Call, type_name: str, arn: str) -> Tags:
    from moto.logs.models import logs_backends

    return _tagged(logs_backends[call.account][call.region].tagger, arn.partition(":log-stream:")[0])


def _states(call: Call, type_name: str, arn: str) -> Tags:
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    return _tagged(stepfunctions_parser_backends[call.account][call.region].tagger, arn)


def _tagged(tagger: Any, arn: str) -> Tags:
    found: Tags = tagger.get_tag_dict_for_resource(arn)
    return found


def _as_map(tags: Any) -> Tags:
    return {tag["Key"]: tag["Value"] for tag in tags or ()}


_READERS: dict[str, Callable[[Call, str, str], Tags]] = {
    "batch": _batch,
    "budgets": _budgets,
    "dynamodb": _dynamodb,
    "ec2": _ec2,
    "ecr": _ecr,
    "iam": _iam,
    "logs": _logs,
    "states": _states,
    "sts": _iam,
}
