"""What Batch and ECS may do with the roles that they are given, where IAM is in force."""

import json
from typing import Any

import pytest

from conftest import ACCOUNT, Aws, eventually, trust
from services.batch.conftest import ended, environment_of, job_of, output_of, submit

MANAGED = "arn:aws:iam::aws:policy/service-role/"
BATCH, ECS = f"{MANAGED}AWSBatchServiceRole", f"{MANAGED}AmazonECSTaskExecutionRolePolicy"


@pytest.fixture
def roles(aws: Aws, job_definition: str) -> Aws:
    """The roles of the other fixtures, with AWS's policies for them, and IAM in force."""
    iam = aws("iam")
    iam.attach_role_policy(RoleName="batch-service", PolicyArn=BATCH)
    iam.attach_role_policy(RoleName="execution", PolicyArn=ECS)
    return aws.enforced()


def allow(aws: Aws, role: str, *actions: str) -> None:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    aws("iam").put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=document)


def reason(aws: Aws) -> str:
    job = ended(aws, submit(aws))
    return str(job["attempts"][0]["container"].get("reason", ""))


def test_aws_own_policies_are_enough(roles: Aws) -> None:
    assert ended(roles, submit(roles))["status"] == "SUCCEEDED"


def test_tags_of_tasks_need_a_right_of_their_own(roles: Aws) -> None:
    """AWS's managed policy has it for one of the two names that clusters can have."""
    submit(roles, tags={"Project": "sanders"})
    found = eventually(lambda: environment_of(roles), lambda environment: environment["status"] == "INVALID")
    assert "is not authorized to perform: ecs:TagResource on resource: arn:aws:ecs:" in found["statusReason"]


def test_without_rights_batch_makes_no_environment(aws: Aws, fargate: dict[str, Any], service_role: str) -> None:
    aws = aws.enforced()
    create = aws("batch").create_compute_environment
    create(computeEnvironmentName="env", type="MANAGED", computeResources=fargate, serviceRole=service_role)
    found = eventually(lambda: environment_of(aws), lambda environment: environment["status"] == "INVALID")
    user = f"CLIENT_ERROR - User: arn:aws:sts::{ACCOUNT}:assumed-role/batch-service/aws-batch is not authorized"
    assert found["statusReason"].startswith(f"{user} to perform: ecs:CreateCluster on resource: arn:aws:ecs:")


def test_without_rights_batch_runs_nothing(roles: Aws) -> None:
    roles("iam").detach_role_policy(RoleName="batch-service", PolicyArn=BATCH)
    allow(roles, "batch-service", "ecs:*")
    job = submit(roles)
    found = eventually(lambda: environment_of(roles), lambda environment: environment["status"] == "INVALID")
    passing = f"iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/execution because no identity-based policy allows"
    assert passing in found["statusReason"]
    assert job_of(roles, job)["status"] == "RUNNABLE"


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (["logs:*"], "ResourceInitializationError: unable to pull secrets or registry auth"),
        (["logs:*", "ecr:GetAuthorizationToken"], "CannotPullContainerError: AccessDeniedException"),
        (["ecr:*"], "ResourceInitializationError: failed to validate logger args"),
        (["ecr:*", "logs:*"], ""),
    ],
)
def test_what_the_execution_role_needs(roles: Aws, actions: list[str], expected: str) -> None:
    roles("iam").detach_role_policy(RoleName="execution", PolicyArn=ECS)
    allow(roles, "execution", *actions)
    found = reason(roles)
    assert found.startswith(expected)
    assert bool(found) is bool(expected)


def test_a_job_may_do_what_its_role_may(roles: Aws, definition: dict[str, Any]) -> None:
    role = roles("iam").create_role(RoleName="job", AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com"))["Role"]
    definition["containerProperties"]["jobRoleArn"] = role["Arn"]
    roles("batch").register_job_definition(**definition)
    program = "import boto3; boto3.client('dynamodb').list_tables(); boto3.client('ecr').describe_repositories()"
    allow(roles, "job", "dynamodb:ListTables")
    job = ended(roles, submit(roles, program))
    assert job["status"] == "FAILED"
    user = f"assumed-role/job/{job['jobId']} is not authorized to perform: ecr:DescribeRepositories on resource: arn:"
    assert user in output_of(roles, job)[-1]
    allow(roles, "job", "dynamodb:ListTables", "ecr:DescribeRepositories")
    assert ended(roles, submit(roles, program))["status"] == "SUCCEEDED"
