"""The rules, one module or package per service, named as botocore names the service."""

import functools
import importlib
import pkgutil
import threading

from ..rules import PATCHES

_LOADING = threading.RLock()
_MODULES = {module.name for module in pkgutil.iter_modules(__path__)}


@functools.cache
def load(service: str) -> None:
    """Puts the rules of a service in force. Done at its first call, because moto is slow to load."""
    if service not in _MODULES:
        return
    with _LOADING:
        module = importlib.import_module(f"{__name__}.{service}")
        for inner in pkgutil.walk_packages(getattr(module, "__path__", []), f"{module.__name__}."):
            importlib.import_module(inner.name)
        while PATCHES:
            PATCHES.pop(0)()


def load_all() -> None:
    """Puts all rules in force."""
    for service in sorted(_MODULES):
        load(service)
