"""bootstrap.py makes what the real argocd/iam/bootstrap.sh makes with the real AWS CLI, and so the sandbox has what
production has."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

import bootstrap
from conftest import ACCOUNT, BUSY, REGION, ROOT, Aws, start

SCRIPT = ROOT.parent.parent / "argocd" / "iam" / "bootstrap.sh"
CLI = ROOT.parent.parent / "test" / "usage" / "requirements.txt"
MEMBER, ENTRANCE = "444455556666", "OrganizationAccountAccessRole"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, Any]]:
    """What the script makes of an account, and what bootstrap.py does, run twice, of it and a member account."""
    found = []
    for runs in ((_run_script,), (_run_module, _run_module)):
        folder = tmp_path_factory.mktemp("bootstrap")
        keys = folder / "admin.json"
        process, url = start(folder, "--iam", "enforce", "--admin-keys", str(keys))
        for run in runs:
            run(url, json.loads(keys.read_text()))
        aws = Aws(url, admin=keys).enforced()
        role = f"arn:aws:iam::{MEMBER}:role/{ENTRANCE}"
        member = aws("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
        found.append((_state(aws) | _pods(aws), _state(aws, member)))
        process.terminate()
        assert process.wait(BUSY) == 0
    return found


def test_the_sandbox_has_the_roles_that_production_has(made: list[tuple[Any, Any]]) -> None:
    (script, _), (module, _) = made
    assert len(script) > 20
    assert module == script


def test_a_member_account_has_those_of_the_environments(made: list[tuple[Any, Any]]) -> None:
    _, (module, member) = made
    here = {name: one for name, one in module.items() if name.endswith(("-target", "-boundary", "ForECS"))}
    there = json.loads(json.dumps(here).replace(f"iam::{ACCOUNT}:policy", f"iam::{MEMBER}:policy"))
    trusts = {name: one["Trust"] for name, one in member.items() if name.endswith("-target")}
    assert trusts == {name: one["Trust"] for name, one in here.items() if name.endswith("-target")}
    del member[ENTRANCE]
    assert member == there


def _run_script(url: str, admin: dict[str, str]) -> None:
    environment = [str(ROOT / "python"), str(ROOT / "environment.py"), str(CLI)]
    python = subprocess.run(environment, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    env = {
        "PATH": f"{Path(python).parent}:{os.environ['PATH']}",
        "HOME": os.environ["HOME"],
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": admin["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": admin["SecretAccessKey"],
    }
    role = f"arn:aws:iam::{ACCOUNT}:role/eks-cluster"
    Aws(url)("eks", admin).create_cluster(name="m", roleArn=role, resourcesVpcConfig={})
    for arguments in (["controllers", "m"], ["targets", ACCOUNT, "controllers"]):
        subprocess.run([str(SCRIPT), *arguments], check=True, env=env)


def _run_module(url: str, admin: dict[str, str]) -> None:
    bootstrap.bootstrap(url, admin, "m", [ACCOUNT, MEMBER])


def _state(aws: Aws, credentials: dict[str, str] | None = None) -> dict[str, Any]:
    """An account's roles and own policies by name, without what differs by time and chance."""
    iam = aws("iam", credentials)
    details = iam.get_account_authorization_details(Filter=["Role"], MaxItems=1000)
    roles = {
        role["RoleName"]: {
            "Path": role["Path"],
            "Trust": role["AssumeRolePolicyDocument"],
            "Policies": role["RolePolicyList"],
            "Managed": role["AttachedManagedPolicies"],
            "Tags": role["Tags"],
        }
        for role in details["RoleDetailList"]
    }
    policies = {
        policy["PolicyName"]: iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])[
            "PolicyVersion"
        ]["Document"]
        for policy in iam.list_policies(Scope="Local")["Policies"]
    }
    return roles | policies


def _pods(aws: Aws) -> dict[str, str]:
    """The role of each service account."""
    associations = aws("eks").list_pod_identity_associations(clusterName="m")["associations"]
    update = aws("eks").update_pod_identity_association
    found = (update(clusterName="m", associationId=one["associationId"])["association"] for one in associations)
    return {f"{one['namespace']}/{one['serviceAccount']}": one["roleArn"] for one in found}
