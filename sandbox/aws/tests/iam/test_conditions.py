"""Operators of conditions, as the IAM user guide has them."""

from typing import Any

import pytest

from sanders_aws.iam.conditions import BadCondition, compile_condition
from sanders_aws.iam.patterns import Context

Case = tuple[dict[str, Any], Context, bool]

TEAM = "aws:PrincipalTag/team"
KEYS = "aws:TagKeys"
NOTHING: Context = {}

STRINGS: dict[str, Case] = {
    "equals": ({"StringEquals": {TEAM: "red"}}, {TEAM: "red"}, True),
    "equals is about case": ({"StringEquals": {TEAM: "red"}}, {TEAM: "Red"}, False),
    "one of several": ({"StringEquals": {TEAM: ["red", "blue"]}}, {TEAM: "blue"}, True),
    "absent": ({"StringEquals": {TEAM: "red"}}, NOTHING, False),
    "not equals": ({"StringNotEquals": {TEAM: "red"}}, {TEAM: "blue"}, True),
    "none of several": ({"StringNotEquals": {TEAM: ["red", "blue"]}}, {TEAM: "blue"}, False),
    "not equals, absent": ({"StringNotEquals": {TEAM: "red"}}, NOTHING, True),
    "ignore case": ({"StringEqualsIgnoreCase": {TEAM: "RED"}}, {TEAM: "red"}, True),
    "not, ignoring case": ({"StringNotEqualsIgnoreCase": {TEAM: "RED"}}, {TEAM: "red"}, False),
    "like": ({"StringLike": {TEAM: "r*"}}, {TEAM: "red"}, True),
    "not like": ({"StringNotLike": {TEAM: "r*"}}, {TEAM: "red"}, False),
    "keys ignore case": ({"StringEquals": {TEAM.upper(): "red"}}, {TEAM: "red"}, True),
    "all keys must hold": ({"StringEquals": {TEAM: "red", "aws:x": "1"}}, {TEAM: "red"}, False),
    "all operators must hold": (
        {"StringEquals": {TEAM: "red"}, "Bool": {"aws:SecureTransport": "true"}},
        {TEAM: "red", "aws:SecureTransport": "false"},
        False,
    ),
    "if it exists, absent": ({"StringEqualsIfExists": {TEAM: "red"}}, NOTHING, True),
    "if it exists, other": ({"StringEqualsIfExists": {TEAM: "red"}}, {TEAM: "blue"}, False),
    "a variable": ({"StringEquals": {"aws:x": "${aws:PrincipalTag/team}"}}, {TEAM: "red", "aws:x": "red"}, True),
}
OTHERS: dict[str, Case] = {
    "number": ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": "10"}, True),
    "number, as number": ({"NumericLessThan": {"s3:max-keys": 10}}, {"s3:max-keys": "9.5"}, True),
    "numbers are not texts": ({"NumericEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": "10.0"}, True),
    "greater": ({"NumericGreaterThan": {"s3:max-keys": "10"}}, {"s3:max-keys": "10"}, False),
    "at least": ({"NumericGreaterThanEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": "10"}, True),
    "not a number": ({"NumericEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": "ten"}, False),
    "other number": ({"NumericNotEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": "11"}, True),
    "before": ({"DateLessThan": {"aws:t": "2026-01-01T00:00:00Z"}}, {"aws:t": "2025-12-31T23:59:59Z"}, True),
    "after, by epoch": ({"DateGreaterThan": {"aws:t": "1400000000"}}, {"aws:t": "2014-05-14T00:00:00Z"}, True),
    "same moment": ({"DateEquals": {"aws:t": "2026-01-01T01:00:00+01:00"}}, {"aws:t": "2026-01-01T00:00:00Z"}, True),
    "not that day": ({"DateNotEquals": {"aws:t": "2026-01-01"}}, {"aws:t": "2026-01-02"}, True),
    "true": ({"Bool": {"aws:SecureTransport": "true"}}, {"aws:SecureTransport": "true"}, True),
    "true, as JSON": ({"Bool": {"aws:SecureTransport": True}}, {"aws:SecureTransport": "true"}, True),
    "false": ({"Bool": {"aws:SecureTransport": "false"}}, {"aws:SecureTransport": "true"}, False),
    "MFA, absent": ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, NOTHING, True),
    "bytes": ({"BinaryEquals": {"x:y": "QmluYXJ5"}}, {"x:y": "QmluYXJ5"}, True),
    "in a network": ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"aws:SourceIp": "203.0.113.9"}, True),
    "an address": ({"IpAddress": {"aws:SourceIp": "203.0.113.9"}}, {"aws:SourceIp": "203.0.113.9"}, True),
    "outside": ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"aws:SourceIp": "198.51.100.1"}, True),
    "IPv6": ({"IpAddress": {"aws:SourceIp": "2001:DB8:1:5::/64"}}, {"aws:SourceIp": "2001:db8:1:5::1"}, True),
    "other family": ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, {"aws:SourceIp": "2001:db8::1"}, False),
    "arn": ({"ArnEquals": {"aws:SourceArn": "arn:aws:sns:*:1:a*"}}, {"aws:SourceArn": "arn:aws:sns:e:1:ab"}, True),
    "arn like": ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:2:a"}}, {"aws:SourceArn": "arn:aws:sns:e:1:a"}, False),
    "arn not like": ({"ArnNotLike": {"aws:SourceArn": "arn:*:*:*:2:a"}}, {"aws:SourceArn": "arn:aws:sns:e:1:a"}, True),
    "arn not equals, absent": ({"ArnNotEquals": {"aws:SourceArn": "arn:aws:sns:*:2:a"}}, NOTHING, True),
    "null": ({"Null": {"aws:TokenIssueTime": "true"}}, NOTHING, True),
    "null, but there": ({"Null": {"aws:TokenIssueTime": "true"}}, {"aws:TokenIssueTime": "x"}, False),
    "not null": ({"Null": {"aws:TokenIssueTime": "false"}}, {"aws:TokenIssueTime": "x"}, True),
    "not null, but absent": ({"Null": {"aws:TokenIssueTime": False}}, NOTHING, False),
}  # fmt: skip
# The tables of reference_policies_condition-single-vs-multi-valued-context-keys.html and its examples: tag keys
# "environment" and "webserver" are allowed, or denied.
WANTED = ["environment", "webserver"]
SETS: dict[str, Case] = {
    "all of them": ({"ForAllValues:StringEquals": {KEYS: WANTED}}, {KEYS: ("environment", "webserver")}, True),
    "all, some": ({"ForAllValues:StringEquals": {KEYS: WANTED}}, {KEYS: ("environment",)}, True),
    "all, and one more": ({"ForAllValues:StringEquals": {KEYS: WANTED}}, {KEYS: ("environment", "test")}, False),
    "all, other case": ({"ForAllValues:StringEquals": {KEYS: WANTED}}, {KEYS: ("Environment",)}, False),
    "all of nothing": ({"ForAllValues:StringEquals": {KEYS: WANTED}}, NOTHING, True),
    "all of no values": ({"ForAllValues:StringEquals": {KEYS: WANTED}}, {KEYS: ()}, True),
    "any": ({"ForAnyValue:StringEquals": {KEYS: WANTED}}, {KEYS: ("environment", "test")}, True),
    "any, none": ({"ForAnyValue:StringEquals": {KEYS: WANTED}}, {KEYS: ("test",)}, False),
    "any of nothing": ({"ForAnyValue:StringEquals": {KEYS: WANTED}}, NOTHING, False),
    "any of nothing, if exists": ({"ForAnyValue:StringEqualsIfExists": {KEYS: WANTED}}, NOTHING, True),
    "all are none of them": ({"ForAllValues:StringNotEquals": {KEYS: WANTED}}, {KEYS: ("test",)}, True),
    "all are none, but one": ({"ForAllValues:StringNotEquals": {KEYS: WANTED}}, {KEYS: ("test", "webserver")}, False),
    "any is none of them": ({"ForAnyValue:StringNotEquals": {KEYS: WANTED}}, {KEYS: ("test", "webserver")}, True),
    "any is none of them, absent": ({"ForAnyValue:StringNotEquals": {KEYS: WANTED}}, NOTHING, False),
    "all like": ({"ForAllValues:StringLike": {KEYS: "key*"}}, {KEYS: ("key1", "key2")}, True),
    "any ARN": ({"ForAnyValue:ArnLike": {"x:y": "arn:*:iam::*:a"}}, {"x:y": ("b", "arn:aws:iam::1:a")}, True),
    "a single value": ({"ForAllValues:StringEquals": {TEAM: "red"}}, {TEAM: "red"}, True),
    "several values without a set operator": ({"StringEquals": {KEYS: WANTED}}, {KEYS: ("webserver",)}, False),
    "not null": ({"Null": {KEYS: "false"}}, {KEYS: ()}, False),
}  # fmt: skip


@pytest.mark.parametrize(("condition", "context", "expected"), [*STRINGS.values(), *OTHERS.values(), *SETS.values()],
                         ids=[*STRINGS, *OTHERS, *SETS])  # fmt: skip
def test_condition(condition: dict[str, Any], context: Context, expected: bool) -> None:
    checks = compile_condition(condition, variables=True)
    lowered = {key.lower(): value for key, value in context.items()}
    assert all(check(lowered) for check in checks) is expected


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEqual": {TEAM: "red"}},
        {"ForSomeValues:StringEquals": {TEAM: "red"}},
        {"StringEquals": TEAM},
        {"NumericEquals": {"s3:max-keys": "ten"}},
        {"DateLessThan": {"aws:CurrentTime": "tomorrow"}},
        {"IpAddress": {"aws:SourceIp": "everywhere"}},
        {"StringEquals": {TEAM: [{"a": 1}]}},
        ["StringEquals"],
    ],
)
def test_bad_condition(condition: Any) -> None:
    with pytest.raises(BadCondition):
        compile_condition(condition, variables=True)
