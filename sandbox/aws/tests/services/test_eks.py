"""Associations of service accounts with roles."""

from typing import Any

import pytest

from conftest import ACCOUNT, Aws, code_of

rule = pytest.mark.rule
POD = {"clusterName": "management", "namespace": "ack-system", "serviceAccount": "ack-s3-controller"}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ack-s3-controller"


@pytest.fixture
def eks(aws: Aws) -> Any:
    role = f"arn:aws:iam::{ACCOUNT}:role/eks-cluster"
    aws("eks").create_cluster(name="management", roleArn=role, resourcesVpcConfig={})
    return aws("eks")


@rule("eks.create_pod_identity_association")
def test_a_service_account_has_one_role(eks: Any) -> None:
    made = eks.create_pod_identity_association(**POD, roleArn=ROLE)["association"]
    assert (made["roleArn"], made["serviceAccount"]) == (ROLE, "ack-s3-controller")
    assert code_of(eks.create_pod_identity_association, **POD, roleArn=ROLE) == "ResourceInUseException"
    other = {**POD, "clusterName": "other"}
    assert code_of(eks.create_pod_identity_association, **other, roleArn=ROLE) == "ResourceNotFoundException"


@rule("eks.list_pod_identity_associations")
def test_the_list_has_no_roles_and_can_be_narrowed(eks: Any) -> None:
    made = eks.create_pod_identity_association(**POD, roleArn=ROLE)["association"]
    eks.create_pod_identity_association(**{**POD, "serviceAccount": "another"}, roleArn=ROLE)
    assert len(eks.list_pod_identity_associations(clusterName="management")["associations"]) == 2
    (found,) = eks.list_pod_identity_associations(**POD)["associations"]
    assert (found["associationId"], "roleArn" in found) == (made["associationId"], False)


@rule("eks.update_pod_identity_association")
def test_the_role_can_be_changed(eks: Any) -> None:
    number = eks.create_pod_identity_association(**POD, roleArn=ROLE)["association"]["associationId"]
    update = eks.update_pod_identity_association
    changed = update(clusterName="management", associationId=number, roleArn=f"{ROLE}2")["association"]
    assert changed["roleArn"] == f"{ROLE}2"
    assert code_of(update, clusterName="management", associationId="a-none") == "ResourceNotFoundException"
