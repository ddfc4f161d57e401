"""The saved state."""

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import BUSY, REGION, Aws, code_of, eventually, start, trust
from sanders_aws.services.batch.model import BatchBackend
from sanders_aws.state import StateError, _dump

Start = Callable[..., Aws]


@pytest.fixture
def emulate(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Starts emulators that keep their state in one folder; at the end all are stopped."""
    processes = []

    def emulate(*options: str) -> tuple[Any, Aws]:
        process, url = start(tmp_path, "--state", str(tmp_path / "state"), "--delays", "none", *options)
        processes.append(process)
        return process, Aws(url)

    yield emulate
    for process in processes:
        process.kill()


def stop(process: Any) -> int:
    process.terminate()
    return int(process.wait(BUSY))


def test_it_outlives_the_process(emulate: Any, tmp_path: Path) -> None:
    """Something of every service that the platform uses, and all of it there again."""
    process, aws = emulate()
    fill(aws)
    before = contents(aws)
    assert stop(process) == 0
    saved = tmp_path / "state" / "state.pickle"
    assert oct(saved.stat().st_mode & 0o777) == "0o600"

    _, again = emulate()
    assert contents(again) == before
    assert again.calls("error=*") == []
    location = {"LocationConstraint": REGION}
    code = code_of(again("s3").create_bucket, Bucket="data", CreateBucketConfiguration=location)
    assert code == "BucketAlreadyOwnedByYou", "names that are taken stay taken"
    assert again("batch").register_job_definition(**JOB)["revision"] == 2


def test_save_restore_reset_while_it_runs(emulate: Any) -> None:
    _, aws = emulate()
    fill(aws)
    before = contents(aws)
    assert aws.sanders("POST", "state/save") == (200, {})
    assert aws.sanders("DELETE", "state") == (200, {})
    assert aws("s3").list_buckets()["Buckets"] == []
    assert aws("batch").describe_job_definitions()["jobDefinitions"] == []
    assert aws.sanders("POST", "state/restore") == (200, {})
    assert contents(aws) == before
    assert aws.sanders("POST", "state/forget")[0] == 400


def test_a_killed_emulator_loses_little(emulate: Any, tmp_path: Path) -> None:
    process, aws = emulate("--save-every", "0.2")
    aws("batch").create_scheduling_policy(name="fair")
    saved = tmp_path / "state" / "state.pickle"
    eventually(saved.exists, bool)
    time.sleep(0.3)
    process.kill()
    process.wait()
    _, again = emulate()
    assert len(again("batch").list_scheduling_policies()["schedulingPolicies"]) == 1


def test_executions_do_not_outlive_the_process(emulate: Any) -> None:
    process, aws = emulate()
    waits = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
    role = aws("iam").create_role(RoleName="states", AssumeRolePolicyDocument=trust("states.amazonaws.com"))["Role"][
        "Arn"
    ]
    machine = aws("stepfunctions").create_state_machine(name="waits", roleArn=role, definition=json.dumps(waits))
    execution = aws("stepfunctions").start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    assert stop(process) == 0
    _, again = emulate()
    assert again("stepfunctions").describe_execution(executionArn=execution)["status"] == "ABORTED"


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x05\x8c\x05other\x94."])
def test_a_state_that_cannot_be_read_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "state.pickle").write_bytes(content)
    with pytest.raises(AssertionError, match="delete it to start empty"):
        start(tmp_path, "--state", str(folder))
    assert (folder / "state.pickle").read_bytes() == content


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AssertionError, match="cannot keep state there"):
        start(tmp_path, "--state", str(tmp_path / "file" / "state"))


JOB = {
    "jobDefinitionName": "job",
    "type": "container",
    "platformCapabilities": ["FARGATE"],
    "containerProperties": {
        "image": "job:latest",
        "executionRoleArn": "arn:aws:iam::120569615884:role/execution",
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
    },
}


def fill(aws: Aws) -> None:
    aws("s3").create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    aws("s3").put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    aws("s3").put_object(Bucket="data", Key="key", Body=os.urandom(100_000))
    aws("s3").put_bucket_metrics_configuration(Bucket="data", Id="all", MetricsConfiguration={"Id": "all"})
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_nat_gateway(
        SubnetId=subnet, AllocationId=ec2.allocate_address(Domain="vpc")["AllocationId"], ClientToken="t"
    )
    aws("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust("batch.amazonaws.com"))
    aws("dynamodb").create_table(
        TableName="features",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    aws("dynamodb").put_item(TableName="features", Item={"id": {"S": "a"}})
    aws("ecr").create_repository(repositoryName="repository")
    aws("logs").create_log_group(logGroupName="group")
    passes = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}
    aws("stepfunctions").create_state_machine(
        name="machine", roleArn="arn:aws:iam::120569615884:role/states", definition=json.dumps(passes)
    )
    aws("events").put_rule(Name="rule", ScheduleExpression="rate(1 day)")
    aws("batch").register_job_definition(**JOB, tags={"a": "b"})
    spend = {"Amount": "10", "Unit": "USD"}
    budget = {"BudgetName": "monthly", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": spend}
    aws("budgets").create_budget(AccountId="120569615884", Budget=budget)


def contents(aws: Aws) -> dict[str, Any]:
    """What fill() made, as AWS describes it."""
    asked = {
        "buckets": aws("s3").list_buckets(),
        "versions": aws("s3").list_object_versions(Bucket="data"),
        "metrics": aws("s3").list_bucket_metrics_configurations(Bucket="data"),
        "body": {"body": aws("s3").get_object(Bucket="data", Key="key")["Body"].read()},
        "vpcs": aws("ec2").describe_vpcs(),
        "gateways": aws("ec2").describe_nat_gateways(),
        "roles": aws("iam").list_roles(),
        "table": aws("dynamodb").describe_table(TableName="features"),
        "items": aws("dynamodb").scan(TableName="features"),
        "repositories": aws("ecr").describe_repositories(),
        "logs": aws("logs").describe_log_groups(),
        "machines": aws("stepfunctions").list_state_machines(),
        "rules": aws("events").list_rules(),
        "definitions": aws("batch").describe_job_definitions(),
        "budgets": aws("budgets").describe_budgets(AccountId="120569615884"),
    }
    return {name: {k: v for k, v in answer.items() if k != "ResponseMetadata"} for name, answer in asked.items()}


def test_what_cannot_be_saved_is_named() -> None:
    backend = BatchBackend(REGION, "120569615884")
    backend.tags["arn"] = socket.socket()  # type: ignore[assignment]
    with pytest.raises(StateError, match="BatchBackend in eu-central-1 cannot be saved"):
        _dump([("120569615884", REGION, backend)])
    backend.tags.pop("arn").close()  # type: ignore[attr-defined]


def test_an_account_that_changes_meanwhile_is_tried_again() -> None:
    class Restless(BatchBackend):
        attempts = 0

        def __getstate__(self) -> dict[str, Any]:
            Restless.attempts += 1
            if Restless.attempts < 3:
                raise RuntimeError("dictionary changed size during iteration")
            return {}

    vars(sys.modules[__name__])["Restless"] = Restless  # pickle looks classes up
    Restless.__qualname__ = "Restless"
    assert _dump([("120569615884", REGION, Restless(REGION, "120569615884"))])
    assert Restless.attempts == 3
