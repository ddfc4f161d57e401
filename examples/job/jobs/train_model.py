"""Fits a line that predicts what a customer will spend the next day from what they spend on a day.

Reads the features that daily_features.py wrote to the table, takes every customer's pairs of consecutive days, and
writes models/next_day_amount.json to the bucket: slope, intercept, and what they were fitted to. A second run on the
same table writes the same file.
"""

import argparse
import json
import logging
import statistics
import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from common import aws, command
from common.errors import JobError
from common.feature_table import FeatureTable

MODEL = "models/next_day_amount.json"

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    return command.run(train, command.make_parser(__doc__, "bucket", "table"), arguments)


def train(options: argparse.Namespace) -> None:
    model = fit(pairs(FeatureTable(options.table).read()))
    body = json.dumps(model, indent=2) + "\n"
    aws.client("s3").put_object(Bucket=options.bucket, Key=MODEL, Body=body.encode(), ContentType="application/json")
    log.info("wrote s3://%s/%s, fitted to %s pairs of days", options.bucket, MODEL, f"{model['pairs']:,}")


def pairs(rows: Iterable[dict[str, Any]]) -> list[tuple[float, float]]:
    """What a customer spent on a day and on the next, wherever both are known; sorted, because the table is not."""
    # Rows that someone else put into the table may lack the amount.
    amounts = dict(_amount(row) for row in rows if "amount_total" in row)
    found = []
    for (customer_id, day), amount in amounts.items():
        after = amounts.get((customer_id, day + timedelta(days=1)))
        if after is not None:
            found.append((amount, after))
    return sorted(found)


def _amount(row: dict[str, Any]) -> tuple[tuple[str, date], float]:
    try:
        return (row["customer_id"], date.fromisoformat(row["date"])), float(row["amount_total"])
    except (TypeError, ValueError):
        raise JobError(
            f"the table's row with customer_id {row['customer_id']!r} and date {row['date']!r}: date must be "
            f"YYYY-MM-DD and amount_total a number, got {row['amount_total']!r}; correct or delete the row"
        ) from None


def fit(known: list[tuple[float, float]]) -> dict[str, Any]:
    """The line through the pairs. Raises JobError if they do not determine one."""
    if len({today for today, _ in known}) < 2:
        raise JobError(
            f"{len(known)} pairs of consecutive days are too few: a line needs at least 2 with different amounts; "
            "run jobs/daily_features.py on more days first"
        )
    line = statistics.linear_regression(*zip(*known, strict=True))
    return {"slope": line.slope, "intercept": line.intercept, "pairs": len(known)}


if __name__ == "__main__":
    sys.exit(main())
