"""IAM in force: who is let in, and what the others are told."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from conftest import ACCOUNT, BUSY, REGION, Aws, code_of

OTHER = "444455556666"
BUCKET = "arn:aws:s3:::data"
TAGGED = {"StringEquals": {"aws:RequestTag/Project": "sanders"}}
OURS = {"StringEquals": {"aws:ResourceTag/Project": "sanders"}}

Login = Callable[..., dict[str, Any]]


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def trusted(principal: dict[str, Any] | None = None, **more: Any) -> str:
    actions = ["sts:AssumeRole", "sts:TagSession"]
    return policy({"Effect": "Allow", "Principal": principal or {"AWS": ACCOUNT}, "Action": actions, **more})


@pytest.fixture
def login(aws: Aws) -> Login:
    """Puts IAM in force, and makes a role with these statements: the credentials of a session of it."""
    aws.iam("enforce")

    def make(*statements: dict[str, Any], name: str = "team", **role: Any) -> dict[str, Any]:
        iam = aws.admin("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted(), **role)["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        credentials = aws.admin("sts").assume_role(RoleArn=arn, RoleSessionName="sam")["Credentials"]
        return dict(credentials)

    return make


def refused(function: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """Code and message of a refusal."""
    with pytest.raises(ClientError) as raised:
        function(**parameters)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


ME = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/team/sam is not authorized to perform"


def test_denials_are_worded_as_aws_does(aws: Aws, login: Login) -> None:
    me = login(deny("iam:*"))
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t"
    queues = "batch:DescribeJobQueues on resource: * because no identity-based policy allows the "
    assert refused(aws("dynamodb", me).describe_table, TableName="t") == (
        "AccessDeniedException",
        f"{ME}: dynamodb:DescribeTable on resource: {table} because no identity-based policy allows the "
        "dynamodb:DescribeTable action",
    )
    assert refused(aws("batch", me).describe_job_queues) == (
        "AccessDeniedException", f"{ME}: {queues}batch:DescribeJobQueues action",
    )  # fmt: skip
    assert refused(aws("iam", me).get_role, RoleName="team") == (
        "AccessDenied",
        f"{ME}: iam:GetRole on resource: arn:aws:iam::{ACCOUNT}:role/team with an explicit deny in an identity-based "
        "policy",
    )
    assert refused(aws("s3", me).get_object, Bucket="data", Key="k") == (
        "AccessDenied",
        f'{ME}: s3:GetObject on resource: "arn:aws:s3:::data/k" because no identity-based policy allows the '
        "s3:GetObject action",
    )
    assert refused(aws("ec2", me).describe_vpcs) == (
        "UnauthorizedOperation",
        f"You are not authorized to perform this operation. {ME}: ec2:DescribeVpcs because no identity-based policy "
        "allows the ec2:DescribeVpcs action.",
    )
    role = f"arn:aws:iam::{ACCOUNT}:role/none"
    assert refused(aws("sts", login(allow("*"), name="all")).assume_role, RoleArn=role, RoleSessionName="xx") == (
        "AccessDenied",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/all/sam is not authorized to perform: sts:AssumeRole on resource: "
        f"{role}",
    )


def test_denials_have_http_status(aws: Aws, login: Login) -> None:
    me = login()
    asked = {"dynamodb": "list_tables", "batch": "describe_job_queues", "iam": "list_roles", "ec2": "describe_vpcs"}
    found = {}
    for service, operation in asked.items():
        with pytest.raises(ClientError) as raised:
            getattr(aws(service, me), operation)()
        found[service] = raised.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert found == {"dynamodb": 400, "batch": 403, "iam": 403, "ec2": 403}


def test_who_may_do_something_does_it(aws: Aws, login: Login) -> None:
    me = login(allow("s3:*", [BUCKET, f"{BUCKET}/*"]))
    s3 = aws("s3", me)
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="data", Key="k", Body=b"x")
    assert s3.get_object(Bucket="data", Key="k")["Body"].read() == b"x"
    assert code_of(s3.list_buckets) == "AccessDenied"
    assert code_of(s3.create_bucket, Bucket="data2") == "AccessDenied"


def test_keys_that_nobody_gave_out(aws: Aws, login: Login) -> None:
    login()
    assert code_of(aws("iam").list_roles) == "InvalidClientTokenId"
    assert code_of(aws("s3").list_buckets) == "InvalidAccessKeyId"
    assert code_of(aws("batch").describe_job_queues) == "UnrecognizedClientException"
    assert code_of(aws("ec2").describe_vpcs) == "AuthFailure"


def test_a_session_needs_its_token(aws: Aws, login: Login) -> None:
    me = login(allow("*"))
    assert code_of(aws("iam", {**me, "SessionToken": "another"}).list_roles) == "InvalidClientTokenId"


def test_users_have_their_own_rights_and_their_groups(aws: Aws, login: Login) -> None:
    login()
    iam = aws.admin("iam")
    iam.create_user(UserName="sam")
    keys = iam.create_access_key(UserName="sam")["AccessKey"]
    sam = aws("dynamodb", keys)
    assert code_of(sam.list_tables) == "AccessDeniedException"
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="p", PolicyDocument=policy(allow("dynamodb:List*")))
    iam.add_user_to_group(GroupName="readers", UserName="sam")
    assert code_of(sam.list_tables) == ""
    own = [allow("iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}")]
    iam.put_user_policy(UserName="sam", PolicyName="p", PolicyDocument=policy(*own))
    assert aws("iam", keys).get_user()["User"]["UserName"] == "sam"
    assert code_of(aws("iam", keys).get_user, UserName="sanders-admin") == "AccessDenied"
    iam.update_access_key(UserName="sam", AccessKeyId=keys["AccessKeyId"], Status="Inactive")
    assert code_of(sam.list_tables) == "UnrecognizedClientException"


def test_managed_policies_and_boundaries(aws: Aws, login: Login) -> None:
    login()
    iam = aws.admin("iam")
    limits = policy(allow(["dynamodb:*", "ec2:DescribeVpcs"]))
    boundary = iam.create_policy(PolicyName="limits", PolicyDocument=limits)["Policy"]["Arn"]
    me = login(name="limited", PermissionsBoundary=boundary)
    iam.attach_role_policy(RoleName="limited", PolicyArn="arn:aws:iam::aws:policy/AmazonEC2FullAccess")
    assert code_of(aws("ec2", me).describe_vpcs) == ""
    _, message = refused(aws("ec2", me).describe_subnets)
    assert "because no permissions boundary allows the ec2:DescribeSubnets action" in message
    assert code_of(aws("dynamodb", me).list_tables) == "AccessDeniedException"  # a boundary gives nothing
    new = policy(allow("ec2:Describe*"))
    iam.create_policy_version(PolicyArn=boundary, PolicyDocument=new, SetAsDefault=True)
    assert code_of(aws("ec2", me).describe_subnets) == ""


def test_every_resource_of_a_call_is_asked_for(aws: Aws, login: Login) -> None:
    """A subnet may be made with our tag only, and only in a VPC that has it."""
    me = login(
        allow("ec2:CreateSubnet", "arn:*:ec2:*:*:subnet/*", Condition=TAGGED),
        allow("ec2:CreateSubnet", "arn:*:ec2:*:*:vpc/*", Condition=OURS),
        allow("ec2:CreateTags", "arn:*:ec2:*:*:*/*", Condition={"StringEquals": {"ec2:CreateAction": "CreateSubnet"}}),
    )  # fmt: skip
    ec2 = aws.admin("ec2")
    ours, other = (ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(2))
    tags = [{"Key": "Project", "Value": "sanders"}]
    ec2.create_tags(Resources=[ours], Tags=tags)
    create = aws("ec2", me).create_subnet
    subnet: dict[str, Any] = {"CidrBlock": "10.0.0.0/24"}
    tagged = {**subnet, "TagSpecifications": [{"ResourceType": "subnet", "Tags": tags}]}
    assert code_of(create, **tagged, VpcId=ours) == ""
    assert code_of(create, **subnet, VpcId=ours) == "UnauthorizedOperation"
    assert code_of(create, **tagged, VpcId=other) == "UnauthorizedOperation"
    assert code_of(aws("ec2", me).create_tags, Resources=[other], Tags=tags) == "UnauthorizedOperation"


def test_a_role_is_passed_only_to_the_service_that_is_allowed(aws: Aws, login: Login) -> None:
    passing = {"Condition": {"StringEquals": {"iam:PassedToService": "batch.amazonaws.com"}}}
    me = login(allow("states:*"), allow("iam:PassRole", **passing))
    machine = {"name": "m", "definition": "{}", "roleArn": f"arn:aws:iam::{ACCOUNT}:role/team"}
    code, message = refused(aws("stepfunctions", me).create_state_machine, **machine)
    assert code == "AccessDeniedException"
    assert "iam:PassRole on resource: arn:aws:iam::120569615884:role/team" in message


def test_trust_is_asked_for_as_well(aws: Aws, login: Login) -> None:
    me = login(allow("sts:*"))
    iam = aws.admin("iam")
    external = {"Condition": {"StringEquals": {"sts:ExternalId": "secret"}}}
    role = iam.create_role(RoleName="guarded", AssumeRolePolicyDocument=trusted(**external))["Role"]["Arn"]
    assume = aws("sts", me).assume_role
    session = {"RoleArn": role, "RoleSessionName": "xx"}
    assert code_of(assume, **session) == "AccessDenied"
    assert code_of(assume, **session, ExternalId="wrong") == "AccessDenied"
    assert code_of(assume, **session, ExternalId="secret") == ""
    iam.update_assume_role_policy(RoleName="guarded", PolicyDocument=trusted({"AWS": OTHER}))
    assert code_of(assume, **session, ExternalId="secret") == "AccessDenied"
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    iam.update_assume_role_policy(RoleName="guarded", PolicyDocument=policy(statement))
    assert code_of(assume, **session) == ""
    assert code_of(assume, **session, Tags=[{"Key": "a", "Value": "b"}]) == "AccessDenied"  # no sts:TagSession


def test_tags_of_sessions_and_roles_are_the_principals(aws: Aws, login: Login) -> None:
    own = f"{BUCKET}/${{aws:PrincipalTag/team}}/*"
    login(allow(["s3:PutObject"], own), Tags=[{"Key": "team", "Value": "red"}])
    aws.admin("s3").create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    session = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/team", "RoleSessionName": "xx"}
    sts = aws.admin("sts")
    red = aws("s3", sts.assume_role(**session)["Credentials"])
    blue = aws("s3", sts.assume_role(**session, Tags=[{"Key": "team", "Value": "blue"}])["Credentials"])
    assert code_of(red.put_object, Bucket="data", Key="red/a") == ""
    assert code_of(red.put_object, Bucket="data", Key="blue/a") == "AccessDenied"
    assert code_of(blue.put_object, Bucket="data", Key="blue/a") == ""


def test_bucket_policies(aws: Aws, login: Login) -> None:
    me = login()
    admin = aws.admin("s3")
    admin.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    admin.put_object(Bucket="data", Key="k", Body=b"x")
    role = f"arn:aws:iam::{ACCOUNT}:role/team"
    reading = allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": role})
    admin.put_bucket_policy(Bucket="data", Policy=policy(reading))
    assert code_of(aws("s3", me).get_object, Bucket="data", Key="k") == ""
    assert code_of(aws("s3", me).put_object, Bucket="data", Key="k") == "AccessDenied"
    others = {**deny("s3:GetObject", f"{BUCKET}/*"), "Principal": {"AWS": role}}
    admin.put_bucket_policy(Bucket="data", Policy=policy(reading, others))
    assert code_of(aws("s3", me).get_object, Bucket="data", Key="k") == "AccessDenied"
    assert code_of(admin.get_object, Bucket="data", Key="k") == ""
    all_denied = {**deny("s3:GetObject", f"{BUCKET}/*"), "Principal": "*"}
    admin.put_bucket_policy(Bucket="data", Policy=policy(reading, all_denied))
    _, message = refused(admin.get_object, Bucket="data", Key="k")
    assert message.endswith("with an explicit deny in a resource-based policy")


def test_only_who_may_list_is_told_that_there_is_no_such_object(aws: Aws, login: Login) -> None:
    aws.admin("s3").create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    blind = login(allow("s3:GetObject"))
    seeing = login(allow(["s3:GetObject", "s3:ListBucket"]), name="seeing")
    assert code_of(aws("s3", blind).get_object, Bucket="data", Key="k") == "AccessDenied"
    assert code_of(aws("s3", seeing).get_object, Bucket="data", Key="k") == "NoSuchKey"


def test_what_the_emulator_cannot_judge_only_an_administrator_does(aws: Aws, login: Login) -> None:
    me = login(allow("dynamodb:*"))
    code, message = refused(aws("dynamodb", me).execute_statement, Statement="SELECT * FROM t")
    assert code == "AccessDeniedException"
    assert message.endswith("sanders-aws does not know which rights dynamodb ExecuteStatement needs")
    assert code_of(aws.admin("dynamodb").execute_statement, Statement="SELECT * FROM t") != "AccessDeniedException"


def test_denials_explain_themselves(aws: Aws, login: Login) -> None:
    me = login(deny("dynamodb:DeleteTable"))
    code_of(aws("dynamodb", me).delete_table, TableName="t")
    code_of(aws("stepfunctions", me).list_state_machines)
    role = f"arn:aws:iam::{ACCOUNT}:role/team"
    _, answer = aws.sanders("GET", f"denials?principal={role}")
    denied, missing = answer["denials"]
    assert (denied["action"], denied["outcome"], denied["kind"]) == (
        "dynamodb:DeleteTable", "explicit deny", "identity-based policy",
    )  # fmt: skip
    assert denied["statement"] == deny("dynamodb:DeleteTable")
    assert denied["would_allow"] is None
    assert denied["context"]["aws:principalarn"] == role
    assert missing["would_allow"] == allow("states:ListStateMachines")
    assert missing["statement"] is None
    _, answer = aws.sanders("GET", f"denials?principal={role}&since={missing['number']}")
    assert answer["denials"] == []


def test_the_statement_that_would_allow_does(aws: Aws, login: Login) -> None:
    me = login(allow("ec2:CreateVpc"))
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Project", "Value": "sanders"}]}]
    create = aws("ec2", me).create_vpc
    assert code_of(create, CidrBlock="10.0.0.0/16", TagSpecifications=tags) == "UnauthorizedOperation"
    _, answer = aws.sanders("GET", "denials")
    statement = answer["denials"][-1]["would_allow"]
    assert statement["Condition"]["StringEquals"]["ec2:createaction"] == "CreateVpc"
    aws.admin("iam").put_role_policy(RoleName="team", PolicyName="more", PolicyDocument=policy(statement))
    assert code_of(create, CidrBlock="10.0.0.0/16", TagSpecifications=tags) == ""


def test_the_least_policy_allows_what_was_done(aws: Aws, login: Login) -> None:
    me = login(allow("*"))
    aws("dynamodb", me).list_tables()
    aws("sts", me).get_caller_identity()
    code_of(aws("dynamodb", me).describe_table, TableName="a")
    code_of(aws("dynamodb", me).describe_time_to_live, TableName="a")
    team = f"arn:aws:iam::{ACCOUNT}:role/team"
    _, answer = aws.sanders("GET", f"policy?principal={team}")
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/a"
    assert answer["Statement"] == [
        allow(["dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"], [table]),
        allow(["dynamodb:ListTables"], ["*"]),
    ]
    _, answer = aws.sanders("GET", "needs")
    needs = answer["needs"][team]
    assert {"action": "dynamodb:DescribeTable", "resource": table, "context": {}} in needs
    assert aws.sanders("GET", f"needs?principal={team}")[1]["needs"] == {team: needs}
    status, answer = aws.sanders("GET", "policy?principal=arn:aws:iam::1:role/none")
    assert status == 400


def test_log_only_notes(aws: Aws, login: Login) -> None:
    me = login()
    aws.iam("log")
    assert code_of(aws("dynamodb", me).list_tables) == ""
    assert code_of(aws("dynamodb").list_tables) == ""
    _, answer = aws.sanders("GET", "denials")
    assert [denial["action"] for denial in answer["denials"]] == ["dynamodb:ListTables"]


def test_modes(aws: Aws) -> None:
    assert aws.sanders("GET", "iam") == (200, {"iam": "off"})
    assert aws.sanders("POST", "iam", "log") == (200, {"iam": "log"})
    status, answer = aws.sanders("POST", "iam", "on")
    assert (status, answer["error"]) == (400, "iam: must be one of off, log, enforce, got 'on'")


def test_the_administrator_survives_a_reset(aws: Aws, login: Login) -> None:
    login()
    aws.sanders("DELETE", "state")
    assert aws.admin("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/sanders-admin"
    assert code_of(aws.admin("iam").list_roles) == ""


def test_forms_and_presigned_urls_are_asked_about_for_who_signed_them(aws: Aws, login: Login) -> None:
    aws.admin("s3").create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    me = login(allow("s3:PutObject", f"{BUCKET}/mine/*"))
    s3 = aws("s3", me)
    for key, expected in (("mine/a", 204), ("yours/a", 403)):
        form = s3.generate_presigned_post("data", key)
        files = {"file": ("a", b"x"), **{name: (None, value) for name, value in form["fields"].items()}}
        request = requests.Request("POST", f"{aws.url}/data", files=files).prepare()
        assert requests.Session().send(request).status_code == expected
        url = s3.generate_presigned_url("put_object", {"Bucket": "data", "Key": key})
        assert requests.put(url, data=b"x", timeout=BUSY).status_code == (200 if expected == 204 else expected)
    assert requests.get(f"{aws.url}/data/mine/a", timeout=BUSY).status_code == 403
    public = allow("s3:GetObject", f"{BUCKET}/*", Principal="*")
    aws.admin("s3").delete_public_access_block(Bucket="data")
    aws.admin("s3").put_bucket_policy(Bucket="data", Policy=policy(public))
    assert requests.get(f"{aws.url}/data/mine/a", timeout=BUSY).status_code == 200
