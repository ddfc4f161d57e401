"""The features of a customer on a day."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from .transactions import Transaction


@dataclass(slots=True)
class DailyFeatures:
    """The sums over one customer's transactions of one day, which do not depend on the transactions' order."""

    purchases: int = 0
    amount_total: Decimal = Decimal(0)
    amount_max: Decimal = Decimal("-Infinity")
    channels: Counter[str] = field(default_factory=Counter)

    def add(self, transaction: Transaction) -> None:
        self.purchases += 1
        self.amount_total += transaction.amount
        self.amount_max = max(self.amount_max, transaction.amount)
        self.channels[transaction.channel] += 1

    @property
    def main_channel(self) -> str:
        """The channel used most; the first by name if several were."""
        return min(self.channels, key=lambda channel: (-self.channels[channel], channel))


def rows(transactions: Iterable[Transaction], only: date | None = None) -> list[dict[str, Any]]:
    """The table's rows: one per customer and day, by customer_id and date. With `only`, just that day's rows.

    They follow from the transactions alone, so that a second run writes the same.
    """
    found: dict[tuple[str, date], DailyFeatures] = {}
    for transaction in transactions:
        if only in (None, transaction.day):
            found.setdefault((transaction.customer_id, transaction.day), DailyFeatures()).add(transaction)
    return [
        {
            "customer_id": customer_id,
            "date": day.isoformat(),
            "purchases": features.purchases,
            "amount_total": features.amount_total,
            "amount_max": features.amount_max,
            "main_channel": features.main_channel,
        }
        for (customer_id, day), features in sorted(found.items())
    ]
