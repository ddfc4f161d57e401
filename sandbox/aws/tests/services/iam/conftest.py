"""Policies."""

import json
from typing import Any


def policy(**changes: Any) -> str:
    """A trust policy for Batch with these changes; None removes a field."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "batch.amazonaws.com"},
        "Action": "sts:AssumeRole",
        **changes,
    }
    statement = {key: value for key, value in statement.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
