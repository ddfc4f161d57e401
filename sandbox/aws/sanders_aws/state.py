"""The state of the emulated accounts, saved to a file and restored from it."""

import importlib
import io
import marshal
import os
import pickle
import platform
import threading
from collections import defaultdict
from pathlib import Path
from types import FunctionType
from typing import Any

import moto
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from moto.core.base_backend import BackendDict, BaseBackend
from moto.iam.models import iam_backends

from . import services

VERSION = f"format 4 of moto {moto.__version__} and Python {platform.python_version()}"
"""What wrote a saved state; only the same can read it."""

ATTEMPTS = 3
"""How often a save is tried when something changes meanwhile."""


class StateError(Exception):
    """The state could not be saved or restored; the text says why and what to do."""


class Store:
    """A folder that holds one saved state, private to its user."""

    def __init__(self, folder: Path, account: str) -> None:
        """Makes the folder if it is not there yet; raises StateError if that cannot be."""
        self._account = account
        self._file = folder / "state.pickle"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as problem:
            raise StateError(f"{folder}: cannot keep state there: {problem}") from None

    def dump(self) -> bytes:
        """The present state, ready to be written. Nothing may change it meanwhile. Raises StateError."""
        return _dump(_backends(self._account))

    def write(self, content: bytes) -> None:
        """Replaces the saved state with what dump() gave, whole or not at all. Raises StateError."""
        unfinished = self._file.with_suffix(".unfinished")
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._file)
        except OSError as problem:
            raise StateError(f"{self._file}: cannot be written: {problem}") from None

    def restore(self) -> bool:
        """Replaces the present state with the saved one; returns False and changes nothing if none was saved.

        Raises StateError, and then nothing has changed.
        """
        try:
            with open(self._file, "rb") as file:
                version = pickle.load(file)  # noqa: S301 - only this user could write it
                if version != VERSION:
                    raise StateError(f"{self._file}: is {version}, but this is {VERSION}; delete it to start empty")
                services.load_all()  # the rules say how to restore their own objects
                backends = pickle.load(file)  # noqa: S301
        except FileNotFoundError:
            return False
        except StateError:
            raise
        except Exception as problem:
            raise StateError(f"{self._file}: cannot be read ({problem}); delete it to start empty") from problem
        reset()
        for account, region, backend in backends:
            # Past AccountSpecificBackend's own lookup, which would make an empty backend first.
            dict.__setitem__(_home(backend)[account], region, backend)
        _index_buckets()
        return True


def reset() -> None:
    """Empties the emulated accounts, and ends the jobs that run in it."""
    # Imported here: the services' modules need this package to be set up first.
    from .services.batch import life

    life.stop_all()
    for backends in BackendDict._instances:
        backends.clear()
    BackendDict._instances.clear()
    _index_buckets()


def _index_buckets() -> None:
    """Rebuilds moto's index of bucket names, which is not part of a backend."""
    from moto.s3.models import s3_backends

    s3_backends.bucket_accounts.clear()
    for account, partition, backend in s3_backends.iter_backends():
        s3_backends.bucket_accounts |= dict.fromkeys(backend.buckets, (partition, account))


def _backends(account: str) -> list[tuple[str, str, BaseBackend]]:
    """All backends with their accounts and regions. moto also keeps some of an account for its own purposes."""
    entries = (entry for backends in BackendDict._instances for entry in backends.iter_backends())
    used = {other for other, _, iam in iam_backends.iter_backends() if iam.roles or iam.users}
    return [entry for entry in entries if entry[0] in {account, *used}]


def _home(backend: BaseBackend) -> Any:
    """The collection that this backend belongs to, which is in the module of its class."""
    module = importlib.import_module(type(backend).__module__)
    found = (one for one in vars(module).values() if isinstance(one, BackendDict) and one.backend is type(backend))
    return next(found)


class _Pickler(pickle.Pickler):
    """Pickles even what moto's backends hold that is not data."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, _LOCK):
            return threading.Lock, ()
        if isinstance(obj, _RLOCK):
            return threading.RLock, ()
        if isinstance(obj, RSAPrivateKey | EllipticCurvePrivateKey):
            pem = obj.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            return _load_key, (pem,)
        if isinstance(obj, FunctionType) and "<" in obj.__qualname__ and not obj.__closure__:  # a lambda, a local one
            return _load_function, (marshal.dumps(obj.__code__), obj.__module__)
        if isinstance(obj, defaultdict) and type(obj) is not defaultdict:  # its __init__ may want arguments
            return _new_dict, (type(obj), obj.default_factory), vars(obj), None, iter(obj.items())
        return NotImplemented


_LOCK = type(threading.Lock())
_RLOCK = type(threading.RLock())


def _load_key(pem: bytes) -> Any:
    return load_pem_private_key(pem, password=None)


def _new_dict(kind: type[defaultdict[Any, Any]], factory: Any) -> Any:
    empty = kind.__new__(kind)
    empty.default_factory = factory
    return empty


def _load_function(code: bytes, module: str) -> Any:
    return FunctionType(marshal.loads(code), vars(importlib.import_module(module)))  # noqa: S302 - see restore()


def _dump(backends: list[tuple[str, str, BaseBackend]]) -> bytes:
    """Everything in one piece, because backends refer to each other. Raises StateError."""
    for _ in range(ATTEMPTS):
        try:
            return _pickle(VERSION) + _pickle(backends)
        except RuntimeError:  # an execution or a job, which nothing holds back, changed something meanwhile
            continue
        except Exception as problem:
            bad = [(backend, region) for _, region, backend in backends if not _pickles(backend)]
            culprits = ", ".join(f"{type(backend).__name__} in {region}" for backend, region in bad)
            raise StateError(f"the state of {culprits or 'the account'} cannot be saved: {problem}") from problem
    raise StateError("the account does not stand still long enough to be saved; try again")


def _pickle(content: Any) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(content)
    return buffer.getvalue()


def _pickles(backend: Any) -> bool:
    try:
        _pickle(backend)
    except Exception:
        return False
    return True
