"""How moto is set up. This must come before any other module of moto is imported."""

import logging
import os
from typing import Any


def set_up() -> None:
    """Makes moto serve AWS's managed policies and real state machines, and waste no memory and no time."""
    os.environ.pop("MOTO_ACCOUNT_ID", None)  # there are several accounts: wire.py tells moto which one each call is for
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

    from botocore.loaders import JSONFileLoader

    JSONFileLoader.load_file = _endpoints_read_once(JSONFileLoader.load_file)
    from moto.core.common_models import BaseModel
    from moto.core.config import default_user_config
    from moto.iam.models import IAMBackend

    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    # moto keeps every object that it ever made, also the deleted ones, for a page that shows them.
    BaseModel.__new__ = lambda cls, *args, **kwargs: object.__new__(cls)
    IAMBackend._init_aws_policies = _parsed_once(IAMBackend._init_aws_policies)
    # A failed execution is a result, and moto logs the whole state machine for each.
    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)


def _endpoints_read_once(read: Any) -> Any:
    """botocore's reading of all endpoints there are, which moto has it do in one session after the other."""
    endpoints: dict[str, Any] = {}

    def load_file(self: Any, path: str) -> Any:
        if not path.endswith("endpoints"):
            return read(self, path)
        if path not in endpoints:
            endpoints[path] = read(self, path)
        return endpoints[path]

    return load_file


def _parsed_once(parse: Any) -> Any:
    """moto's parsing of AWS's 1,500 policies, which takes its time: not for each account, and not at each reset."""
    parsed: dict[str, list[Any]] = {}

    def policies(self: Any) -> list[Any]:
        if self.region_name not in parsed:
            parsed[self.region_name] = parse(self)
        return [_copy(policy, self.account_id) for policy in parsed[self.region_name]]

    return policies


def _copy(policy: Any, account: str) -> Any:
    """One that can be attached and tagged by itself; copy.copy() takes ten times as long."""
    copied = object.__new__(type(policy))
    own = {"account_id": account, "versions": list(policy.versions), "tags": dict(policy.tags)}
    copied.__dict__ = {**policy.__dict__, **own}
    return copied
