"""Accounts other than the emulator's own: members of the organisation whose management account that is."""

import json

from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from ...rules import authentication
from ...wire import Answer, Call

ROLE = "OrganizationAccountAccessRole"
GUIDE = "https://docs.aws.amazon.com/organizations/latest/userguide/"


@authentication("sts", "AssumeRole", source=GUIDE + "orgs_manage_accounts_access.html")
def make_member_account(call: Call) -> Answer | None:
    """A member account begins with a role for the administrators of the management account."""
    arn = call.params["RoleArn"].split(":")
    account = arn[4] if len(arn) > 5 and arn[5] == f"role/{ROLE}" else ""
    if not account or account in iam_backends:
        return None
    partition = get_partition(call.region)
    trusted = f"arn:{partition}:iam::{call.account}:root"
    statement = {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    backend = iam_backends[account][partition]
    backend.create_role(ROLE, trust, "/", None, "", [], "3600")
    backend.attach_role_policy(f"arn:{partition}:iam::aws:policy/AdministratorAccess", ROLE)
    return None
