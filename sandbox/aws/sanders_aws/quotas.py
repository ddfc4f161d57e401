"""Quotas that AWS raises on request, and that can be raised here, too."""

_DEFAULTS = {"ec2.addresses": 5, "ec2.nat-gateways": 5, "ec2.vpcs": 5}
NAMES = tuple(_DEFAULTS)

_quotas = _DEFAULTS.copy()


class BadQuota(ValueError):
    """A quota that makes no sense; the text says which, and what is allowed."""


def quota(name: str) -> int:
    """How many there can be of `name`, per account and region."""
    return _quotas[name]


def set_quotas(text: str) -> None:
    """Sets quotas from `ec2.vpcs=20`, or several of these separated by commas. Raises BadQuota and changes nothing."""
    wanted = {}
    for part in text.split(","):
        name, _, number = part.strip().partition("=")
        if name not in NAMES:
            raise BadQuota(f"{name!r}: unknown quota; known are {', '.join(NAMES)}")
        if not number.isdigit():
            raise BadQuota(f"{name}: must be a whole number, got {number!r}")
        wanted[name] = int(number)
    _quotas.update(wanted)
