"""STS: what a session brings with it needs rights of its own, and three calls need none.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
"""

from ..questions import Asking, asks, request_tags

# Who calls whether a policy allows it or not.
# Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html, API_GetSessionToken.html
_FREE = ("GetCallerIdentity", "GetSessionToken", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")


@asks("sts", *_FREE)
def ask_nothing(asking: Asking) -> None:
    """Nobody needs a right for these; those with an identity from elsewhere are refused by the service itself."""


@asks("sts", "AssumeRole")
def assume_role(asking: Asking) -> None:
    params, tags = asking.params, request_tags(asking.params)
    role = params.get("RoleArn", "")
    transitive = tuple(params.get("TransitiveTagKeys", ())) or None
    keys = {
        "sts:ExternalId": params.get("ExternalId"),
        "sts:RoleSessionName": params.get("RoleSessionName"),
        "sts:SourceIdentity": params.get("SourceIdentity"),
        "sts:TransitiveTagKeys": transitive,
    }
    asking.ask("AssumeRole", "role", role, tags=tags, keys=keys)
    if tags:
        asking.ask("TagSession", "role", role, tags=tags, keys={"sts:TransitiveTagKeys": transitive})
    if params.get("SourceIdentity"):
        asking.ask("SetSourceIdentity", "role", role, keys={"sts:SourceIdentity": params["SourceIdentity"]})
