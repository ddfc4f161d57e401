"""The customers' data: what they bought, as CSV files in the bucket.

    customer_id,time,amount,channel
    12345,2026-02-06T08:15:00Z,42.50,web

UTF-8 with a header; the order of columns does not matter, and other columns are ignored.
"""

import csv
import io
import logging
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from s3transfer.exceptions import RetriesExceededError

from . import aws
from .errors import BadData, JobError, Mistakes

log = logging.getLogger(__name__)

CHANNELS = ("app", "store", "web")

_CUSTOMER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One thing that a customer bought, or gave back."""

    customer_id: str
    day: date  # in UTC
    amount: Decimal  # in EUR; negative for what was given back
    channel: str  # one of CHANNELS


def read(bucket: str, prefix: str) -> Iterator[Transaction]:
    """Every transaction in the .csv files of the bucket whose keys start with `prefix`, file by file.

    Raises JobError if there is no such file. Mistakes in the data do not end it, so that one run reports them all:
    it raises BadData after the last row. Whoever uses the rows must have read them all before writing anything.
    """
    s3 = aws.client("s3")
    keys = _keys(s3, bucket, prefix)
    if not keys:
        raise JobError(f"s3://{bucket}/{prefix}: no .csv file there; upload the customers' data, or give --prefix")
    mistakes = Mistakes()
    for number, key in enumerate(keys, start=1):
        rows = 0
        # To disk, because a download can be tried again and a broken stream cannot.
        with tempfile.TemporaryFile() as file:
            try:
                s3.download_fileobj(bucket, key, file)
            except RetriesExceededError as problem:
                raise JobError(
                    f"s3://{bucket}/{key}: the download broke off again and again ({problem.last_exception}); run the "
                    "job again"
                ) from problem
            file.seek(0)
            text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
            for transaction in parse(text, f"s3://{bucket}/{key}", mistakes):
                rows += 1
                yield transaction
        log.info("read s3://%s/%s: %s rows (file %s of %s)", bucket, key, f"{rows:,}", number, len(keys))
    if mistakes.count:
        raise BadData(mistakes)


def parse(text: io.TextIOBase, place: str, mistakes: Mistakes) -> Iterator[Transaction]:
    """The transactions of one file; what is wrong with it is added to `mistakes`, beginning with `place`."""
    reader = csv.reader(text, strict=True)
    try:
        header = next(reader, [])
        if any(header.count(column) != 1 for column in _COLUMNS):
            mistakes.add(f"{place}: line 1: must be a header that has each of {', '.join(_COLUMNS)} once, got {header}")
            return
        for fields in reader:
            if fields:  # otherwise the line is blank
                yield from _transaction(header, fields, f"{place}: line {reader.line_num}", mistakes)
    except UnicodeDecodeError as problem:
        mistakes.add(f"{place}: after line {reader.line_num}: not UTF-8 ({problem.reason}); save the file as UTF-8")
    except csv.Error as problem:
        mistakes.add(f"{place}: line {reader.line_num}: not CSV ({problem}); put text with quotes or commas in quotes")


def _transaction(header: list[str], fields: list[str], place: str, mistakes: Mistakes) -> Iterator[Transaction]:
    """The transaction in a row; None if the row has mistakes."""
    if len(fields) != len(header):
        mistakes.add(f"{place}: has {len(fields)} fields; must be {len(header)}, as in the header")
        return
    texts = dict(zip(header, fields, strict=True))
    values = {column: read(texts[column]) for column, (read, _) in _COLUMNS.items()}
    for column, (_, allowed) in _COLUMNS.items():
        if values[column] is None:
            mistakes.add(f"{place}, column {column}: {texts[column]!r} must be {allowed}")
    if None not in values.values():
        yield Transaction(*values.values())


def _keys(s3: Any, bucket: str, prefix: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [entry["Key"] for page in pages for entry in page.get("Contents", []) if entry["Key"].endswith(".csv")]


def _customer(text: str) -> str | None:
    return text if _CUSTOMER.fullmatch(text) else None


def _day(text: str) -> date | None:
    try:
        time = datetime.fromisoformat(text)
        # Without an offset nobody knows which day it is.
        return time.astimezone(UTC).date() if time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def _channel(text: str) -> str | None:
    return text if text in CHANNELS else None


# For each column, in the order of Transaction's fields: how to read its text (None: not allowed), and what is allowed.
_COLUMNS: dict[str, tuple[Callable[[str], Any], str]] = {
    "customer_id": (_customer, "1 to 64 letters, digits, - and _, beginning with a letter or digit"),
    "time": (_day, "a time with its offset in ISO 8601, such as 2026-02-06T08:15:00Z"),
    "amount": (_amount, "a decimal with at most 12 digits before and 2 behind the point, such as 42.50"),
    "channel": (_channel, f"one of {', '.join(CHANNELS)}"),
}
