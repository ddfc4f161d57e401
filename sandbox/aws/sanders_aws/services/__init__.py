"""The rules, one module a service."""

import importlib
import pkgutil

from ..rules import PATCHES


def load() -> None:
    """Puts the rules of all services in force."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    for patch in PATCHES:
        patch()
    PATCHES.clear()
