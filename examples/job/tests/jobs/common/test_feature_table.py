"""How the features are written."""

from typing import Any

import pytest
from conftest import request
from platform_in_aws import Platform

from common import feature_table
from common.errors import JobError
from common.feature_table import FeatureTable


def rows(count: int) -> list[dict[str, Any]]:
    return [{"customer_id": f"c{number:04}", "date": "2026-02-06", "purchases": number} for number in range(count)]


class Unprocessed:
    """Stands between the table and DynamoDB, and claims that some rows were not processed."""

    def __init__(self, table: FeatureTable, times: int) -> None:
        self.sent: list[int] = []
        self._left = times
        self._name = table.name
        table.table.meta.client.meta.events.register("provide-client-params.dynamodb.BatchWriteItem", self._count)
        table.table.meta.client.meta.events.register_first("after-call.dynamodb.BatchWriteItem", self._refuse)

    def _count(self, params: dict[str, Any], **_: Any) -> None:
        self._requests = params["RequestItems"][self._name]
        self.sent.append(len(self._requests))

    def _refuse(self, parsed: dict[str, Any], **_: Any) -> None:
        if self._left:
            self._left -= 1
            items = [{"PutRequest": {"Item": _typed(r["PutRequest"]["Item"])}} for r in self._requests[-2:]]
            parsed["UnprocessedItems"] = {self._name: items}


def _typed(item: dict[str, Any]) -> dict[str, Any]:
    return {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in item.items()}


@pytest.mark.parametrize("count", [0, 1, 25, 26, 60])
def test_batches_of_25(platform: Platform, emulator: str, count: int) -> None:
    request(emulator, "DELETE", "calls")
    FeatureTable(platform.table).write(rows(count))
    assert platform.rows() == rows(count)
    calls = request(emulator, "GET", "calls?action=BatchWriteItem").count('"BatchWriteItem"')
    assert calls == -(-count // 25)


def test_what_was_not_processed_is_sent_again(platform: Platform) -> None:
    table = FeatureTable(platform.table)
    between = Unprocessed(table, times=3)
    table.write(rows(10))
    assert between.sent == [10, 2, 2, 2]
    assert platform.rows() == rows(10)


def test_a_table_that_takes_nothing_is_given_up(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feature_table, "LONGEST_WAIT", 0.01)
    table = FeatureTable(platform.table)
    between = Unprocessed(table, times=1000)
    with pytest.raises(JobError, match="2 rows are left"):
        table.write(rows(10))
    assert len(between.sent) == feature_table.MOST_ATTEMPTS


def test_reads_every_page(platform: Platform) -> None:
    # A page ends after 1 MB. Source: API_Scan.html.
    large = [{**row, "note": "x" * 300_000} for row in rows(8)]
    table = FeatureTable(platform.table)
    for row in large:
        table.write([row])
    assert sorted(row["customer_id"] for row in table.read()) == [row["customer_id"] for row in large]
