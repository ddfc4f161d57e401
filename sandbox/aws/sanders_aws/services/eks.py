"""EKS: which role the pods of a service account get. Of clusters, moto knows enough."""

import uuid
from typing import Any

from moto.eks.models import EKSBackend, eks_backends

from ..errors import AwsError
from ..paging import page
from ..rules import operation
from ..wire import Call

API = "https://docs.aws.amazon.com/eks/latest/APIReference/"
Association = dict[str, Any]


@operation("eks", "CreatePodIdentityAssociation", source=API + "API_CreatePodIdentityAssociation.html")
def create_pod_identity_association(call: Call) -> dict[str, Any]:
    """A service account of a cluster has one role at most."""
    params = call.params
    account = {key: params[key] for key in ("clusterName", "namespace", "serviceAccount")}
    known = _associations(call)
    if any(account.items() <= one.items() for one in known):
        raise AwsError("ResourceInUseException", f"Association already exists: {account}", 409)
    number = f"a-{uuid.uuid4().hex[:17]}"
    prefix = _backend(call).clusters[params["clusterName"]].arn.replace(":cluster/", ":podidentityassociation/")
    made = {**account, "roleArn": params["roleArn"], "associationId": number, "associationArn": f"{prefix}/{number}"}
    known.append({**made, "tags": params.get("tags", {})})
    return {"association": known[-1]}


@operation("eks", "ListPodIdentityAssociations", source=API + "API_ListPodIdentityAssociations.html")
def list_pod_identity_associations(call: Call) -> dict[str, Any]:
    """Lists those of a namespace or a service account, without their roles."""
    wanted = {key: value for key, value in call.params.items() if key in ("namespace", "serviceAccount")}
    summary = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId")
    found = [{key: one[key] for key in summary} for one in _associations(call) if wanted.items() <= one.items()]
    return page(
        found,
        call.params,
        "associations",
        limit="maxResults",
        token="nextToken",
        error="InvalidParameterException",
    )


@operation("eks", "UpdatePodIdentityAssociation", source=API + "API_UpdatePodIdentityAssociation.html")
def update_pod_identity_association(call: Call) -> dict[str, Any]:
    """Only the role can be changed."""
    number = call.params["associationId"]
    found = next((one for one in _associations(call) if one["associationId"] == number), None)
    if found is None:
        raise AwsError("ResourceNotFoundException", f"No association found for id: {number}.", 404)
    if "roleArn" in call.params:
        found["roleArn"] = call.params["roleArn"]
    return {"association": found}


def role_of(account: str, namespace: str, service_account: str) -> tuple[str, Any] | None:
    """The role that pods of the service account get, and their cluster; None if there is no association."""
    pod = {"namespace": namespace, "serviceAccount": service_account}
    for backend in list(eks_backends[account].values()):
        for cluster in list(backend.clusters.values()):
            for association in _of(cluster):
                if pod.items() <= association.items():
                    return association["roleArn"], cluster
    return None


def _backend(call: Call) -> EKSBackend:
    backend: EKSBackend = eks_backends[call.account][call.region]
    return backend


def _associations(call: Call) -> list[Association]:
    """The associations of the cluster that the call names, which must be there."""
    name = call.params["clusterName"]
    cluster = _backend(call).clusters.get(name)
    if cluster is None:
        raise AwsError("ResourceNotFoundException", f"No cluster found for name: {name}.", 404)
    return _of(cluster)


def _of(cluster: Any) -> list[Association]:
    """Kept on moto's cluster, to be saved and deleted with it."""
    found: list[Association] = cluster.__dict__.setdefault("sanders_associations", [])
    return found
