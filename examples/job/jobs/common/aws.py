"""Connections to AWS."""

import os

import boto3
from botocore.config import Config

# "standard" waits between attempts, longer each time and at random, so that a job outlasts throttling.
_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 10})


def client(service: str):  # type: ignore[no-untyped-def]  # boto3 has no types
    """A client of an AWS service, in the region and with the credentials of the job's environment."""
    return _session().client(service, config=_CONFIG)


def resource(service: str):  # type: ignore[no-untyped-def]
    """The same as a resource, which takes and returns plain Python values."""
    return _session().resource(service, config=_CONFIG)


def _session() -> boto3.Session:
    # Fargate sets AWS_REGION, but boto3 reads only AWS_DEFAULT_REGION.
    return boto3.Session(region_name=os.environ.get("AWS_REGION"))
