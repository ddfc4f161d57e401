"""The DynamoDB table of the customers' daily features; its keys are customer_id and date."""

import logging
import random
import time
from collections.abc import Iterator, Sequence
from typing import Any

from . import aws
from .errors import JobError

log = logging.getLogger(__name__)

# Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
MOST_IN_A_BATCH = 25
# How often unprocessed rows are sent again; with the waits in between, this takes about a minute.
MOST_ATTEMPTS = 12
LONGEST_WAIT = 30.0  # seconds
ROWS_BETWEEN_REPORTS = 1000


class FeatureTable:
    """The table with this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.table = aws.resource("dynamodb").Table(name)

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Puts the rows, each replacing the one with the same keys. Raises JobError if DynamoDB will not take them.

        If it fails half-way, what it has written is right, and another run writes the rest.
        """
        for start in range(0, len(rows), MOST_IN_A_BATCH):
            self._write_batch(rows[start : start + MOST_IN_A_BATCH])
            done = min(start + MOST_IN_A_BATCH, len(rows))
            if done == len(rows) or done % ROWS_BETWEEN_REPORTS == 0:
                log.info("wrote %s of %s rows to table %s", f"{done:,}", f"{len(rows):,}", self.name)

    def read(self) -> Iterator[dict[str, Any]]:
        """Every row, in no particular order."""
        pages = self.table.meta.client.get_paginator("scan").paginate(TableName=self.name)
        for page in pages:
            yield from page["Items"]

    def _write_batch(self, rows: Sequence[dict[str, Any]]) -> None:
        left = {self.name: [{"PutRequest": {"Item": row}} for row in rows]}
        for attempt in range(MOST_ATTEMPTS):
            if attempt:
                # Rows that exceed the table's capacity come back, and would come back again if they were sent at once.
                time.sleep(random.uniform(0, min(LONGEST_WAIT, 0.1 * 2**attempt)))  # noqa: S311
            left = self.table.meta.client.batch_write_item(RequestItems=left)["UnprocessedItems"]
            if not left:
                return
        raise JobError(
            f"table {self.name}: takes no more writes: {len(left[self.name])} rows are left after {MOST_ATTEMPTS} "
            "attempts; run the job again when fewer others write"
        )
