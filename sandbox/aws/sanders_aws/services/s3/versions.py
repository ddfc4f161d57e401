"""Versions of objects, page by page."""

from typing import Any

from moto.s3.models import FakeDeleteMarker, FakeKey, S3Backend

from ...rules import patch
from .common import API


@patch("s3", "ListObjectVersions", source=API + "API_ListObjectVersions.html")
def page_versions() -> None:
    """A page begins after the place that the markers name, even if what was there has been deleted by then."""
    S3Backend.list_object_versions = _list_object_versions


def _list_object_versions(
    backend: S3Backend,
    bucket_name: str,
    delimiter: str | None = None,
    key_marker: str | None = None,
    max_keys: int | None = 1000,
    prefix: str = "",
    version_id_marker: str | None = None,
) -> tuple[list[FakeKey], list[str], list[FakeDeleteMarker], str | None, str | None]:
    """The versions, common prefixes and delete markers of a page, and the markers for the next, as moto wants them."""
    bucket = backend.get_bucket(bucket_name)
    size = 1000 if max_keys is None else min(max_keys, 1000)
    shown: list[FakeKey | FakeDeleteMarker] = []
    prefixes: list[str] = []
    last: tuple[str | None, str | None] = (None, None)

    def page(next_markers: tuple[str | None, str | None]) -> Any:
        versions = [version for version in shown if isinstance(version, FakeKey)]
        return versions, prefixes, [version for version in shown if not isinstance(version, FakeKey)], *next_markers

    for key in sorted(bucket.keys):
        if not key.startswith(prefix) or (key_marker is not None and key < key_marker):
            continue
        cut = key.find(delimiter, len(prefix)) if delimiter else -1
        if delimiter and cut >= 0:
            common = key[: cut + len(delimiter)]
            if common == key_marker or common in prefixes[-1:]:
                continue
            if len(shown) + len(prefixes) >= size:
                return page(last)
            prefixes.append(common)
            last = (common, None)
            continue
        newest_first = bucket.keys.getlist(key)[::-1]
        for version in newest_first:
            version.is_latest = version is newest_first[0]
        for version in _behind(newest_first, version_id_marker) if key == key_marker else newest_first:
            if len(shown) + len(prefixes) >= size:
                return page(last)
            shown.append(version)
            last = (key, version.version_id)
    return page((None, None))


def _behind(newest_first: list[Any], version_id_marker: str | None) -> list[Any]:
    """What comes after the marker's version; all if that is deleted; nothing if the marker names only the key."""
    if not version_id_marker:
        return []
    ids = [version.version_id for version in newest_first]
    return newest_first[ids.index(version_id_marker) + 1 :] if version_id_marker in ids else newest_first
