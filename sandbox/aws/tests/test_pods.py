"""Credentials of pods."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from conftest import ACCOUNT, BUSY, REGION, Aws, start

CLUSTER = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/management"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ack-s3-controller"


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An emulator that enforces IAM, with the token of one pod, called by its administrator."""
    folder = tmp_path_factory.mktemp("pods")
    (folder / "pods" / "ack-system").mkdir(parents=True)
    (folder / "pods" / "ack-system" / "ack-s3-controller").write_text("token of s3")
    keys = folder / "admin.json"
    process, url = start(folder, "--iam", "enforce", "--admin-keys", str(keys), "--pods", str(folder / "pods"))
    aws = Aws(url, admin=keys).enforced()
    aws("eks").create_cluster(name="management", roleArn=ROLE, resourcesVpcConfig={})
    yield aws
    process.terminate()
    assert process.wait(BUSY) == 0


def trust(account: str, *actions: str) -> str:
    keys = {"aws:RequestTag/eks-cluster-arn": CLUSTER, "aws:RequestTag/kubernetes-service-account": account}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": list(actions),
        "Condition": {"StringEquals": keys},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def ask(aws: Aws, token: str) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(f"{aws.url}/sanders/credentials", headers={"Authorization": token})
    try:
        with urllib.request.urlopen(request, timeout=BUSY) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


def test_a_pod_gets_the_role_of_its_service_account_and_nobody_else_does(admin: Aws) -> None:
    assert ask(admin, "token of s3")[1]["message"].startswith("no role is associated with")
    pod = {"clusterName": "management", "namespace": "ack-system", "serviceAccount": "ack-s3-controller"}
    admin("eks").create_pod_identity_association(**pod, roleArn=ROLE)
    both = ("sts:AssumeRole", "sts:TagSession")
    refused = f"{ROLE} does not let pods.eks.amazonaws.com perform "
    assert ask(admin, "token of s3")[1]["message"].startswith(f"{refused}sts:AssumeRole")
    iam, name = admin("iam"), "ack-s3-controller"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("ack-ec2-controller", *both))
    assert ask(admin, "token of s3")[1]["message"].startswith(f"{refused}sts:AssumeRole")
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(name, "sts:AssumeRole"))
    assert ask(admin, "token of s3")[1]["message"].startswith(f"{refused}sts:TagSession")
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(name, *both))

    status, given = ask(admin, "token of s3")
    assert (status, given["AccountId"]) == (200, ACCOUNT)
    session = {"AccessKeyId": given["AccessKeyId"], "SecretAccessKey": given["SecretAccessKey"]}
    caller = admin("sts", {**session, "SessionToken": given["Token"]}).get_caller_identity()["Arn"]
    assert caller.startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/ack-s3-controller/eks-management-")
    for token in ("", "token of", "another"):
        assert ask(admin, token) == (
            403,
            {"code": "AccessDeniedException", "message": "the token is no service account's"},
        )
