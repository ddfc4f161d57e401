"""Wildcards, variables and ARNs in policies."""

import pytest

from sanders_aws.iam.patterns import Style, compile_pattern

BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
CONTEXT = {
    "aws:username": "carlos",
    "aws:principaltag/team": "yellow",
    "aws:tagkeys": ("a", "b"),
    "aws:userid": "AIDA*",
}

# style, pattern, value, whether it matches, where AWS says so or why
CASES: dict[str, tuple[Style, str, str, bool]] = {
    "wildcards mean nothing in StringEquals": ("exact", "home/*", "home/x", False),
    "the star itself in StringEquals": ("exact", "home/*", "home/*", True),
    "case matters": ("exact", "Prod", "prod", False),
    "case is ignored": ("ignore-case", "Prod", "pROD", True),
    "a star is any text": ("like", "home/*", "home/a/b:c", True),
    "a star is also no text": ("like", "home/*", "home/", True),
    "a question mark is one character": ("like", "us-east-?", "us-east-1", True),
    "a question mark is not no character": ("like", "us-east-?", "us-east-", False),
    "a star between": ("like", "a*c", "abbc", True),
    "dots are no wildcards": ("like", "a.c*", "abc", False),
    "line breaks are characters": ("like", "a*", "a\nb", True),
    "all of it must match": ("like", "a?", "abc", False),
    "resource: all objects": ("resource", f"{BUCKET}/*", f"{BUCKET}/test/object", True),
    "resource: not the bucket itself": ("resource", f"{BUCKET}/*", BUCKET, False),
    "resource: objects by part": ("resource", f"{BUCKET}/*/test/*", f"{BUCKET}/2/test/x/y", True),
    "resource: everything": ("resource", "*", "arn:aws:iam::123456789012:role/x", True),
    "resource: any account": ("resource", "arn:*:iam::*:role/x", "arn:aws:iam::123456789012:role/x", True),
    "resource: any partition, not another service": ("resource", "arn:*:s3:::x", "arn:aws:sqs:::x", False),
    "resource: a last star goes beyond colons": ("resource", "arn:aws:ec2:*", "arn:aws:ec2:eu-central-1:1:vpc/x", True),
    "resource: a star within stays there": ("resource", "arn:aws:ec2:eu*1:1:vpc/x", "arn:aws:ec2:e:1:1:vpc/x", False),
    "resource: the last part has colons": ("resource", "arn:aws:logs:*:*:g:*", "arn:aws:logs:e:1:g:a:b", True),
    "resource: an action without resource": ("resource", "arn:aws:ec2:*:*:vpc/*", "*", False),
    "arn: part by part": ("arn", "arn:aws:iam::*:role/s-*", "arn:aws:iam::123456789012:role/s-1", True),
    "arn: a star stays in its part": ("arn", "arn:aws:*:role/s", "arn:aws:iam::123456789012:role/s", False),
    "arn: the last part has all the rest": ("arn", "arn:aws:sns:*:*:a*", "arn:aws:sns:e:1:ab:c", True),
    "arn: no ARN": ("arn", "arn:aws:iam::*:role/*", "role/x", False),
    "variable": ("resource", f"{BUCKET}/${{aws:username}}/*", f"{BUCKET}/carlos/x", True),
    "variable of somebody else": ("resource", f"{BUCKET}/${{aws:username}}/*", f"{BUCKET}/martha/x", False),
    "variables ignore the case of their keys": ("exact", "${AWS:UserName}", "carlos", True),
    "a tag as variable": ("exact", "${aws:PrincipalTag/team}", "yellow", True),
    "a default that is not needed": ("exact", "${aws:PrincipalTag/team, 'company-wide'}", "yellow", True),
    "a default": ("exact", "${aws:PrincipalTag/unit, 'company-wide'}", "company-wide", True),
    "no value and no default": ("like", "x${aws:PrincipalTag/unit}*", "x", False),
    "several values": ("exact", "${aws:TagKeys}", "a", False),
    "a star in a value is itself": ("like", "${aws:userid}", "AIDAX", False),
    "an escaped star": ("resource", f"{BUCKET}/${{*}}", f"{BUCKET}/x", False),
    "an escaped star, met": ("resource", f"{BUCKET}/${{*}}", f"{BUCKET}/*", True),
    "an escaped question mark": ("like", "${?}", "?", True),
    "an escaped dollar": ("like", "${$}1*", "$100", True),
}  # fmt: skip


@pytest.mark.parametrize(("style", "pattern", "value", "expected"), CASES.values(), ids=CASES)
def test_pattern(style: Style, pattern: str, value: str, expected: bool) -> None:
    assert compile_pattern(pattern, style, variables=True)(value, CONTEXT) is expected


def test_old_versions_have_no_variables() -> None:
    matches = compile_pattern("${aws:username}", "like", variables=False)
    assert not matches("carlos", CONTEXT)
    assert matches("${aws:username}", CONTEXT)
