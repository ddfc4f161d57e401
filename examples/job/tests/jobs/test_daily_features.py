"""The job that writes the features, against the emulator's S3 and DynamoDB."""

import logging
from decimal import Decimal

import daily_features
import pytest
from conftest import request
from platform_in_aws import Platform

HEADER = "customer_id,time,amount,channel\n"
TWO_DAYS = HEADER + (
    "c1,2026-02-06T10:00:00Z,10.50,web\n"
    "c1,2026-02-06T11:00:00Z,-2.25,app\n"
    "c1,2026-02-07T10:00:00Z,7,web\n"
    "c2,2026-02-06T10:00:00Z,1.00,store\n"
)


def test_a_row_per_customer_and_day(platform: Platform) -> None:
    platform.upload("data/a.csv", TWO_DAYS)
    assert daily_features.main([]) == 0
    assert platform.rows() == [
        {
            "customer_id": "c1",
            "date": "2026-02-06",
            "purchases": 2,
            "amount_total": Decimal("8.25"),
            "amount_max": Decimal("10.50"),
            "main_channel": "app",
        },
        {
            "customer_id": "c1",
            "date": "2026-02-07",
            "purchases": 1,
            "amount_total": Decimal(7),
            "amount_max": Decimal(7),
            "main_channel": "web",
        },
        {
            "customer_id": "c2",
            "date": "2026-02-06",
            "purchases": 1,
            "amount_total": Decimal(1),
            "amount_max": Decimal(1),
            "main_channel": "store",
        },
    ]


def test_a_second_run_writes_the_same(platform: Platform) -> None:
    platform.upload("data/a.csv", TWO_DAYS)
    assert daily_features.main([]) == 0
    first = platform.rows()
    assert daily_features.main([]) == 0
    assert platform.rows() == first


def test_what_the_files_are_called_does_not_matter(platform: Platform) -> None:
    lines = TWO_DAYS.splitlines(keepends=True)
    platform.upload("data/z/1.csv", HEADER + lines[2])
    platform.upload("data/a.csv", HEADER + lines[1] + lines[3])
    platform.upload("data/notes.txt", "not for us")
    platform.upload("other/b.csv", HEADER + lines[4])
    assert daily_features.main([]) == 0
    assert [(row["customer_id"], row["date"], row["purchases"]) for row in platform.rows()] == [
        ("c1", "2026-02-06", 2),
        ("c1", "2026-02-07", 1),
    ]


def test_one_day_only(platform: Platform) -> None:
    platform.upload("data/a.csv", TWO_DAYS)
    assert daily_features.main(["--date", "2026-02-07"]) == 0
    assert [row["date"] for row in platform.rows()] == ["2026-02-07"]


def test_mistakes_of_all_files_are_reported_and_nothing_is_written(
    platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    platform.upload("data/a.csv", TWO_DAYS + "c3,2026-02-06T10:00:00Z,12 EUR,web\n")
    platform.upload("data/b.csv", HEADER + "c3,2026-02-06T10:00:00Z,12,fax\n")
    assert daily_features.main([]) == 1
    assert platform.rows() == []
    (report,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert f"s3://{platform.bucket}/data/a.csv: line 6, column amount: '12 EUR'" in report
    assert f"s3://{platform.bucket}/data/b.csv: line 2, column channel: 'fax' must be one of app, store, web" in report


def test_no_data_is_a_failure(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    assert daily_features.main(["--prefix", "nowhere/"]) == 1
    assert f"s3://{platform.bucket}/nowhere/" in caplog.text


@pytest.mark.parametrize(
    ("option", "code"),
    [("--bucket=no-such-bucket", "NoSuchBucket"), ("--table=no-such-table", "ResourceNotFoundException")],
)
def test_an_error_of_aws_names_what_it_is_about(
    platform: Platform, caplog: pytest.LogCaptureFixture, option: str, code: str
) -> None:
    platform.upload("data/a.csv", TWO_DAYS)
    assert daily_features.main([option]) == 1
    assert code in caplog.text
    assert option.partition("=")[2] in caplog.text


@pytest.mark.parametrize("kind", ["throttle", "error"])
def test_throttling_and_faults_of_aws_are_ridden_out(platform: Platform, emulator: str, kind: str) -> None:
    platform.upload("data/a.csv", TWO_DAYS)
    for service, action in (("s3", "ListObjectsV2"), ("s3", "GetObject"), ("dynamodb", "BatchWriteItem")):
        fault = f'{{"kind": "{kind}", "service": "{service}", "action": "{action}", "count": 2}}'
        request(emulator, "POST", "faults", fault)
    request(emulator, "DELETE", "calls")
    assert daily_features.main([]) == 0
    assert len(platform.rows()) == 3
    assert request(emulator, "GET", "calls?action=BatchWriteItem&error=*").count('"BatchWriteItem"') == 2


@pytest.mark.parametrize("variable", ["SANDERS_BUCKET", "SANDERS_TABLE"])
def test_a_name_that_is_missing_is_wrong_usage(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str
) -> None:
    monkeypatch.setenv(variable, "")
    with pytest.raises(SystemExit) as exit_:
        daily_features.main([])
    assert exit_.value.code == 2
    assert variable in capsys.readouterr().err


def test_a_date_that_is_none_is_wrong_usage(platform: Platform) -> None:
    with pytest.raises(SystemExit) as exit_:
        daily_features.main(["--date", "7.2.2026"])
    assert exit_.value.code == 2
