"""How moto is set up. This must come before any other module of moto is imported."""

import logging
import os


def set_up(account: str) -> None:
    """Makes moto serve one account, with AWS's managed policies and real state machines, and waste no memory."""
    os.environ["MOTO_ACCOUNT_ID"] = account
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

    from moto.core.common_models import BaseModel
    from moto.core.config import default_user_config

    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    # moto keeps every object that it ever made, also the deleted ones, for a page that shows them.
    BaseModel.__new__ = lambda cls, *args, **kwargs: object.__new__(cls)
    # A failed execution is a result, and moto logs the whole state machine for each.
    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)
