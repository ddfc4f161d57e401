"""Accounts of an organisation."""

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule
MEMBER = "444455556666"


@rule("sts.make_member_account")
def test_administrators_enter_a_member_account_with_its_role(aws: Aws) -> None:
    role = f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole"
    session = aws("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    assert [found["RoleName"] for found in aws("iam", session).list_roles()["Roles"]] == [role.partition("/")[2]]


def test_nobody_enters_with_another_role(aws: Aws) -> None:
    admin = aws.enforced()
    role = f"arn:aws:iam::{MEMBER}:role/admin"
    assert code_of(admin("sts").assume_role, RoleArn=role, RoleSessionName="me") == "AccessDenied"
    member = f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole"
    session = admin("sts").assume_role(RoleArn=member, RoleSessionName="me")["Credentials"]
    assert code_of(admin("iam", session).list_roles) == ""
    admin("iam").create_user(UserName="somebody")
    key = admin("iam").create_access_key(UserName="somebody")["AccessKey"]
    assert code_of(admin("sts", key).assume_role, RoleArn=member, RoleSessionName="me") == "AccessDenied"
