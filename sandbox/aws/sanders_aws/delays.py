"""How long AWS takes: the seconds that resources spend in CREATING, UPDATING, DELETING and the like."""

# Seconds by what is waited for. `aws` is the order of magnitude seen in real accounts, `short` is long enough for a
# client to see the state and short enough for tests, `none` is over at once.
PROFILES: dict[str, dict[str, float]] = {
    "none": {},
    "short": {
        "batch.create": 0.3,
        "batch.update": 0.2,
        "batch.delete": 0.3,
        "batch.deleted": 0.2,
        "batch.job": 0.1,
        "dynamodb.create": 0.3,
        "dynamodb.delete": 0.3,
        "ec2.nat-gateway.create": 0.3,
        "ec2.nat-gateway.delete": 0.3,
    },
    "aws": {
        "batch.create": 15,
        "batch.update": 10,
        "batch.delete": 25,
        "batch.deleted": 5,
        "batch.job": 20,
        "dynamodb.create": 10,
        "dynamodb.delete": 10,
        "ec2.nat-gateway.create": 100,
        "ec2.nat-gateway.delete": 50,
    },
}
NAMES = tuple(PROFILES["aws"])

_delays: dict[str, float] = PROFILES["short"].copy()


class BadDelays(ValueError):
    """Delays that cannot be understood; the text says which and what is allowed."""


def delay(name: str) -> float:
    """Seconds that `name` takes."""
    return _delays.get(name, 0.0)


def set_delays(text: str) -> dict[str, float]:
    """Puts `none`, `short`, `aws`, `batch.create=2`, or several of them with commas between, in force.

    A profile replaces everything before it, a pair changes one delay. Raises BadDelays, and then nothing changes.
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
            raise BadDelays(f"{name}: must be 0 up to a day (86400), got {seconds}")
    _delays.clear()
    _delays.update(delays)
    return dict(_delays)
