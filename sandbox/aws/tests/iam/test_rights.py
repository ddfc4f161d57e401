"""Every right of every shipped policy is needed: without it, a call that the platform makes is denied.

The calls are a recording of what the end-to-end tests' sandbox needed (needs.json), of each role. To make it anew after
a change of charts, controllers or policies: E2E_RECORD=1 npm run e2e
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from sanders_aws.iam.documents import Policy, Principal, Request, read_policy
from sanders_aws.iam.evaluation import Policies, evaluate
from sanders_aws.iam.patterns import matches_glob

ACCOUNT = "120569615884"
PLATFORM = ROOT.parent.parent
OFFICIAL, OWN = PLATFORM / "argocd" / "iam", PLATFORM / "controllers" / "config" / "iam"
BOUNDARY = "sanders-boundary"
FILES = {
    **{f"ack-{file.stem}-target": file for folder in (OFFICIAL, OWN) for file in sorted(folder.glob("*.json"))},
    BOUNDARY: OFFICIAL / "boundary" / f"{BOUNDARY}.json",
}

Need = tuple[str, str, dict[str, Any]]  # action, resource, keys of the request


@dataclass(frozen=True)
class Right:
    """One action, or one resource, of a statement of a policy."""

    policy: str
    statement: str  # its Sid
    part: str  # Action or Resource
    value: str

    def __str__(self) -> str:
        return f"{self.policy} {self.statement} {self.value}"


# What no call of the recording needs, by the reason why the policy has it nevertheless.
_UNUSED = {
    "no recorded test changes this of a resource that exists": [
        "ack-dynamodb-target ManageTables dynamodb:UpdateTable",
        "ack-ec2-target CreateOnlyInsideOurOwn arn:*:ec2:*:*:security-group/*",
        "ack-ec2-target ChangeAndDeleteOnlyOurOwn ec2:AuthorizeSecurityGroupIngress",
        "ack-ec2-target ChangeAndDeleteOnlyOurOwn ec2:DeleteRoute",
        "ack-ec2-target ChangeAndDeleteOnlyOurOwn ec2:DisassociateRouteTable",
        "ack-ec2-target ChangeAndDeleteOnlyOurOwn ec2:ModifyVpcEndpoint",
        "ack-ecr-target ManageRepositories ecr:DeleteLifecyclePolicy",
        "ack-ecr-target ManageRepositories ecr:PutImageScanningConfiguration",
        "ack-ecr-target ManageRepositories ecr:PutImageTagMutability",
        "ack-iam-target GrantOnlyWithinTheBoundary iam:PutRolePermissionsBoundary",
        "ack-iam-target GrantOnlyWithinTheBoundary iam:UpdateAssumeRolePolicy",
        "ack-iam-target GrantOnlyWithinTheBoundary iam:UpdateRole",
        "ack-s3-target ManageBuckets s3:PutBucketOwnershipControls",
        "ack-s3-target ManageBuckets s3:PutBucketPublicAccessBlock",
        "ack-s3-target ManageBuckets s3:PutEncryptionConfiguration",
    ],
    "an official controller calls it, which the sandbox replaces or has in an older version": [
        "ack-dynamodb-target ManageTables dynamodb:UpdateContributorInsights",
        "ack-ecr-target ReadRegistry ecr:DescribeRegistry",
        "ack-s3-target ReadBuckets s3:GetBucketAbac",
        "ack-s3-target ReadBuckets s3:GetBucketObjectLockConfiguration",
        "ack-s3-target ManageBuckets s3:TagResource",
    ],
    "only in an account in which nobody has used AWS Batch, and without a service role": [
        "ack-batch-target LetBatchMakeItsServiceLinkedRole iam:CreateServiceLinkedRole",
    ],
    "for buckets with uploads, locks, or without versions: the emptier's own tests have those": [
        "ack-bucket-emptier-target RemoveContentsAndTellWhatLocksThem s3:AbortMultipartUpload",
        "ack-bucket-emptier-target RemoveContentsAndTellWhatLocksThem s3:DeleteObject",
        "ack-bucket-emptier-target RemoveContentsAndTellWhatLocksThem s3:GetObjectLegalHold",
        "ack-bucket-emptier-target RemoveContentsAndTellWhatLocksThem s3:GetObjectRetention",
    ],
    "what jobs may do with the data; the recorded ones find none": [
        "sanders-boundary TheObjects s3:AbortMultipartUpload",
        "sanders-boundary TheObjects s3:DeleteObject",
        "sanders-boundary TheObjects s3:GetBucketLocation",
        "sanders-boundary TheObjects s3:GetObject*",
        "sanders-boundary TheObjects s3:ListMultipartUploadParts",
        "sanders-boundary TheObjects s3:PutObject",
        "sanders-boundary TheObjects s3:PutObjectTagging",
        "sanders-boundary TheFeatures dynamodb:BatchGetItem",
        "sanders-boundary TheFeatures dynamodb:BatchWriteItem",
        "sanders-boundary TheFeatures dynamodb:ConditionCheckItem",
        "sanders-boundary TheFeatures dynamodb:DeleteItem",
        "sanders-boundary TheFeatures dynamodb:DescribeTable",
        "sanders-boundary TheFeatures dynamodb:GetItem",
        "sanders-boundary TheFeatures dynamodb:PutItem",
        "sanders-boundary TheFeatures dynamodb:Query",
        "sanders-boundary TheFeatures dynamodb:Scan",
        "sanders-boundary TheFeatures dynamodb:UpdateItem",
    ],
    "AWS Batch and ECS do it with these roles, by AWS's managed policies; the emulator does not need to": [
        "sanders-boundary RunJobsOnFargate ec2:Describe*",
        "sanders-boundary RunJobsOnFargate ecs:DeregisterTaskDefinition",
        "sanders-boundary RunJobsOnFargate ecs:Describe*",
        "sanders-boundary RunJobsOnFargate ecs:List*",
        "sanders-boundary RunJobsOnFargate ecs:StopTask",
        "sanders-boundary RunJobsOnFargate ecs:UpdateCluster",
        "sanders-boundary RunJobsOnFargate iam:GetRole",
        "sanders-boundary RunJobsOnFargate logs:CreateLogGroup",
        "sanders-boundary RunJobsOnFargate logs:DescribeLogGroups",
        "sanders-boundary LetBatchMakeTheRoleThatEcsNeeds iam:CreateServiceLinkedRole",
    ],
}
UNUSED = {right: reason for reason, rights in _UNUSED.items() for right in rights}


def _load() -> dict[str, list[Need]]:
    recorded = json.loads((Path(__file__).parent / "needs.json").read_text())
    needs = {
        role: [(action, resource, _context(keys)) for action, resource, keys in those]
        for role, those in recorded.items()
    }
    # Of the roles that the platform makes, the boundary limits each.
    needs[BOUNDARY] = [need for role, those in needs.items() if role.startswith("sanders-") for need in those]
    return needs


def _context(keys: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in keys.items()}


NEEDS = _load()
DOCUMENTS = {name: json.loads(file.read_text()) for name, file in FILES.items()}


def _rights() -> Iterator[Right]:
    for name, document in DOCUMENTS.items():
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                for part in ("Action", "Resource"):
                    values = _list(statement[part])
                    if part == "Action" or len(values) > 1:
                        yield from (Right(name, statement["Sid"], part, value) for value in values)


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _without(right: Right) -> Policy:
    document = copy.deepcopy(DOCUMENTS[right.policy])
    for statement in document["Statement"]:
        if statement["Sid"] == right.statement:
            statement[right.part] = [value for value in _list(statement[right.part]) if value != right.value]
    document["Statement"] = [one for one in document["Statement"] if one.get("Action", True) and one["Resource"]]
    return read_policy(json.dumps(document), right.policy)


def _denied(policy: Policy, needs: list[Need]) -> list[Need]:
    principal = Principal(f"arn:aws:sts::{ACCOUNT}:assumed-role/role/session", ACCOUNT)
    return [
        need
        for need in needs
        if not evaluate(Request(need[0], need[1], need[2], principal), Policies((policy,))).allowed
    ]


@pytest.mark.parametrize("name", FILES)
def test_all_that_was_needed_is_allowed(name: str) -> None:
    policy = read_policy(json.dumps(DOCUMENTS[name]), name)
    assert NEEDS[name]
    assert _denied(policy, NEEDS[name]) == []


@pytest.mark.parametrize("right", list(_rights()), ids=str)
def test_without_a_right_a_call_is_denied(right: Right) -> None:
    concerned = [
        need
        for need in NEEDS[right.policy]
        if right.part != "Action" or matches_glob(right.value.lower())(need[0].lower())
    ]
    is_needed = _denied(_without(right), concerned) != []
    reason = UNUSED.get(str(right), "")
    assert is_needed != bool(reason), "not needed by any test: give the reason in UNUSED, or take it out"


def test_reasons_are_for_rights_that_there_are() -> None:
    assert set(UNUSED) <= {str(right) for right in _rights()}
