"""The command."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import BUSY, ROOT, Aws, start
from sanders_aws.__main__ import _parser
from sanders_aws.images import BadImage, _read, allow


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sanders_aws", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=BUSY,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--host", "0.0.0.0"], "'0.0.0.0' is not loopback"),  # noqa: S104
        (["--port", "99999"], "must be 0 to 65535"),
        (["--account", "12"], "must be 12 digits"),
        (["--delays", "fast"], "must be a profile"),
        (["--quotas", "vpcs=9"], "'vpcs': unknown quota; known are ec2.addresses"),
        (["--save-every", "often"], "must be a number of seconds"),
        (["--nonsense"], "unrecognized arguments"),
    ],
)
def test_wrong_usage(arguments: list[str], says: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert says in ended.stderr


def test_help_names_every_option() -> None:
    text = run("--help").stdout
    for action in _parser()._actions:
        assert action.help, action.dest
        assert action.option_strings[-1] in text


def test_a_port_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = run("--port", str(taken.getsockname()[1]))
    assert ended.returncode == 1
    assert "choose another with --port" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    process, url = start(tmp_path)
    assert Aws(url).sanders("GET", "health")[0] == 200
    process.send_signal(number)
    output, errors = process.communicate(timeout=BUSY)
    assert process.returncode == 0
    assert output == f"sanders-aws: ready on {url} (account 120569615884)\n"
    assert errors == ""


def test_it_ends_while_a_call_hangs(tmp_path: Path) -> None:
    process, url = start(tmp_path)
    aws = Aws(url)
    aws.fault(kind="timeout", service="batch", seconds=60)
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as hanging:
        scope = "Credential=test/20260101/eu-central-1/batch/aws4_request"
        headers = f"Host: x\r\nAuthorization: AWS4 {scope}\r\nContent-Length: 2"
        hanging.sendall(f"POST /v1/describejobqueues HTTP/1.1\r\n{headers}\r\n\r\n{{}}".encode())
        time.sleep(0.2)
        process.terminate()
        assert process.wait(BUSY) == 0


def test_the_account_can_be_chosen(tmp_path: Path) -> None:
    process, url = start(tmp_path, "--account", "111122223333")
    assert Aws(url)("sts").get_caller_identity()["Account"] == "111122223333"
    process.terminate()
    process.wait(BUSY)


def test_a_bad_image_ends_the_start() -> None:
    ended = run("--job-image", "job")
    assert ended.returncode == 1
    assert "IMAGE=DIR" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("image", ["job", "=x", "job=", "job=/nowhere"])
def test_bad_images(image: str) -> None:
    with pytest.raises(BadImage, match=r"IMAGE=DIR|no readable Dockerfile"):
        allow(image)


DOCKERFILES = {
    "both": ('ENTRYPOINT ["python"]\nCMD ["main.py"]', ["a.py"], ["python", "a.py"]),
    "command of the image": ('ENTRYPOINT ["python"]\nCMD ["main.py"]', [], ["python", "main.py"]),
    "no entrypoint": ('CMD ["python", "main.py"]', ["./run", "x"], ["./run", "x"]),
    "shell form": ("CMD python main.py", [], ["/bin/sh", "-c", "python main.py"]),
    "last one wins": ('CMD ["a"]\nCMD ["b"]', [], ["b"]),
    "over lines": ('ENTRYPOINT ["python", \\\n  "-u"]', ["a.py"], ["python", "-u", "a.py"]),
}


@pytest.mark.parametrize("case", DOCKERFILES)
def test_dockerfiles(tmp_path: Path, case: str) -> None:
    text, command, expected = DOCKERFILES[case]
    (tmp_path / "Dockerfile").write_text(f"FROM python:3.11-slim\n{text}\n")
    words = _read(tmp_path).arguments(command)
    assert ["python" if word == sys.executable else word for word in words] == expected


def test_a_bad_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("CMD [python]\n")
    with pytest.raises(BadImage, match="not a JSON list"):
        _read(tmp_path)
