"""Sessions of roles."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from conftest import Aws, code_of

rule = pytest.mark.rule
ALL = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
NOT_S3 = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}})


@rule("sts.check_session_policy")
def test_a_session_policy_must_be_one(aws: Aws, role: Any) -> None:
    assume = aws("sts").assume_role
    session = {"RoleArn": role["Arn"], "RoleSessionName": "me"}
    assert code_of(assume, **session, Policy='{"Statement": 1}') == "MalformedPolicyDocument"


@rule("sts.keep_session")
def test_a_session_is_limited_by_its_policy(aws: Aws, role: Any) -> None:
    aws("iam").put_role_policy(RoleName="team", PolicyName="all", PolicyDocument=ALL)
    session = {"RoleArn": role["Arn"], "RoleSessionName": "me"}
    whole = aws("sts").assume_role(**session)["Credentials"]
    limited = aws("sts").assume_role(**session, Policy=NOT_S3)["Credentials"]
    read_only = [{"arn": "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"}]
    managed = aws("sts").assume_role(**session, PolicyArns=read_only)["Credentials"]
    if not aws.plain:
        aws.iam("enforce")
    assert code_of(aws("s3", whole).list_buckets) == ""
    assert code_of(aws("s3", limited).list_buckets) == "AccessDenied"
    assert code_of(aws("s3", managed).list_buckets) == "AccessDenied"


@rule("sts.decode_authorization_message")
def test_a_denial_of_ec2_can_be_decoded(aws: Aws, role: Any) -> None:
    allow = {"Effect": "Allow", "Action": ["sts:DecodeAuthorizationMessage"], "Resource": "*"}
    aws("iam").put_role_policy(
        RoleName="team", PolicyName="decode", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allow})
    )
    session = aws("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="me")["Credentials"]
    if not aws.plain:
        aws.iam("enforce")
    with pytest.raises(ClientError) as refused:
        aws("ec2", session).create_vpc(CidrBlock="10.0.0.0/16")
    encoded = re.search(r"Encoded authorization failure message: (\S+)", str(refused.value))
    assert encoded
    decoded = aws("sts", session).decode_authorization_message(EncodedMessage=encoded[1])["DecodedMessage"]
    assert json.loads(decoded)["context"]["action"] == "ec2:CreateVpc"
    decode = aws("sts", session).decode_authorization_message
    assert code_of(decode, EncodedMessage="nonsense") == "InvalidAuthorizationMessageException"
