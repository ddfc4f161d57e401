"""Continuous backups, which give point-in-time recovery."""

from ...rules import guard
from ...wire import Answer, Call
from .common import API, invalid


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
