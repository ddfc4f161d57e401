"""Deleting many objects at once."""

import json

import pytest

from conftest import ACCOUNT, Aws

rule = pytest.mark.rule


@rule("s3.leave_out_refused")
@rule("s3.tell_refused")
def test_each_object_is_allowed_or_denied_by_itself(aws: Aws, bucket: str) -> None:
    mine = {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": f"arn:aws:s3:::{bucket}/mine/*"}
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    documents = [json.dumps({"Version": "2012-10-17", "Statement": one}) for one in (trust, mine)]
    role = aws("iam").create_role(RoleName="team", AssumeRolePolicyDocument=documents[0])["Role"]["Arn"]
    aws("iam").put_role_policy(RoleName="team", PolicyName="p", PolicyDocument=documents[1])
    session = aws("sts").assume_role(RoleArn=role, RoleSessionName="sam")["Credentials"]
    for key in ("mine/<a>", "yours/b"):
        aws("s3").put_object(Bucket=bucket, Key=key)
    if not aws.plain:
        aws = aws.enforced()
    delete = aws("s3", session).delete_objects
    answer = delete(Bucket=bucket, Delete={"Objects": [{"Key": "yours/b"}, {"Key": "mine/<a>"}]})
    assert [deleted["Key"] for deleted in answer["Deleted"]] == ["mine/<a>"]
    (error,) = answer["Errors"]
    assert (error["Key"], error["Code"]) == ("yours/b", "AccessDenied")
    assert f'perform: s3:DeleteObject on resource: "arn:aws:s3:::{bucket}/yours/b" because no' in error["Message"]
    answer = delete(Bucket=bucket, Delete={"Objects": [{"Key": "yours/b"}]})
    assert [error["Key"] for error in answer["Errors"]] == ["yours/b"]
    assert [one["Key"] for one in aws("s3").list_objects_v2(Bucket=bucket)["Contents"]] == ["yours/b"]
