"""The HTTP server: listens on loopback, serves the gateway, saves the state when it ends."""

import argparse
import logging
import os
import socket
import threading
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from .calls import CallLog
from .control import Control
from .faults import Faults
from .gateway import Gateway
from .iam import enforcement
from .iam.administrator import Administrator
from .pods import Pods
from .services.batch import life
from .services.batch.container import serve_at
from .state import StateError, Store

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """The server cannot listen where it was told to; the text says why and what to do."""


class Handler(MotoRequestHandler):
    """One connection."""

    # Headers and body are two writes; Nagle's algorithm would hold the second back for 40 ms.
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        log.debug(message, *args)


class Server:
    """The emulator, from the moment it listens."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Listens, and restores the state if there is one. Raises CannotStart, StateError."""
        self._store = Store(options.state, options.account) if options.state else None
        if self._store:
            self._store.restore()

        calls, faults, iam = CallLog(), Faults(options.fault_seed), enforcement.current
        iam.set_mode(options.iam)
        administrator = Administrator(options.account, options.admin_keys) if options.admin_keys else None
        pods = Pods(options.account, options.pods) if options.pods else None
        self._control = Control(calls, faults, iam, self._store, administrator, pods)
        self._calls = calls
        self._gateway = Gateway(options.account, calls, faults, iam, self._control)
        listener = _listen(options.host, options.port)
        with listener:  # the server works on a duplicate of it
            self._http = make_server(
                options.host,
                listener.getsockname()[1],
                self._gateway,
                threaded=True,
                request_handler=Handler,
                fd=listener.fileno(),
            )
        # An idle keep-alive connection would keep its thread, and so the process, alive.
        self._http.daemon_threads = True  # type: ignore[attr-defined]
        host = f"[{options.host}]" if ":" in options.host else options.host
        self.url = f"http://{host}:{self._http.port}"
        # moto's state machines and our jobs call AWS in turn.
        os.environ["MOTO_PORT"] = str(self._http.port)
        serve_at(self.url)
        if options.port_file:
            _write_port(options.port_file, self._http.port)
        self._stopping = threading.Event()
        if self._store and options.save_every:
            threading.Thread(target=self._save_every, args=(options.save_every,), daemon=True).start()

    def serve(self) -> None:
        """Serves until stop() is called, then saves the state. Raises StateError."""
        threading.Thread(target=self._gateway.warm_up, daemon=True).start()
        self._http.serve_forever(poll_interval=0.05)
        self._http.server_close()
        life.stop_all()
        self._control.save()

    def stop(self) -> None:
        """Makes serve() return. Comes back at once, so that a signal handler can call it."""
        self._stopping.set()
        threading.Thread(target=self._http.shutdown, daemon=True).start()

    def _save_every(self, seconds: float) -> None:
        saved_at = 0
        while not self._stopping.wait(seconds):
            writes = self._calls.writes
            if writes != saved_at:
                try:
                    self._control.save()
                    saved_at = writes
                except StateError as problem:
                    log.warning("could not save the state, and will try again: %s", problem)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as problem:
        listener.close()
        raise CannotStart(f"cannot listen on {host}:{port}: {problem.strerror}; choose another with --port") from None
    listener.listen(128)
    return listener


def _write_port(file: Path, port: int) -> None:
    """Writes the file whole or not at all, so that whoever waits for it never reads half of it."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        unfinished.write_text(f"{port}\n")
        unfinished.replace(file)
    except OSError as problem:
        raise CannotStart(f"--port-file {file}: cannot be written: {problem.strerror}") from None
