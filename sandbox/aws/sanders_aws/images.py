"""Container images that Batch jobs may run: local folders that stand in for them."""

import json
import re
import shlex
import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path


class BadImage(ValueError):
    """An image that cannot be run as asked for; the text says which and what is allowed."""


@dataclass(frozen=True)
class Image:
    """What a folder's Dockerfile says about how to run it."""

    folder: Path
    entrypoint: list[str]
    command: list[str]  # of the image: used if the job gives none
    environment: dict[str, str]

    def arguments(self, command: list[str]) -> list[str]:
        """The arguments of the process that runs a job with this `command`.

        Source: ECS task definitions: `command` is Docker's CMD, and goes behind the image's ENTRYPOINT.
        """
        words = self.entrypoint + (command or self.command)
        # The image brings its own Python; here it is the emulator's, which has boto3.
        return [sys.executable if word in ("python", "python3") and i == 0 else word for i, word in enumerate(words)]


_images: list[tuple[str, Image]] = []


def allow(option: str) -> None:
    """Lets jobs run an image, given as IMAGE=DIR. Raises BadImage.

    IMAGE may be a glob; DIR is the folder with the image's Dockerfile.
    """
    pattern, equals, folder = option.partition("=")
    if not equals or not pattern or not folder:
        raise BadImage(f"{option!r}: must be IMAGE=DIR")
    _images.append((pattern, _read(Path(folder).resolve())))


def find(image: str) -> Image | None:
    """The image of this name; None if jobs may not run it."""
    return next((found for pattern, found in _images if fnmatchcase(image, pattern)), None)


def _read(folder: Path) -> Image:
    try:
        text = (folder / "Dockerfile").read_text()
    except OSError as problem:
        raise BadImage(f"{folder}: has no readable Dockerfile ({problem.strerror})") from None
    entrypoint: list[str] = []
    command: list[str] = []
    environment: dict[str, str] = {}
    for line in re.sub(r"\\\n", " ", text).splitlines():
        instruction, _, rest = line.strip().partition(" ")
        match instruction.upper():
            case "ENTRYPOINT":
                entrypoint = _words(folder, rest)
            case "CMD":
                command = _words(folder, rest)
            case "ENV":
                environment.update(_pair(pair) for pair in shlex.split(rest) if "=" in pair)
    return Image(folder, entrypoint, command, environment)


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _words(folder: Path, text: str) -> list[str]:
    if not text.lstrip().startswith("["):
        return ["/bin/sh", "-c", text.strip()]
    try:
        words = json.loads(text)
    except ValueError:
        raise BadImage(f"{folder}/Dockerfile: {text!r} is not a JSON list of words") from None
    return [str(word) for word in words]
