"""Computes the customers' daily features from their transactions, and writes them to the table.

Reads every .csv of the bucket below --prefix and puts one row per customer and day: purchases, amount_total, amount_max
(EUR) and main_channel. The rows follow from the data alone: a second run writes the same. If a file has mistakes, all
of them are reported and nothing is written.
"""

import argparse
import logging
import sys
from collections.abc import Sequence

from common import command, features, transactions
from common.feature_table import FeatureTable

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = command.make_parser(__doc__, "bucket", "table")
    command.add_input(parser)
    parser.add_argument("--date", type=command.day, metavar="YYYY-MM-DD", help="write this day (UTC) only")
    return command.run(write_features, parser, arguments)


def write_features(options: argparse.Namespace) -> None:
    rows = features.rows(transactions.read(options.bucket, options.prefix), only=options.date)
    if not rows:
        log.info("no transactions%s: nothing to write", f" on {options.date}" if options.date else "")
    FeatureTable(options.table).write(rows)


if __name__ == "__main__":
    sys.exit(main())
