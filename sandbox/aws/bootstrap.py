"""What argocd/iam/bootstrap.sh does for self-managed ACK, in one process: the sandbox starts in less time than sixty
starts of the AWS CLI take. A test compares the two.

    bootstrap.py --endpoint URL --admin-keys FILE --cluster NAME ACCOUNT...

In the account of the keys: the management cluster NAME, if it is not there yet, and what `bootstrap.sh controllers`
makes. In each ACCOUNT: what `bootstrap.sh targets` makes. Exits with 1 if AWS refuses something.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "eu-central-1"
_ROOT = Path(__file__).parent.parent.parent
_OFFICIAL, _OWN = _ROOT / "argocd" / "iam", _ROOT / "controllers" / "config" / "iam"
_TAGS = [{"Key": "Project", "Value": "sanders-customer-platform"}]
# Pod Identity tags its sessions, and the tags are passed on.
_ASSUME = ["sts:AssumeRole", "sts:TagSession"]

# The name is for the emulator's log of calls.
_CONFIG = Config(retries={"mode": "standard"}, user_agent_extra="sanders-bootstrap")

Document = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--endpoint", required=True, help="the emulator's URL")
    parser.add_argument("--admin-keys", required=True, type=Path, help="what the emulator wrote with the same option")
    parser.add_argument("--cluster", required=True, help="name of the management cluster")
    parser.add_argument("accounts", nargs="*", metavar="ACCOUNT", help="12 digits of an account with environments")
    options = parser.parse_args()
    keys = json.loads(options.admin_keys.read_text())
    try:
        bootstrap(options.endpoint, keys, options.cluster, options.accounts)
    except ClientError as problem:
        print(f"bootstrap.py: {problem}", file=sys.stderr)
        return 1
    return 0


def bootstrap(endpoint: str, keys: dict[str, str], cluster: str, accounts: list[str]) -> None:
    """Makes the controllers' roles and the target roles, or brings them up to date. Raises ClientError."""
    management = Account(endpoint, keys)
    management.ensure_controllers(cluster)
    for account in accounts:
        target = management if account == management.number else management.member(account)
        target.ensure_targets(management.number)


class Account:
    """An account of AWS, with an administrator's keys for it."""

    def __init__(self, endpoint: str, keys: dict[str, str]) -> None:
        self._endpoint = endpoint
        self._session = boto3.Session(
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
            region_name=REGION,
        )
        self._iam = self._client("iam")
        self._sts = self._client("sts")
        _, self._partition, _, _, self.number, _ = self._sts.get_caller_identity()["Arn"].split(":", 5)

    def member(self, number: str) -> "Account":
        """Another account of the organisation whose management account this is."""
        role = f"arn:{self._partition}:iam::{number}:role/OrganizationAccountAccessRole"
        session = self._sts.assume_role(RoleArn=role, RoleSessionName="bootstrap")
        return Account(self._endpoint, session["Credentials"])

    def ensure_controllers(self, cluster: str) -> None:
        """The roles with which the controllers' pods begin."""
        eks = self._client("eks")
        cluster_arn = self._ensure_cluster(eks, cluster)
        for service in _services(_OFFICIAL):
            self._ensure_controller(eks, cluster, cluster_arn, f"ack-{service}-controller", [service])
        self._ensure_controller(eks, cluster, cluster_arn, "ack-sanders-controller", _services(_OWN))

    def ensure_targets(self, management: str) -> None:
        """The roles that the management account's controllers assume, and what limits the roles that they make."""
        self._ensure_boundary()
        self._ensure_ecs_role()
        for folder in (_OFFICIAL, _OWN):
            for service in _services(folder):
                controller = f"ack-{service}-controller" if folder == _OFFICIAL else "ack-sanders-controller"
                trusted = f"arn:{self._partition}:iam::{management}:role/{controller}"
                permissions = (folder / f"{service}.json").read_text()
                self._ensure_role(f"ack-{service}-target", _trust({"AWS": trusted}), permissions)

    def _client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self._endpoint, config=_CONFIG)

    def _ensure_cluster(self, eks: Any, name: str) -> str:
        try:
            made = eks.create_cluster(
                name=name,
                roleArn=f"arn:{self._partition}:iam::{self.number}:role/eks-cluster",
                resourcesVpcConfig={},
            )
        except eks.exceptions.ResourceInUseException:
            made = eks.describe_cluster(name=name)
        return str(made["cluster"]["arn"])

    def _ensure_controller(self, eks: Any, cluster: str, cluster_arn: str, name: str, services: list[str]) -> None:
        pod = {
            "aws:RequestTag/eks-cluster-arn": cluster_arn,
            "aws:RequestTag/kubernetes-namespace": "ack-system",
            "aws:RequestTag/kubernetes-service-account": name,
        }
        trust = _trust({"Service": "pods.eks.amazonaws.com"}, {"StringEquals": pod})
        targets = [f"arn:*:iam::*:role/ack-{service}-target" for service in services]
        permissions = _policy({"Effect": "Allow", "Action": _ASSUME, "Resource": targets})
        self._ensure_role(name, trust, permissions)
        account = {"clusterName": cluster, "namespace": "ack-system", "serviceAccount": name}
        role = f"arn:{self._partition}:iam::{self.number}:role/{name}"
        known = eks.list_pod_identity_associations(**account)["associations"]
        if known:
            number = known[0]["associationId"]
            eks.update_pod_identity_association(clusterName=cluster, associationId=number, roleArn=role)
        else:
            eks.create_pod_identity_association(**account, roleArn=role)

    def _ensure_role(self, name: str, trust: str, permissions: str) -> None:
        try:
            self._iam.create_role(
                RoleName=name,
                AssumeRolePolicyDocument=trust,
                Description="ACK for the Sanders Customer Platform",
                Tags=_TAGS,
            )
        except self._iam.exceptions.EntityAlreadyExistsException:
            self._iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
        self._iam.put_role_policy(RoleName=name, PolicyName="ack", PolicyDocument=permissions)

    def _ensure_boundary(self) -> None:
        document = (_OFFICIAL / "boundary" / "sanders-boundary.json").read_text()
        arn = f"arn:{self._partition}:iam::{self.number}:policy/sanders-boundary"
        try:
            self._iam.create_policy(
                PolicyName="sanders-boundary",
                PolicyDocument=document,
                Description="What roles of the Sanders Customer Platform get at most",
                Tags=_TAGS,
            )
        except self._iam.exceptions.EntityAlreadyExistsException:
            versions = self._iam.list_policy_versions(PolicyArn=arn)["Versions"]
            others = [version for version in versions if not version["IsDefaultVersion"]]
            if len(versions) >= 5:  # AWS keeps no more
                oldest = min(others, key=lambda version: version["CreateDate"])
                self._iam.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])
            self._iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)

    def _ensure_ecs_role(self) -> None:
        try:
            self._iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
        except self._iam.exceptions.InvalidInputException as problem:
            if "has been taken" not in str(problem):
                raise


def _services(folder: Path) -> list[str]:
    return sorted(file.stem for file in folder.glob("*.json"))


def _trust(principal: Document, condition: Document | None = None) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": _ASSUME}
    return _policy({**statement, "Condition": condition} if condition else statement)


def _policy(statement: Document) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


if __name__ == "__main__":
    sys.exit(main())
