"""Credentials for the pods of a cluster, as the EKS Pod Identity Agent gives them on each node.

A pod finds the agent's address in AWS_CONTAINER_CREDENTIALS_FULL_URI, and in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE the
token of its service account. The agent has EKS exchange the token for a session of the role that is associated with the
service account.

Source: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
"""

import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from moto.iam.models import iam_backends

from . import services
from .iam.callers import Session
from .services.roles import can_be_assumed, session_of

_LIFETIME = timedelta(hours=6)


class NoCredentials(Exception):
    """A pod gets no credentials; the text says why."""


class Pods:
    """The pods that run, by the tokens of their service accounts: files `<namespace>/<service account>` in a folder."""

    def __init__(self, account: str, folder: Path) -> None:
        self._account = account
        self._folder = folder

    def credentials(self, token: str) -> dict[str, Any]:
        """What the agent answers a pod that shows this token. Raises NoCredentials."""
        from .services import eks  # takes as long as moto's EKS takes to load

        services.load("eks")
        namespace, name = self._service_account(token)
        found = eks.role_of(self._account, namespace, name)
        if found is None:
            raise NoCredentials(f"no role is associated with the service account {namespace}/{name}")
        arn, cluster = found
        region = cluster.arn.split(":")[3]
        tags = {
            "eks-cluster-arn": cluster.arn,
            "eks-cluster-name": cluster.name,
            "kubernetes-namespace": namespace,
            "kubernetes-service-account": name,
            "kubernetes-pod-name": name,
        }
        service = "pods.eks.amazonaws.com"
        for action in ("sts:AssumeRole", "sts:TagSession"):
            if not can_be_assumed(self._account, region, arn, service, action=action, tags=tags):
                raise NoCredentials(f"{arn} does not let {service} perform {action} for {namespace}/{name}")
        session = session_of(arn, f"eks-{cluster.name}-{name}", _LIFETIME)
        if session is None:
            raise NoCredentials(f"{arn} does not exist")
        key = iam_backends[self._account][arn.split(":")[1]].access_keys[session["aws_access_key_id"]]
        key.sanders_session = Session((), tuple(tags.items()))
        return {
            "AccessKeyId": session["aws_access_key_id"],
            "SecretAccessKey": session["aws_secret_access_key"],
            "Token": session["aws_session_token"],
            "AccountId": self._account,
            "Expiration": (datetime.now(UTC) + _LIFETIME).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _service_account(self, token: str) -> tuple[str, str]:
        for file in self._folder.glob("*/*"):
            if token and hmac.compare_digest(file.read_text().strip(), token):
                return file.parent.name, file.name
        raise NoCredentials("the token is no service account's")
