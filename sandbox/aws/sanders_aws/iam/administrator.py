"""The user with whom everything begins where IAM is in force."""

import json
import os
from pathlib import Path

from moto.iam.models import AccessKey, iam_backends

NAME = "sanders-admin"
_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"


class Administrator:
    """The user sanders-admin, with an access key that is its own as long as the emulator runs."""

    def __init__(self, account: str, file: Path) -> None:
        """Makes the user if it is not there, and writes its key to the file, which only its owner can read."""
        self._account = account
        self._key = self._known_key() or AccessKey(NAME, "AKIA", account)
        self.ensure()
        self._write(file)

    def ensure(self) -> None:
        """Makes the user where there is none: at the start, and after everything was forgotten."""
        backend = iam_backends[self._account]["aws"]
        if NAME not in backend.users:
            backend.create_user("us-east-1", NAME, "/", [])
            backend.attach_user_policy(_POLICY, NAME)
            backend.users[NAME].access_keys.append(self._key)
        backend.access_keys[self._key.access_key_id] = self._key

    def _known_key(self) -> AccessKey | None:
        """The key that the user has in a state that was restored."""
        user = iam_backends[self._account]["aws"].users.get(NAME)
        return user.access_keys[0] if user and user.access_keys else None

    def _write(self, file: Path) -> None:
        content = {"AccessKeyId": self._key.access_key_id, "SecretAccessKey": self._key.secret_access_key}
        unfinished = file.with_name(f"{file.name}.unfinished")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w") as written:
            written.write(json.dumps(content) + "\n")
        unfinished.replace(file)
