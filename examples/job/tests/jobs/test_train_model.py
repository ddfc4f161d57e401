"""The job that fits the model."""

import json
from decimal import Decimal
from typing import Any

import pytest
import train_model
from platform_in_aws import Platform

from common.errors import JobError
from common.feature_table import FeatureTable


def row(customer_id: str, date: str, amount: Any) -> dict[str, Any]:
    return {"customer_id": customer_id, "date": date, "amount_total": amount}


def test_the_line_through_the_pairs(platform: Platform) -> None:
    FeatureTable(platform.table).write(
        [
            row("c1", "2026-02-06", Decimal(10)),
            row("c1", "2026-02-07", Decimal(21)),
            row("c1", "2026-02-08", Decimal(43)),
            row("c2", "2026-02-06", Decimal(99)),
            {"customer_id": "c2", "date": "2026-02-07", "feature_1": 100},
        ]
    )
    assert train_model.main([]) == 0
    model = json.loads(platform.object(train_model.MODEL))
    assert model == {"slope": pytest.approx(2), "intercept": pytest.approx(1), "pairs": 2}


def test_too_little_data_is_a_failure(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    assert train_model.main([]) == 1
    assert "0 pairs of consecutive days" in caplog.text


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(row("c1", "yesterday", Decimal(1)), id="a date that is none"),
        pytest.param(row("c1", "2026-02-06", "much"), id="an amount that is none"),
        pytest.param(row("c1", "2026-02-06", None), id="no amount"),
    ],
)
def test_a_row_that_makes_no_sense_is_named(bad: dict[str, Any]) -> None:
    with pytest.raises(JobError, match="'c1'"):
        train_model.pairs([bad])
