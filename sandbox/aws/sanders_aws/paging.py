"""Lists that are answered page by page."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from .errors import AwsError


def page(
    items: Sequence[Any], params: dict[str, Any], key: str, *, limit: str, token: str, error: str, most: int = 100
) -> dict[str, Any]:
    """One page of `items` under `key`, and the token for the next page if there is one.

    `limit` and `token` name the parameters for the page's size and the next page. A page has at most `most` items,
    also when no size or a greater one is given. A token that is not ours is refused with the error code `error`.
    """
    size = min(params.get(limit) or most, most)
    start = _offset(params.get(token), error)
    result: dict[str, Any] = {key: list(items[start : start + size])}
    if start + size < len(items):
        result[token] = base64.b64encode(json.dumps(start + size).encode()).decode()
    return result


def _offset(token: str | None, error: str) -> int:
    if not token:
        return 0
    try:
        offset = json.loads(base64.b64decode(token, validate=True))
        if isinstance(offset, int) and offset > 0:
            return offset
    except ValueError:
        pass
    raise AwsError(error, "The next token is not valid.")
