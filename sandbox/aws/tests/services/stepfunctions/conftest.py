"""State machines."""

import json
from typing import Any

from conftest import ACCOUNT, Aws, code_of, trust
from services.batch.conftest import environment, fargate, queue  # noqa: F401 - fixtures

ROLE = f"arn:aws:iam::{ACCOUNT}:role/states"


def definition(*states: tuple[str, dict[str, Any]]) -> str:
    return json.dumps({"StartAt": states[0][0], "States": dict(states)})


PASS = definition(("Pass", {"Type": "Pass", "End": True}))


def create(aws: Aws, text: str = PASS, **parameters: Any) -> str:
    """The ARN of a state machine `machine`, with a role that is made if it is not there."""
    code_of(aws("iam").create_role, RoleName="states", AssumeRolePolicyDocument=trust("states.amazonaws.com"))
    machine = aws("stepfunctions").create_state_machine(name="machine", roleArn=ROLE, definition=text, **parameters)
    return str(machine["stateMachineArn"])


def describe(aws: Aws, machine: str) -> dict[str, Any]:
    return dict(aws("stepfunctions").describe_state_machine(stateMachineArn=machine))
