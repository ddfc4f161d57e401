"""The saved state."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import ACCOUNT, BUSY, REGION, Aws, code_of, eventually, start, trust
from sanders_aws.services.batch.model import BatchBackend
from sanders_aws.state import StateError, Store, _dump


class Life:
    """Emulators that run one after another and keep their state in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.saved = folder / "state" / "state.pickle"
        self._processes: list[subprocess.Popen[str]] = []

    def begin(self, *options: str) -> Aws:
        process, url = start(self.folder, "--state", str(self.saved.parent), "--delays", "none", *options)
        self._processes.append(process)
        return Aws(url)

    def end(self) -> int:
        self._processes[-1].terminate()
        return self._processes[-1].wait(BUSY)

    def kill(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait(BUSY)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    life = Life(tmp_path_factory.mktemp("life"))
    yield life
    life.kill()


@pytest.fixture(scope="module")
def before(life: Life) -> tuple[Aws, dict[str, Any]]:
    """An emulator with something from every service that the platform uses, and what that is."""
    aws = life.begin()
    fill(aws)
    return aws, contents(aws)


@pytest.fixture(scope="module")
def after(life: Life, before: tuple[Aws, dict[str, Any]]) -> tuple[Aws, str]:
    """The emulator that follows it, and an execution that ran when the first one ended."""
    execution = before[0]("stepfunctions").start_execution(stateMachineArn=MACHINE)["executionArn"]
    assert life.end() == 0
    return life.begin(), execution


def test_save_restore_reset_while_it_runs(before: tuple[Aws, dict[str, Any]]) -> None:
    aws, filled = before
    assert aws.sanders("POST", "state/save") == (200, {})
    assert aws.sanders("DELETE", "state") == (200, {})
    assert aws("s3").list_buckets()["Buckets"] == []
    assert aws("batch").describe_job_definitions()["jobDefinitions"] == []
    assert aws.sanders("POST", "state/restore") == (200, {})
    assert contents(aws) == filled
    assert aws.sanders("POST", "state/forget")[0] == 400


def test_it_outlives_the_process(life: Life, before: tuple[Aws, dict[str, Any]], after: tuple[Aws, str]) -> None:
    """Everything is there again."""
    again, filled = after[0], before[1]
    assert oct(life.saved.stat().st_mode & 0o777) == "0o600"
    assert contents(again) == filled
    assert again.calls("error=*") == []
    location = {"LocationConstraint": REGION}
    code = code_of(again("s3").create_bucket, Bucket="data", CreateBucketConfiguration=location)
    assert code == "BucketAlreadyOwnedByYou", "names that are taken stay taken"
    assert again("batch").register_job_definition(**JOB)["revision"] == 2


def test_executions_do_not_outlive_the_process(after: tuple[Aws, str]) -> None:
    again, execution = after
    assert again("stepfunctions").describe_execution(executionArn=execution)["status"] == "ABORTED"


def test_a_killed_emulator_loses_little(tmp_path: Path) -> None:
    life = Life(tmp_path)
    try:
        aws = life.begin("--save-every", "0.2")
        aws("batch").create_scheduling_policy(name="fair")
        eventually(life.saved.exists, bool)
        time.sleep(0.3)
        life.kill()
        again = life.begin()
        assert len(again("batch").list_scheduling_policies()["schedulingPolicies"]) == 1
    finally:
        life.kill()


def test_a_state_that_cannot_be_read_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "state.pickle").write_text("no pickle")
    with pytest.raises(AssertionError, match="delete it to start empty"):
        start(tmp_path, "--state", str(tmp_path / "state"))


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x05\x8c\x05other\x94."])
def test_a_state_that_cannot_be_read_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state.pickle").write_bytes(content)
    with pytest.raises(StateError, match="delete it to start empty"):
        Store(tmp_path, ACCOUNT).restore()
    assert (tmp_path / "state.pickle").read_bytes() == content


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match="cannot keep state there"):
        Store(tmp_path / "file" / "state", ACCOUNT)


MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:machine"
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
    aws("iam").create_role(RoleName="states", AssumeRolePolicyDocument=trust("states.amazonaws.com"))
    aws("dynamodb").create_table(
        TableName="features",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    aws("dynamodb").put_item(TableName="features", Item={"id": {"S": "a"}})
    aws("ecr").create_repository(repositoryName="repository")
    aws("logs").create_log_group(logGroupName="group")
    waits = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
    aws("stepfunctions").create_state_machine(
        name="machine", roleArn=f"arn:aws:iam::{ACCOUNT}:role/states", definition=json.dumps(waits)
    )
    aws("events").put_rule(Name="rule", ScheduleExpression="rate(1 day)")
    aws("batch").register_job_definition(**JOB, tags={"a": "b"})
    spend = {"Amount": "10", "Unit": "USD"}
    budget = {"BudgetName": "monthly", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": spend}
    aws("budgets").create_budget(AccountId=ACCOUNT, Budget=budget)


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
        "budgets": aws("budgets").describe_budgets(AccountId=ACCOUNT),
    }
    return {name: {k: v for k, v in answer.items() if k != "ResponseMetadata"} for name, answer in asked.items()}


def test_what_cannot_be_saved_is_named() -> None:
    backend = BatchBackend(REGION, ACCOUNT)
    backend.tags["arn"] = socket.socket()  # type: ignore[assignment]
    with pytest.raises(StateError, match="BatchBackend in eu-central-1 cannot be saved"):
        _dump([(ACCOUNT, REGION, backend)])
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
    assert _dump([(ACCOUNT, REGION, Restless(REGION, ACCOUNT))])
    assert Restless.attempts == 3
