"""The job that sums up the transactions by day."""

import daily_summary
from platform_in_aws import Platform

DATA = (
    "customer_id,time,amount,channel\n"
    "c1,2026-02-07T10:00:00Z,7.00,web\n"
    "c1,2026-02-06T10:00:00Z,10.50,web\n"
    "c1,2026-02-06T11:00:00Z,-2.25,app\n"
    "c2,2026-02-06T10:00:00Z,1.00,store\n"
)


def test_a_line_per_day(platform: Platform) -> None:
    platform.upload("data/a.csv", DATA)
    assert daily_summary.main([]) == 0
    assert platform.object(daily_summary.REPORT) == (
        "day,customers,purchases,amount_total\n2026-02-06,2,3,9.25\n2026-02-07,1,1,7.00\n"
    )


def test_bad_data_writes_no_report(platform: Platform) -> None:
    platform.upload("data/a.csv", DATA + "c 3,2026-02-06T10:00:00Z,1,web\n")
    assert daily_summary.main([]) == 1
    assert platform.session.client("s3").list_objects_v2(Bucket=platform.bucket, Prefix="reports/")["KeyCount"] == 0
