"""What Budgets keeps: the budgets of an account, with their notifications and tags."""

from dataclasses import dataclass, field
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.utilities.utils import PARTITION_NAMES


@dataclass
class Notification:
    """One notification: its settings, which together identify it, and its subscribers."""

    settings: dict[str, Any]
    subscribers: list[dict[str, str]]


@dataclass
class Budget:
    content: dict[str, Any]  # as described
    notifications: list[Notification] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)


class BudgetsBackend(BaseBackend):
    """The budgets of one account, by name."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.budgets: dict[str, Budget] = {}


budgets_backends = BackendDict(BudgetsBackend, "budgets", use_boto3_regions=False, additional_regions=PARTITION_NAMES)
