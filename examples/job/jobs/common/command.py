"""A job's command line: its arguments, its log and its exit code."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date

from botocore.exceptions import BotoCoreError, ClientError

from .errors import JobError

log = logging.getLogger(__name__)


# For each option: the variable that the platform's job definitions set, and what it names.
_NAMES = {
    "bucket": ("SANDERS_BUCKET", "S3 bucket with the customers' data"),
    "table": ("SANDERS_TABLE", "DynamoDB table of the customers' daily features"),
}


def make_parser(description: str | None, *names: str) -> argparse.ArgumentParser:
    """A parser for a job that needs `bucket`, `table` or both: options, which default to the environment."""
    made = argparse.ArgumentParser(
        description=description,
        epilog="Exit codes: 0 done, 1 bad data or an error of AWS, 2 wrong usage.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name in names:
        variable, what = _NAMES[name]
        made.add_argument(f"--{name}", default=os.environ.get(variable) or None, help=f"{what} (default: ${variable})")
    return made


def add_input(to: argparse.ArgumentParser) -> None:
    """Adds --prefix, which says where in the bucket the customers' data is."""
    to.add_argument(
        "--prefix", default="data/", help="read every .csv of the bucket whose key starts so (default: %(default)s)"
    )


def day(text: str) -> date:
    """An argument that is a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} must be a day as YYYY-MM-DD, such as 2026-02-07") from None


def run(
    job: Callable[[argparse.Namespace], None], parser: argparse.ArgumentParser, arguments: Sequence[str] | None
) -> int:
    """Runs a job with its arguments (default: the command line's) and returns the exit code."""
    options = parser.parse_args(arguments)
    names = {name: getattr(options, name) for name in _NAMES if hasattr(options, name)}
    for name, value in names.items():
        if value is None:
            parser.error(f"--{name} is missing, and {_NAMES[name][0]} is not set: which {_NAMES[name][1]}?")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    try:
        job(options)
    except JobError as problem:
        log.error("error: %s", problem)
        return 1
    except (BotoCoreError, ClientError) as problem:
        # botocore reports the operation and AWS's code; only we know which names it was about.
        about = ", ".join(f"{name} {value}" for name, value in names.items())
        log.error("error: %s (%s)", problem, about)
        return 1
    return 0
