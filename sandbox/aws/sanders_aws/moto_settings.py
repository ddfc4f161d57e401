"""How moto is set up, which must happen before any other module of moto is imported."""

import logging
import os
from typing import Any


def set_up() -> None:
    """Makes moto serve AWS's managed policies and real state machines, and waste no memory and no time."""
    os.environ.pop("MOTO_ACCOUNT_ID", None)  # there are several: wire.py tells moto which one a call is for
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

    from botocore.loaders import JSONFileLoader

    JSONFileLoader.load_file = _endpoints_read_once(JSONFileLoader.load_file)
    from moto.core.common_models import BaseModel
    from moto.core.config import default_user_config
    from moto.iam.models import IAMBackend

    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    # moto keeps every object that it ever made, even deleted ones, for a dashboard that we do not serve.
    BaseModel.__new__ = lambda cls, *args, **kwargs: object.__new__(cls)
    IAMBackend._init_aws_policies = _parsed_once(IAMBackend._init_aws_policies)
    # A failed execution is a result, and moto logs the whole state machine for each.
    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)


def _endpoints_read_once(read: Any) -> Any:
    """Has botocore read its list of endpoints once; moto makes it do so for one session after another."""
    endpoints: dict[str, Any] = {}

    def load_file(self: Any, path: str) -> Any:
        if not path.endswith("endpoints"):
            return read(self, path)
        if path not in endpoints:
            endpoints[path] = read(self, path)
        return endpoints[path]

    return load_file


def _parsed_once(parse: Any) -> Any:
    """Has moto parse AWS's 1,500 policies once, instead of for each account and after each reset: it is slow."""
    parsed: dict[str, list[Any]] = {}

    def policies(self: Any) -> list[Any]:
        if self.region_name not in parsed:
            parsed[self.region_name] = parse(self)
        return [_copy(policy, self.account_id) for policy in parsed[self.region_name]]

    return policies


def _copy(policy: Any, account: str) -> Any:
    """A copy that can be attached and tagged by itself; copy.copy() would take ten times as long."""
    copied = object.__new__(type(policy))
    own = {"account_id": account, "versions": list(policy.versions), "tags": dict(policy.tags)}
    copied.__dict__ = {**policy.__dict__, **own}
    return copied
