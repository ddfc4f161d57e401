"""What all of IAM's modules share."""

from moto.iam.models import IAMBackend, Role, iam_backends
from moto.utilities.utils import get_partition

from ...wire import Call

API = "https://docs.aws.amazon.com/IAM/latest/APIReference/"
GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"


def backend_of(call: Call) -> IAMBackend:
    """The account's IAM in the partition of the call's region."""
    backend: IAMBackend = iam_backends[call.account][get_partition(call.region)]
    return backend


def role_of(call: Call) -> Role | None:
    """The role that the call names; None if there is none."""
    name = call.params.get("RoleName")
    return next((role for role in backend_of(call).roles.values() if role.name == name), None)
