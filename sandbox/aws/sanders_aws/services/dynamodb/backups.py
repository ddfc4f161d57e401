"""Continuous backups, which give point-in-time recovery."""

import time
from typing import Any

from moto.dynamodb.models import DynamoDBBackend

from ...rules import guard, patch
from ...wire import Answer, Call
from .common import API, invalid

_BEHIND = 300  # seconds that the latest restorable time is behind


@guard("dynamodb", "UpdateContinuousBackups", source=API + "API_PointInTimeRecoverySpecification.html")
def check_recovery_period(call: Call) -> Answer | None:
    """Backups are kept for 1 to 35 days."""
    days = call.params["PointInTimeRecoverySpecification"].get("RecoveryPeriodInDays", 35)
    if not 1 <= days <= 35:
        raise invalid(
            f"1 validation error detected: Value '{days}' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' "
            "failed to satisfy constraint: Member must have value between 1 and 35"
        )
    return None


@patch(
    "dynamodb", "DescribeContinuousBackups", "UpdateContinuousBackups",
    source=API + "API_PointInTimeRecoveryDescription.html",
)  # fmt: skip
def move_restorable_time() -> None:
    """A table can be restored as it was up to five minutes ago, but not before recovery was enabled."""
    describe, update = DynamoDBBackend.describe_continuous_backups, DynamoDBBackend.update_continuous_backups

    def described(self: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return _as_of_now(describe(self, *args, **kwargs))

    def updated(self: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return _as_of_now(update(self, *args, **kwargs))

    DynamoDBBackend.describe_continuous_backups = described
    DynamoDBBackend.update_continuous_backups = updated


def _as_of_now(backups: dict[str, Any]) -> dict[str, Any]:
    recovery = backups["PointInTimeRecoveryDescription"]
    if recovery["PointInTimeRecoveryStatus"] == "ENABLED":
        latest = max(recovery["EarliestRestorableDateTime"], time.time() - _BEHIND)
        backups = {**backups, "PointInTimeRecoveryDescription": {**recovery, "LatestRestorableDateTime": latest}}
    return backups
