"""How the customers' data is read."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from botocore.response import StreamingBody
from platform_in_aws import Platform

from common import aws
from common.errors import MOST_REPORTED, BadData, JobError, Mistakes
from common.transactions import Transaction, parse, read

HEADER = "customer_id,time,amount,channel\n"


def parsed(content: bytes) -> tuple[list[Transaction], Mistakes]:
    mistakes = Mistakes()
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    return list(parse(text, "here", mistakes)), mistakes


DAY = date(2026, 2, 6)
TIME = "2026-02-06T08:15:00Z"

# For each case: a file that is fine, and the transaction's day.
TAKEN = {
    "as documented": (f"{HEADER}c1,{TIME},42.50,web\n", DAY),
    "columns in another order, and one more": (f"note,channel,amount,time,customer_id\nx,web,42.50,{TIME},c1\n", DAY),
    "with a byte order mark, as Excel saves it": (f"\ufeff{HEADER}c1,{TIME},42.50,web\r\n", DAY),
    "blank lines": (f"{HEADER}\n\nc1,{TIME},42.50,web\n\n", DAY),
    "quoted": (f'{HEADER}"c1","{TIME}","42.50","web"\n', DAY),
    "the next day in UTC": (f"{HEADER}c1,2026-02-06T23:30:00-02:00,42.50,web\n", date(2026, 2, 7)),
}


@pytest.mark.parametrize(("content", "day"), TAKEN.values(), ids=TAKEN.keys())
def test_taken(content: str, day: date) -> None:
    transactions, mistakes = parsed(content.encode())
    assert mistakes.first == []
    assert transactions == [Transaction("c1", day, Decimal("42.50"), "web")]


# For each case: a file with one mistake, and the place that the message must name.
BAD_FILES = {
    "empty": (b"", "line 1"),
    "no column amount": (f"customer_id,time,channel\nc1,{TIME},web\n".encode(), "line 1"),
    "a column twice": (b"customer_id,time,amount,amount,channel\n", "line 1"),
    "no header": (f"c1,{TIME},42.50,web\n".encode(), "line 1"),
    "Latin-1": (HEADER.encode() + "Müller".encode("latin-1"), "after line"),
    "a quote that never ends": (f'{HEADER}c1,{TIME},42.50,"web\n'.encode(), "line 2: not CSV"),
}


@pytest.mark.parametrize(("content", "place"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_bad_file(content: bytes, place: str) -> None:
    transactions, mistakes = parsed(content)
    assert mistakes.count == 1, mistakes.first
    assert mistakes.first[0].startswith(f"here: {place}")
    assert transactions == []


# For each case: a row with one mistake, and the column that the message must name; None if it is the whole row.
BAD_ROWS = {
    "too few fields": (f"c1,{TIME},42.50", ""),
    "a comma for the point": (f"c1,{TIME},42,50,web", ""),
    "no customer": (f",{TIME},42.50,web", "customer_id"),
    "a customer with a space": (f"c 1,{TIME},42.50,web", "customer_id"),
    "a customer too long": (f"{'c' * 65},{TIME},42.50,web", "customer_id"),
    "a time without offset": ("c1,2026-02-06T08:15:00,42.50,web", "time"),
    "a day without time": ("c1,2026-02-06,42.50,web", "time"),
    "a day that no month has": ("c1,2026-02-30T08:15:00Z,42.50,web", "time"),
    "a day before the first": ("c1,0001-01-01T00:00:00+02:00,42.50,web", "time"),
    "no number": (f"c1,{TIME},NaN,web", "amount"),
    "tenths of cents": (f"c1,{TIME},1.999,web", "amount"),
    "digits of another script": (f"c1,{TIME},٤٢,web", "amount"),
    "an unknown channel": (f"c1,{TIME},42.50,fax", "channel"),
}


@pytest.mark.parametrize(("row", "column"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_bad_row(row: str, column: str) -> None:
    good = f"c1,{TIME},1,web\n"
    transactions, mistakes = parsed(f"{HEADER}{good}{row}\n{good}".encode())
    assert mistakes.count == 1, mistakes.first
    assert mistakes.first[0].startswith(f"here: line 3, column {column}:" if column else "here: line 3:")
    assert len(transactions) == 2


def test_every_mistake_of_a_row_is_reported() -> None:
    _, mistakes = parsed(HEADER.encode() + b" ,today,much,fax\n")
    assert mistakes.count == 4


def test_a_file_full_of_mistakes_is_counted_and_not_kept(platform: Platform) -> None:
    platform.upload("data/a.csv", HEADER + "c1,today,1,web\n" * 5000)
    with pytest.raises(BadData) as raised:
        list(read(platform.bucket, "data/"))
    assert raised.value.mistakes.count == 5000
    assert len(raised.value.mistakes.first) == MOST_REPORTED
    assert str(raised.value).endswith(f"… and {5000 - MOST_REPORTED:,} more")


@pytest.fixture
def s3(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client that reads the data, so that a test can listen in."""
    client = aws.client("s3")
    monkeypatch.setattr(aws, "client", lambda service: client)
    return client


def test_finds_a_file_that_s3_does_not_list_on_its_first_page(platform: Platform, s3: Any) -> None:
    pages = []

    def list_two(params: dict[str, Any], **_: Any) -> None:
        pages.append(params)
        params["MaxKeys"] = 2

    s3.meta.events.register("provide-client-params.s3.ListObjectsV2", list_two)
    for key in ("data/1.txt", "data/2.txt", "data/3.txt"):
        platform.upload(key, "")
    platform.upload("data/4.csv", f"{HEADER}c1,{TIME},1,web\n")
    assert len(list(read(platform.bucket, "data/"))) == 1
    assert len(pages) == 2


def test_a_download_that_breaks_off_again_and_again_names_the_file(platform: Platform, s3: Any) -> None:
    platform.upload("data/a.csv", HEADER)
    attempts = []

    def break_off(parsed: dict[str, Any], **_: Any) -> None:
        attempts.append(parsed["Body"].read())
        parsed["Body"] = StreamingBody(io.BytesIO(b"customer"), len(HEADER))

    s3.meta.events.register("after-call.s3.GetObject", break_off)
    with pytest.raises(JobError, match=r"data/a\.csv"):
        list(read(platform.bucket, "data/"))
    assert len(attempts) > 1
