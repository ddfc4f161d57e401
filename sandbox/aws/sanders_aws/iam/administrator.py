"""The user with whom everything begins where IAM is in force."""

import json
import os
from pathlib import Path

from moto.iam.models import AccessKey, iam_backends

NAME = "sanders-admin"
_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"


class Administrator:
    """The user sanders-admin, with an access key that stays the same as long as its file is there."""

    def __init__(self, account: str, file: Path) -> None:
        """Makes the user, and the file with its key, which only its owner can read, if they are not there."""
        self._account = account
        self._key = AccessKey(NAME, "AKIA", account)
        if file.exists():
            known = json.loads(file.read_text())
            self._key.access_key_id, self._key.secret_access_key = known["AccessKeyId"], known["SecretAccessKey"]
        else:
            self._write(file)
        self.ensure()

    def ensure(self) -> None:
        """Makes the user where there is none: at the start, and after everything was forgotten."""
        backend = iam_backends[self._account]["aws"]
        if NAME not in backend.users:
            backend.create_user("us-east-1", NAME, "/", [])
            backend.attach_user_policy(_POLICY, NAME)
        backend.users[NAME].access_keys[:] = [self._key]
        backend.access_keys[self._key.access_key_id] = self._key

    def _write(self, file: Path) -> None:
        content = {"AccessKeyId": self._key.access_key_id, "SecretAccessKey": self._key.secret_access_key}
        unfinished = file.with_name(f"{file.name}.unfinished")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w") as written:
            written.write(json.dumps(content) + "\n")
        unfinished.replace(file)
