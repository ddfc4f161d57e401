"""What a state machine may do: what its role may."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from conftest import ACCOUNT, REGION, Aws, eventually, trust

rule = pytest.mark.rule
LISTING = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:listTables", "End": True}
WAITING = {
    "Type": "Task",
    "Resource": "arn:aws:states:::batch:submitJob.sync",
    "Parameters": {"JobName": "j", "JobQueue": "q", "JobDefinition": "d"},
    "End": True,
}
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/StepFunctionsGetEventsForBatchJobsRule"


@pytest.fixture
def role(aws: Aws) -> str:
    made = aws("iam").create_role(RoleName="states", AssumeRolePolicyDocument=trust("states.amazonaws.com"))
    return str(made["Role"]["Arn"])


def allow(aws: Aws, *actions: str, resource: str = "*") -> None:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    aws("iam").put_role_policy(RoleName="states", PolicyName="p", PolicyDocument=document)


def machine(aws: Aws, role: str, task: dict[str, Any]) -> str:
    definition = json.dumps({"StartAt": "A", "States": {"A": task}})
    made = aws("stepfunctions").create_state_machine(name="m", definition=definition, roleArn=role)
    return str(made["stateMachineArn"])


@rule("stepfunctions.work_with_the_role")
def test_a_task_may_do_what_the_role_may(aws: Aws, role: str) -> None:
    if not aws.plain:
        aws = aws.enforced()
    allow(aws, "ecr:*")
    arn = machine(aws, role, LISTING)

    def outcome() -> dict[str, Any]:
        execution = aws("stepfunctions").start_execution(stateMachineArn=arn)["executionArn"]
        describe = aws("stepfunctions").describe_execution
        return eventually(lambda: describe(executionArn=execution), lambda found: found["status"] != "RUNNING")

    failed = outcome()
    assert failed["status"] == "FAILED"
    assert failed["error"] == "DynamoDb.DynamoDbException"
    assert "assumed-role/states/states is not authorized to perform: dynamodb:ListTables" in failed["cause"]
    allow(aws, "dynamodb:ListTables")
    assert outcome()["status"] == "SUCCEEDED"


@rule("stepfunctions.check_managed_rule")
def test_waiting_for_jobs_needs_a_rule(aws: Aws, role: str) -> None:
    if not aws.plain:
        aws = aws.enforced()
    allow(aws, "batch:*", "events:PutRule")
    with pytest.raises(ClientError, match=f"'{role}' is not authorized to create managed-rule") as refused:
        machine(aws, role, WAITING)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    allow(aws, "events:PutTargets", "events:PutRule", "events:DescribeRule", resource=RULE)
    machine(aws, role, WAITING)
