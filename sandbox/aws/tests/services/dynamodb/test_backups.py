"""Continuous backups."""

from typing import Any

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


def recover(aws: Aws, **specification: Any) -> dict[str, Any]:
    specification = {"PointInTimeRecoveryEnabled": True, **specification}
    answer = aws("dynamodb").update_continuous_backups(
        TableName="features", PointInTimeRecoverySpecification=specification
    )
    return dict(answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"])


@rule("dynamodb.check_recovery_period")
def test_backups_are_kept_for_35_days_at_most(aws: Aws, table: str) -> None:
    assert code_of(recover, aws=aws, RecoveryPeriodInDays=36) == "ValidationException"
    assert recover(aws, RecoveryPeriodInDays=7)["RecoveryPeriodInDays"] == 7
