"""Make a virtual environment, or reuse it, and print its interpreter.

    environment.py           what `sanders-aws` needs to run (requirements.txt)
    environment.py --dev     that and what its tests need (requirements-dev.txt)
    environment.py FILE...   what these requirements files pin

Environments live outside the checkout, in ${XDG_CACHE_HOME:-~/.cache}/sanders/python/, and are named
by the hash of all they are made from: a fresh clone reuses them, a changed pin makes a new one.
Only stdlib, because this runs before anything is installed. `./python environment.py` runs it with a Python that
is new enough.
"""

import argparse
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="add what the emulator's tests and linters need")
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        default=[HERE / "requirements.txt"],
        help="requirements with hashes (default: the emulator's)",
    )
    args = parser.parse_args()

    files: list[Path] = [*args.files, *([HERE / "requirements-dev.txt"] if args.dev else [])]
    if missing := [file for file in files if not file.is_file()]:
        parser.error(f"no such file: {', '.join(map(str, missing))}")
    try:
        print(ensure(files))
    except subprocess.CalledProcessError as failed:
        print(
            f"could not install {', '.join(map(str, files))} (pip exited with "
            f"{failed.returncode}, see above); is the package index reachable?",
            file=sys.stderr,
        )
        return 1
    return 0


def ensure(files: list[Path]) -> Path:
    """The interpreter of the environment made from `files`; two callers at once make it once."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sanders" / "python"
    home = cache / fingerprint(files)
    python, complete = home / "bin" / "python", home / ".complete"
    if complete.exists():
        return python

    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / f"{home.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if complete.exists():
            return python
        if home.exists():  # left by a run that was interrupted
            shutil.rmtree(home)
        print(f"installing Python packages into {home} (once)", file=sys.stderr)
        venv.create(home, with_pip=True, symlinks=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # Wheels only: no downloaded package gets to run code while it is installed.
        install += ["--require-hashes", "--only-binary=:all:"]
        for file in files:
            install += ["--requirement", str(file)]
        subprocess.run(install, check=True, stdout=sys.stderr)
        complete.touch()
    return python


def fingerprint(files: list[Path]) -> str:
    """Names an environment: the pins, the interpreter and the machine they are made for."""
    digest = hashlib.sha256(f"{sys.version} {platform.machine()} {sys.prefix}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
