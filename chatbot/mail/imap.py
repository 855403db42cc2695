"""A mail box on an IMAP server (RFC 9051; the commands are those of RFC 3501 too).

Folders are opened to be read only (EXAMINE, BODY.PEEK), so nothing is marked as read. The one thing
that is written is a draft (APPEND), into the folder that the server marks as that of drafts.
"""

import datetime as dt
import imaplib
import re
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from typing import Any

from chatbot.errors import DocumentError, MailError, reason_of
from chatbot.importing.letters import LARGEST
from chatbot.mail.address import Account
from chatbot.mail.box import Stored

_SECONDS = 60.0  # for each answer of the server
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905
_LISTED = re.compile(rb'\(([^)]*)\) (?:"(?:\\.|[^"])*"|NIL) (.+)', re.DOTALL)
_DIGITS = 10  # of the number of a letter (32 bits)
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,18})")
_DRAFTS = ("Drafts", "INBOX.Drafts", "INBOX/Drafts")
_SENT = ("Sent", "INBOX.Sent", "INBOX/Sent", "Sent Items")
_KEY = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # Message-IDs that can stand in a search


class ImapBox:
    """One folder of an account, and its folders for drafts and sent mail."""

    def __init__(self, imap: imaplib.IMAP4, account: Account, days: int, drafts: str = "") -> None:
        """``imap`` has logged in; see :func:`open_imap`. Letters of the last ``days`` wait.

        Raises:
            MailError: there is no such folder, or none for drafts.
        """
        self._imap, self._days = imap, days
        self._open = ""
        self._inbox = _encoded(account.folder)
        self.name = f"{account.user}@{account.host}/{account.folder}"
        with _clear_errors():
            folders = self._folders()
        found = _encoded(drafts) if drafts else _special(folders, rb"\Drafts", _DRAFTS)
        if not found:
            raise MailError(
                f"'{account.host}' names no folder for drafts; name it with --drafts FOLDER."
            )
        self._drafts = found
        self._sent = _special(folders, rb"\Sent", _SENT)
        with _clear_errors():
            self._examine(self._drafts)  # a wrong name is said at once
            self._examine(self._inbox)
            _, said = imap.response("UIDVALIDITY")
        self._validity = (said[0] or b"").decode("ascii", "replace") if said else ""

    def waiting(self, known: Callable[[str], bool]) -> Iterator[Stored]:
        """Letters of the last days that are not answered, by the order of their arrival."""
        since = dt.datetime.now(dt.UTC) - dt.timedelta(days=self._days)
        day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        with _clear_errors():
            self._examine(self._inbox)
            numbers = self._search("UNANSWERED", "UNDELETED", "UNDRAFT", "SINCE", day)
        for number in numbers:
            place = f"{self._validity}/{number}"
            if not known(place):
                yield Stored(f"letter {number}", place, partial(self._letter, number))

    def related(self, keys: Sequence[str]) -> list[bytes]:
        """The letters with these Message-IDs, of this folder and of what was sent."""
        found: list[bytes] = []
        for key in keys:
            for folder in filter(None, (self._inbox, self._sent)):
                with _clear_errors():
                    self._examine(folder)
                    numbers = self._with_header("Message-ID", key)
                if numbers:
                    with suppress(DocumentError):
                        found.append(self._fetch(numbers[0]))
                    break
        return found

    def is_answered(self, key: str) -> bool:
        """Whether something that was sent answers it."""
        if not self._sent:
            return False
        with _clear_errors():
            self._examine(self._sent)
            return bool(self._with_header("In-Reply-To", key))

    def has_draft(self, stored: Stored, draft: str) -> bool:
        """Whether the draft with this Message-ID is there."""
        with _clear_errors():
            self._examine(self._drafts)
            return bool(self._with_header("Message-ID", draft))

    def save(self, stored: Stored, draft: EmailMessage) -> None:
        """Add the draft to the folder of drafts."""
        data = draft.as_bytes(policy=SMTP)
        with _clear_errors():
            self._ok(self._imap.append(self._drafts, r"(\Draft \Seen)", None, data))

    def _folders(self) -> list[tuple[bytes, str]]:
        """(attributes, name as the server spells it) of every folder."""
        if "SPECIAL-USE" in self._imap.capabilities:
            self._ok(self._imap.xatom("LIST", '""', '"*"', "RETURN", "(SPECIAL-USE)"))
            _, rows = self._imap.response("LIST")
        else:
            rows = self._ok(self._imap.list())
        found = []
        for row in rows or ():
            # A name with quotes or lines comes as a literal: its head, then itself.
            line = b" ".join(row) if isinstance(row, tuple) else row
            if isinstance(line, bytes) and (match := _LISTED.match(line)):
                name = row[1] if isinstance(row, tuple) else match[2]
                found.append((match[1], _unquoted(name.decode("ascii", "replace"))))
        return found

    def _examine(self, folder: str) -> None:
        """Open a folder to be read."""
        if self._open != folder:
            self._open = ""
            self._ok(self._imap.select(folder, readonly=True))
            self._open = folder

    def _search(self, *criteria: str) -> list[int]:
        rows = self._ok(self._imap.uid("SEARCH", *criteria))
        words = [word for row in rows if row for word in row.split()]
        return sorted(int(word) for word in words if word.isdigit() and len(word) <= _DIGITS)

    def _with_header(self, name: str, key: str) -> list[int]:
        return self._search("HEADER", name, f'"{key}"') if _KEY.fullmatch(key) else []

    def _letter(self, number: int) -> bytes:
        with _clear_errors():
            self._examine(self._inbox)
        return self._fetch(number)

    def _fetch(self, number: int) -> bytes:
        """The bytes of a letter in the folder that is open.

        Raises:
            DocumentError: it is gone, too large, or did not come whole.
        """
        with _clear_errors():
            rows = self._ok(self._imap.uid("FETCH", str(number), "(RFC822.SIZE)"))
            match = next((m for row in rows if (m := _SIZE.search(_head(row)))), None)
            size = int(match[1]) if match else 0
            if size > LARGEST:
                raise DocumentError(f"it has more than {LARGEST / 1e6:.0f} MB")
            # Some servers guess sizes; no more than this is taken whatever they say.
            part = f"(BODY.PEEK[]<0.{LARGEST}>)"
            rows = self._ok(self._imap.uid("FETCH", str(number), part))
        found = [row[1] for row in rows if isinstance(row, tuple) and b"BODY[]" in row[0]]
        if not found:
            raise DocumentError("it is no longer there")
        return bytes(found[0])

    def _ok(self, answer: tuple[str, list[Any]]) -> list[Any]:
        kind, rows = answer
        if kind != "OK":
            said = rows[0].decode("utf-8", "replace") if rows and isinstance(rows[0], bytes) else ""
            raise imaplib.IMAP4.error(said or kind)
        return rows


@contextmanager
def open_imap(account: Account, secret: str, days: int, drafts: str = "") -> Iterator[ImapBox]:
    """The box of an account, while it is open. ``secret`` is the password, or with
    ``account.oauth`` an access token; it stands in no message.

    Raises:
        MailError: the server cannot be reached, or does not let the account in.
    """
    with _clear_errors(secret, f"'{account.host}' cannot be used"):
        imap = _connected(account)
    try:
        with _clear_errors(secret, f"'{account.host}' does not let '{account.user}' in"):
            _log_in(imap, account, secret)
        yield ImapBox(imap, account, days, drafts)
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            imap.logout()


def _connected(account: Account) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if account.scheme == "imaps":
        return imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=_SECONDS)
    imap = imaplib.IMAP4(account.host, account.port, timeout=_SECONDS)
    if "STARTTLS" in imap.capabilities:
        imap.starttls(context)
    elif not account.is_local:
        raise imaplib.IMAP4.error("it offers no encryption (STARTTLS); use imaps://")
    return imap


def _log_in(imap: imaplib.IMAP4, account: Account, secret: str) -> None:
    user = account.user
    if account.oauth:
        token = f"user={user}\x01auth=Bearer {secret}\x01\x01"
        imap.authenticate("XOAUTH2", lambda said: token.encode() if not said else b"")
    elif "AUTH=PLAIN" in imap.capabilities:
        imap.authenticate("PLAIN", lambda said: f"\0{user}\0{secret}".encode())
    elif secret.isascii():
        imap.login(_quoted(user), secret)
    else:
        raise imaplib.IMAP4.error("it takes passwords of ASCII signs only")


@contextmanager
def _clear_errors(secret: str = "", what: str = "The mail box failed") -> Iterator[None]:
    """What the library and the network raise as one sentence, without the secret."""
    try:
        yield
    except (imaplib.IMAP4.error, OSError, ValueError) as exc:
        said = reason_of(exc)
        if secret:
            said = said.replace(secret, "...")
        raise MailError(f"{what} ({said}).") from None


def _head(row: Any) -> bytes:
    return row[0] if isinstance(row, tuple) else row or b""


def _special(folders: Sequence[tuple[bytes, str]], use: bytes, names: Sequence[str]) -> str:
    """The folder that is marked for a use (RFC 6154), else one of its usual names; quoted."""
    marked = [name for flags, name in folders if use.lower() in flags.lower().split()]
    named = [name for _, name in folders if name in names]
    found = (*marked, *named)
    return _quoted(found[0]) if found else ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _encoded(name: str) -> str:
    """The name of a folder in IMAP's own UTF-7, quoted."""

    def packed(match: re.Match[str]) -> str:
        data = b64encode(match[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{data}-"

    return _quoted(re.sub(r"[^\x20-\x7e]+", packed, name.replace("&", "&-")))
