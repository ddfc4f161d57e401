"""An emulator to test against: ours, or with --plain-moto the moto that it is built on.

Every rule has a test with the mark `rule("service.function")`. Against plain moto only these run, and each must fail
in its body: a test that passes there proves nothing about the rule. A third of them runs, another one each day (or as
TEST_SEED, a number, chooses), and with TEST_LONG=1 all.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest
from botocore.config import Config

ACCOUNT = "120569615884"
REGION = "eu-central-1"
PLAIN = "--plain-moto"
BUSY = 60  # seconds that anything may take on a busy machine
ROOT = Path(__file__).parent.parent

Value = TypeVar("Value")

# Set up as ours is, so that only the rules differ. A reset just forgets, instead of making everything anew.
_PLAIN_MOTO = """
import os, sys
from sanders_aws import moto_settings
moto_settings.set_up()
os.environ["MOTO_ACCOUNT_ID"] = sys.argv[2]
from moto.core.base_backend import BackendDict
from moto.core.config import default_user_config
from moto.s3.models import s3_backends
default_user_config["batch"] = {"use_docker": False}
def reset():
    for backends in BackendDict._instances:
        backends.clear()
    BackendDict._instances.clear()
    s3_backends.bucket_accounts.clear()
BackendDict.reset = reset
from moto.server import main
main(["-p", sys.argv[1]])
"""
# Nothing here needs Amazon's images, and moto makes 1,300 of them after each reset.
_ENVIRONMENT = {"PYTHONPATH": str(ROOT), "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}


class Aws:
    """An emulator that runs, and how to call it."""

    def __init__(self, url: str, plain: bool = False, admin: Path | None = None) -> None:
        self.url = url
        self.plain = plain
        self._admin = admin
        self._default = {"AccessKeyId": "test", "SecretAccessKey": "test"}
        self._clients: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, credentials: dict[str, Any] | None = None) -> Any:
        """A client that tries everything once.

        The credentials are as STS answers them; by default they are some that nobody gave out.
        """
        given = credentials or self._default
        known = service, given["AccessKeyId"]
        if known not in self._clients:
            self._clients[known] = boto3.client(
                service,
                endpoint_url=self.url,
                region_name=REGION,
                aws_access_key_id=given["AccessKeyId"],
                aws_secret_access_key=given["SecretAccessKey"],
                aws_session_token=given.get("SessionToken"),
                config=Config(
                    retries={"total_max_attempts": 1},
                    connect_timeout=BUSY,
                    read_timeout=BUSY,
                    s3={"addressing_style": "path"},
                ),
            )
        return self._clients[known]

    def admin(self, service: str) -> Any:
        """A client of the administrator."""
        assert self._admin
        return self(service, json.loads(self._admin.read_text()))

    def enforced(self) -> "Aws":
        """Puts IAM in force; the same emulator, called by the administrator."""
        self.iam("enforce")
        same = Aws(self.url, self.plain, self._admin)
        assert self._admin
        same._default = json.loads(self._admin.read_text())
        return same

    def iam(self, mode: str) -> None:
        status, answer = self.sanders("POST", "iam", mode)
        assert status == 200, answer

    def sanders(self, method: str, path: str, body: Any = None) -> Any:
        """Calls the emulator's own interface; (status, answer)."""
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}/sanders/{path}", method=method, data=data)
        try:
            with urllib.request.urlopen(request, timeout=BUSY) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as answer:
            return answer.code, json.load(answer)

    def delays(self, text: str) -> None:
        """Sets delays; plain moto has none."""
        if not self.plain:
            status, answer = self.sanders("POST", "delays", text)
            assert status == 200, answer

    def fault(self, **fields: Any) -> dict[str, Any]:
        status, answer = self.sanders("POST", "faults", fields)
        assert status == 200, answer
        return dict(answer)

    def calls(self, query: str = "") -> list[dict[str, Any]]:
        status, answer = self.sanders("GET", f"calls?{query}")
        assert status == 200, answer
        return list(answer["calls"])

    def reset(self) -> None:
        if self.plain:
            request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
            urllib.request.urlopen(request, timeout=BUSY).read()
            return
        for thing in ("state", "faults", "calls", "denials"):
            self.sanders("DELETE", thing)
        self.delays("none")
        self.iam("off")


def eventually(ask: Callable[[], Value], wanted: Callable[[Value], bool]) -> Value:
    """Asks until the answer is as wanted; fails with the last answer if that takes too long."""
    seconds = 1 if PLAIN in sys.argv else BUSY
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if wanted(answer):
            return answer
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.02)


def start(folder: Path, *options: str) -> tuple[subprocess.Popen[str], str]:
    """Starts our emulator; the process and its URL."""
    port_file = folder / "port"
    port_file.unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "sanders_aws", "--port-file", str(port_file), *options],
        env={**os.environ, **_ENVIRONMENT},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + BUSY
    while not port_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(f"did not start: {process.communicate()}")
        time.sleep(0.02)
    return process, f"http://127.0.0.1:{port_file.read_text().strip()}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(PLAIN, action="store_true", help="run the rules' tests against moto; each must fail")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "rule(name): proves a rule, and so must fail on plain moto")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption(PLAIN):
        rules = [item for item in items if item.get_closest_marker("rule")]
        if os.environ.get("TEST_LONG") != "1":
            seed = int(os.environ.get("TEST_SEED") or time.time() // 86_400)
            rules = rules[seed % 3 :: 3]
        config.hook.pytest_deselected(items=[item for item in items if item not in rules])
        items[:] = rules


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if item.config.getoption(PLAIN) and report.when == "call":
        if report.outcome == "failed":
            report.outcome, report.longrepr = "passed", None
        else:
            report.outcome, report.longrepr = "failed", "passes on plain moto: it proves nothing about the rule"
    return report


@pytest.fixture(scope="session")
def emulator(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    plain, admin = bool(request.config.getoption(PLAIN)), None
    folder = tmp_path_factory.mktemp("emulator")
    if plain:
        process, url = _start_plain_moto()
    else:
        job = folder / "job"
        job.mkdir()
        (job / "Dockerfile").write_text(
            'FROM python:3.11-slim\nENV GREETING="hello there"\nENTRYPOINT ["python", "-c"]\n'
        )
        admin = folder / "admin.json"
        process, url = start(
            folder, "--job-image", f"*/job:latest={job}", "--fault-seed", "1", "--admin-keys", str(admin)
        )
    yield Aws(url, plain, admin)
    if plain:  # it is slow to end, and has nothing to save
        process.kill()
    process.terminate()
    assert plain or process.wait(BUSY) == 0


@pytest.fixture
def aws(emulator: Aws) -> Aws:
    emulator.reset()
    return emulator


def _start_plain_moto() -> tuple[subprocess.Popen[str], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", _PLAIN_MOTO, str(port), ACCOUNT],
        env={**os.environ, **_ENVIRONMENT},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + BUSY
    while True:
        try:
            urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=2).read()
            return process, url
        except (OSError, urllib.error.URLError):
            assert process.poll() is None, "plain moto did not start"
            assert time.monotonic() < deadline, "plain moto did not start"
            time.sleep(0.05)


def code_of(function: Callable[..., Any], **parameters: Any) -> str:
    """The error code that a call ends with; empty if it succeeds."""
    from botocore.exceptions import ClientError

    try:
        function(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@pytest.fixture
def network(aws: Aws) -> dict[str, str]:
    """A VPC with a subnet and a security group."""
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="jobs", Description="jobs", VpcId=vpc)["GroupId"]
    return {"vpc": vpc, "subnet": subnet, "group": group}


def trust(*services: str) -> str:
    """A trust policy for services."""
    statement = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def service_role(aws: Aws) -> str:
    """A role that Batch may assume."""
    role = aws("iam").create_role(RoleName="batch-service", AssumeRolePolicyDocument=trust("batch.amazonaws.com"))
    return str(role["Role"]["Arn"])
