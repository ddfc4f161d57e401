"""The command `sanders-aws`: starts the emulator and serves until it is told to stop."""

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from . import moto_settings, quotas
from .delays import NAMES, PROFILES, BadDelays, set_delays

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 stopped as asked, 1 could not start or save, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.WARNING, format="%(asctime)s %(name)s %(message)s"
    )
    moto_settings.set_up()
    # Only now, because moto reads its settings when it is imported.
    from .images import BadImage, allow
    from .server import CannotStart, Server
    from .state import StateError

    try:
        for image in options.job_image:
            allow(image)
        server = Server(options)
    except (BadImage, CannotStart, StateError) as problem:
        print(f"sanders-aws: {problem}", file=sys.stderr)
        return 1

    def stop(number: int, frame: FrameType | None) -> None:
        server.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"sanders-aws: ready on {server.url} (account {options.account})", flush=True)
    try:
        server.serve()
    except StateError as problem:
        print(f"sanders-aws: {problem}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sanders-aws",
        description="An AWS emulator that follows AWS's own rules where moto does not. Point clients at it with "
        "AWS_ENDPOINT_URL; any credentials will do, unless --iam says otherwise. It also answers under /sanders/: "
        "health, calls, faults, delays, iam, denials, policy, state (docs/aws-emulator.md).",
        epilog="It stops on SIGTERM and Ctrl-C, and saves its state then if --state is given.",
    )
    parser.add_argument(
        "--host", type=_loopback, default="127.0.0.1", help="loopback address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port", type=_port, default=0, help="port to listen on; 0 picks a free one (default: %(default)s)"
    )
    parser.add_argument(
        "--port-file", type=Path, metavar="FILE", help="write the port to FILE once it listens, for others to find it"
    )
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="keep the state in DIR: restored at start, saved at the end"
    )
    parser.add_argument(
        "--save-every",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help="also save the state so often while calls change it, so that a crash loses little (default: only at "
        "the end)",
    )
    parser.add_argument(
        "--account", type=_account, default="120569615884", help="12-digit account id (default: %(default)s)"
    )
    parser.add_argument(
        "--delays",
        type=_delays,
        default="short",
        metavar="DELAYS",
        help=f"how long resources take to change: a profile ({', '.join(PROFILES)}), NAME=SECONDS, or several with "
        f"commas between; names: {', '.join(NAMES)} (default: %(default)s)",
    )
    parser.add_argument(
        "--quotas",
        type=_quotas,
        metavar="QUOTAS",
        help="what AWS was asked to raise: NAME=NUMBER, or several with commas between; names: "
        f"{', '.join(quotas.NAMES)} (default: 5 each)",
    )
    parser.add_argument(
        "--job-image",
        action="append",
        default=[],
        metavar="IMAGE=DIR",
        help="let Batch jobs of IMAGE (a glob) run as local processes in DIR, the way DIR/Dockerfile says; jobs of "
        "other images fail to start (repeatable)",
    )
    parser.add_argument(
        "--iam",
        choices=("off", "log", "enforce"),
        default="off",
        help="whether calls need rights: off asks nobody, log notes what AWS would deny, enforce denies it "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--admin-keys",
        type=Path,
        metavar="FILE",
        help="make the user sanders-admin, who may do anything in the account, with the access key in FILE, or with a "
        "new one that is written to FILE. With --iam enforce nobody could begin otherwise",
    )
    parser.add_argument(
        "--pods",
        type=Path,
        metavar="DIR",
        help="give pods credentials as EKS Pod Identity does: DIR/NAMESPACE/SERVICE_ACCOUNT contains the token of a "
        "service account",
    )
    parser.add_argument("--fault-seed", type=int, metavar="N", help="makes the draws of faults by rate repeatable")
    parser.add_argument("--verbose", action="store_true", help="log every request to stderr")
    return parser


def _loopback(text: str) -> str:
    if text not in LOOPBACK:
        raise argparse.ArgumentTypeError(f"{text!r} is not loopback; it must be one of {', '.join(LOOPBACK)}")
    return text


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} must be 0 to 65535")
    return int(text)


def _account(text: str) -> str:
    if len(text) != 12 or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} must be 12 digits")
    return text


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} must be a number of seconds, 0 or more")
    return seconds


def _delays(text: str) -> str:
    try:
        set_delays(text)
    except BadDelays as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
    return text


def _quotas(text: str) -> str:
    try:
        quotas.set_quotas(text)
    except quotas.BadQuota as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
    return text


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # sys.exit takes seconds to free all that moto holds, object by object
