"""What all of EC2's modules share."""

from moto.ec2.models import EC2Backend, ec2_backends

from ...wire import Call

API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"
VPC_GUIDE = "https://docs.aws.amazon.com/vpc/latest/userguide/"
PRIVATELINK_GUIDE = "https://docs.aws.amazon.com/vpc/latest/privatelink/"


def backend_of(call: Call) -> EC2Backend:
    """The account's EC2 in the call's region."""
    backend: EC2Backend = ec2_backends[call.account][call.region]
    return backend
