"""A role that anybody in the account may assume."""

import json
from typing import Any

import pytest

from conftest import ACCOUNT, Aws


@pytest.fixture
def role(aws: Aws) -> Any:
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return aws("iam").create_role(RoleName="team", AssumeRolePolicyDocument=trust)["Role"]
