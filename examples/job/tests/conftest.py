"""The AWS emulator of the sandbox, with the platform's Batch resources as dist/dev has them."""

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from platform_in_aws import Platform, create

JOB = Path(__file__).parent.parent
EMULATOR = os.environ.get("SANDERS_AWS") or str(JOB.parent.parent / "sandbox" / "aws" / "sanders-aws")
IMAGES = "*/sanders-customer-platform-*:latest"


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an emulator that runs the platform's image as this folder's programs."""
    folder = tmp_path_factory.mktemp("emulator")
    port_file = folder / "port"
    command = [EMULATOR, "--port-file", str(port_file), "--job-image", f"{IMAGES}={JOB}"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            deadline = time.monotonic() + 300  # the first start installs the emulator's packages
            while not port_file.exists():
                assert process.poll() is None, f"the emulator did not start: {(folder / 'log').read_text()}"
                assert time.monotonic() < deadline, "the emulator did not start within 5 minutes"
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port_file.read_text().strip()}"
        finally:
            process.terminate()
    assert process.returncode == 0, (folder / "log").read_text()


@pytest.fixture(scope="session")
def session(emulator: str) -> Iterator[boto3.Session]:
    """A session for the emulator; this process's environment points the jobs there, too."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "SANDERS_"))]:
            patch.delenv(name)
        patch.setenv("AWS_ENDPOINT_URL", emulator)
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        yield boto3.Session()


@pytest.fixture(scope="session")
def resources(session: boto3.Session) -> Platform:
    return create(session)


@pytest.fixture
def platform(resources: Platform, emulator: str, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """The platform with an empty bucket and table, named by the environment as in a job."""
    resources.empty()
    request(emulator, "DELETE", "faults")
    monkeypatch.setenv("SANDERS_BUCKET", resources.bucket)
    monkeypatch.setenv("SANDERS_TABLE", resources.table)
    return resources


def request(emulator: str, method: str, path: str, body: str = "") -> str:
    """Calls the emulator's own interface."""
    sent = urllib.request.Request(f"{emulator}/sanders/{path}", method=method, data=body.encode() or None)  # noqa: S310
    with urllib.request.urlopen(sent, timeout=10) as answer:  # noqa: S310
        return str(answer.read().decode())
