"""Sums up the customers' transactions by day, for people who want to see whether the data is complete.

Reads every .csv of the bucket below --prefix and writes reports/daily_summary.csv beside it: day, customers, purchases
and amount_total (EUR). A second run writes the same file. If a file has mistakes, all of them are reported and nothing
is written.
"""

import argparse
import csv
import io
import logging
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from common import aws, command, transactions

REPORT = "reports/daily_summary.csv"

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Day:
    customers: set[str] = field(default_factory=set)
    purchases: int = 0
    amount_total: Decimal = Decimal(0)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = command.make_parser(__doc__, "bucket")
    command.add_input(parser)
    return command.run(write_summary, parser, arguments)


def write_summary(options: argparse.Namespace) -> None:
    report = as_csv(summarise(transactions.read(options.bucket, options.prefix)))
    aws.client("s3").put_object(Bucket=options.bucket, Key=REPORT, Body=report.encode(), ContentType="text/csv")
    log.info("wrote s3://%s/%s", options.bucket, REPORT)


def summarise(found: Iterable[transactions.Transaction]) -> dict[date, Day]:
    days: dict[date, Day] = {}
    for transaction in found:
        day = days.setdefault(transaction.day, Day())
        day.customers.add(transaction.customer_id)
        day.purchases += 1
        day.amount_total += transaction.amount
    return days


def as_csv(days: dict[date, Day]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["day", "customers", "purchases", "amount_total"])
    for day, sums in sorted(days.items()):
        writer.writerow([day, len(sums.customers), sums.purchases, sums.amount_total])
    return text.getvalue()


if __name__ == "__main__":
    sys.exit(main())
