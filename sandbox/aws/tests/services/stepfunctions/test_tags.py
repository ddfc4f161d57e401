"""Tags of state machines."""

import pytest

from conftest import ACCOUNT, Aws, code_of
from services.stepfunctions.conftest import create

rule = pytest.mark.rule


@rule("stepfunctions.check_tagged")
def test_tags_of_nothing(aws: Aws) -> None:
    arn = f"arn:aws:states:eu-central-1:{ACCOUNT}:stateMachine:unknown"
    assert code_of(aws("stepfunctions").list_tags_for_resource, resourceArn=arn) == "ResourceNotFound"


def test_a_key_has_one_value(aws: Aws) -> None:
    states, machine = aws("stepfunctions"), create(aws, tags=[{"key": "team", "value": "data"}])
    for value in ("a", "b"):
        states.tag_resource(resourceArn=machine, tags=[{"key": "team", "value": value}])
    assert states.list_tags_for_resource(resourceArn=machine)["tags"] == [{"key": "team", "value": "b"}]


@rule("stepfunctions.limit_tags")
def test_fifty_tags(aws: Aws) -> None:
    states, machine = aws("stepfunctions"), create(aws)
    tags = [{"key": f"key-{number}", "value": "a"} for number in range(50)]
    states.tag_resource(resourceArn=machine, tags=tags)
    states.tag_resource(resourceArn=machine, tags=tags[:1])
    more = [{"key": "more", "value": "a"}]
    assert code_of(states.tag_resource, resourceArn=machine, tags=more) == "TooManyTags"
