"""How long AWS takes: the seconds that resources spend in CREATING, UPDATING, DELETING and the like."""

import time
from dataclasses import dataclass, field

# How many seconds each change takes. `aws` is the order of magnitude seen in real accounts, `short` is long enough for
# a client to see the state and short enough for tests, and with `none` every change is over at once.
PROFILES: dict[str, dict[str, float]] = {
    "none": {},
    "short": {
        "batch.create": 0.3,
        "batch.update": 0.2,
        "batch.delete": 0.3,
        "batch.deleted": 0.2,
        "batch.job": 0.1,
        "dynamodb.create": 0.3,
        "dynamodb.update": 0.2,
        "dynamodb.delete": 0.3,
        "dynamodb.time-to-live": 0.2,
        "ec2.nat-gateway.create": 0.3,
        "ec2.nat-gateway.delete": 0.3,
        "ec2.vpc-endpoint.create": 0.3,
        "ec2.vpc-endpoint.delete": 0.3,
        "stepfunctions.delete": 0.05,
    },
    "aws": {
        "batch.create": 15,
        "batch.update": 10,
        "batch.delete": 25,
        "batch.deleted": 5,
        "batch.job": 20,
        "dynamodb.create": 10,
        "dynamodb.update": 10,
        "dynamodb.delete": 10,
        "dynamodb.time-to-live": 3600,
        "ec2.nat-gateway.create": 100,
        "ec2.nat-gateway.delete": 50,
        "ec2.vpc-endpoint.create": 60,
        "ec2.vpc-endpoint.delete": 20,
        "stepfunctions.delete": 5,
    },
}
NAMES = tuple(PROFILES["aws"])

_delays: dict[str, float] = PROFILES["short"].copy()


class BadDelays(ValueError):
    """Delays that make no sense; the text says which, and what is allowed."""


def delay(name: str) -> float:
    """Seconds that `name` takes."""
    return _delays.get(name, 0.0)


@dataclass
class Pause:
    """The time that a change takes, beginning now. The delay in force when someone asks decides whether it is over."""

    name: str
    since: float = field(default_factory=time.time)

    @property
    def over(self) -> bool:
        return self.since + delay(self.name) <= time.time()


def set_delays(text: str) -> dict[str, float]:
    """Sets delays from `none`, `short`, `aws`, `batch.create=2`, or several of these separated by commas.

    A profile replaces everything before it; a pair changes one delay. Both also apply to changes already under way.
    Raises BadDelays, in which case nothing changes.
    """
    delays = _delays.copy()
    for part in text.split(","):
        name, equals, seconds = part.strip().partition("=")
        if not equals:
            if name not in PROFILES:
                raise BadDelays(f"{name!r}: must be a profile ({', '.join(PROFILES)}) or NAME=SECONDS")
            delays = PROFILES[name].copy()
            continue
        if name not in NAMES:
            raise BadDelays(f"{name!r}: unknown delay; known are {', '.join(NAMES)}")
        try:
            delays[name] = float(seconds)
        except ValueError:
            raise BadDelays(f"{name}: {seconds!r} is not a number of seconds") from None
        if not 0 <= delays[name] < 86400:
            raise BadDelays(f"{name}: must be from 0 up to a day (86400), got {seconds}")
    _delays.clear()
    _delays.update(delays)
    return dict(_delays)
