"""Which mail box is meant: ``imaps://USER@HOST[:PORT][/FOLDER]``, and the password for it."""

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chatbot.errors import MailError

_PORTS = {"imaps": 993, "imap": 143}
PASSWORD_VARIABLE = "CHATBOT_MAIL_PASSWORD"


@dataclass(frozen=True)
class Account:
    """``scheme`` is imaps, or imap for STARTTLS; with ``oauth`` its secret is an access token."""

    scheme: str
    user: str
    host: str
    port: int
    folder: str = "INBOX"
    oauth: bool = False

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine, where nobody listens in between."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def is_server(box: str) -> bool:
    """Whether a server is meant, not a folder."""
    return box.startswith(("imaps://", "imap://"))


def account_of(address: str, oauth: bool = False) -> Account:
    """The account that an address names.

    Raises:
        MailError: it names no user or host, or holds a password.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS[parts.scheme]
    except ValueError as exc:
        raise MailError("The port of the mail server is no number from 1 to 65535.") from exc
    if parts.password is not None:
        raise MailError(
            "A password on the command line can be seen by others; take it out, and give it as "
            f"{PASSWORD_VARIABLE} or with --password-file FILE."
        )
    user, host = unquote(parts.username or ""), parts.hostname or ""
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not user or not host or any(ord(sign) < 32 for sign in f"{user}{host}{folder}"):
        raise MailError("A mail box is named as imaps://USER@HOST[:PORT][/FOLDER].")
    return Account(parts.scheme, user, host, port, folder, oauth)


def secret_of(file: Path | None) -> str:
    """The password or token: the first line of ``file``, or of the environment.

    Raises:
        MailError: there is none, or it cannot be one.
    """
    if file is None:
        secret = os.environ.get(PASSWORD_VARIABLE, "")
        where = PASSWORD_VARIABLE
    else:
        try:
            secret = next(iter(file.read_text(encoding="utf-8-sig").splitlines()), "")
        except (OSError, UnicodeError) as exc:
            raise MailError(f"The password file '{file}' cannot be read.") from exc
        where = f"'{file}'"
    if not secret:
        raise MailError(f"{where} holds no password for the mail box; set {PASSWORD_VARIABLE}.")
    if any(ord(sign) < 32 for sign in secret):
        raise MailError(f"The password in {where} holds signs that no password can.")
    return secret
