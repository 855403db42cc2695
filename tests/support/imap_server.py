"""A small IMAP server on this machine, for one account: what the client needs, and no more.

It notes every command; those that would change what lies there are refused.
"""

import base64
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

USER, PASSWORD = "help@acme.example", 'se"cret\\x'


@dataclass
class Message:
    number: int
    data: bytes
    flags: str = ""


@dataclass
class Mailbox:
    """``folders`` maps a name as the wire has it to its messages, ``uses`` one to its mark."""

    port: int = 0
    folders: dict[str, list[Message]] = field(
        default_factory=lambda: {"INBOX": [], "Entw&APw-rfe": [], "Sent": []}
    )
    uses: dict[str, str] = field(
        default_factory=lambda: {"Entw&APw-rfe": "\\Drafts", "Sent": "\\Sent"}
    )
    commands: list[str] = field(default_factory=list)
    abilities: str = "IMAP4rev1 SPECIAL-USE AUTH=PLAIN"
    sizes: dict[int, int] = field(default_factory=dict)  # that it says, other than they are
    strange: list[str] = field(default_factory=list)  # what it says are numbers of letters
    leave_after_append: bool = False  # the connection ends before the answer

    @property
    def url(self) -> str:
        return f"imap://{USER}@127.0.0.1:{self.port}"

    @property
    def drafts(self) -> list[Message]:
        return self.folders["Entw&APw-rfe"]

    def add(self, text: str | bytes, folder: str = "INBOX", flags: str = "") -> None:
        data = text if isinstance(text, bytes) else text.encode()
        self.folders[folder].append(Message(len(self.folders[folder]) + 1, data, flags))


class _Session(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True  # a delayed answer takes 40 ms
    box: Mailbox

    def handle(self) -> None:
        self.folder = ""
        self._send("* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
            if not self._obey(tag, rest):
                return

    def _send(self, text: str | bytes) -> None:
        self.wfile.write((text.encode() if isinstance(text, str) else text) + b"\r\n")

    def _obey(self, tag: str, rest: str) -> bool:
        self.box.commands.append(rest)
        name, _, said = rest.partition(" ")
        if name.upper() == "UID":
            name, _, said = said.partition(" ")
        act = getattr(self, f"_{name.lower()}", None)
        answer = act(said) if act else "BAD not allowed here"
        if answer is None:
            return False
        self._send(f"{tag} {answer}")
        return name.upper() != "LOGOUT"

    def _capability(self, said: str) -> str:
        self._send(f"* CAPABILITY {self.box.abilities}")
        return "OK done"

    def _authenticate(self, said: str) -> str:
        self._send("+ ")
        sent = base64.b64decode(self.rfile.readline()).decode()
        return "OK in" if sent == f"\0{USER}\0{PASSWORD}" else f"NO {sent} is wrong"

    def _login(self, said: str) -> str:
        words = [word.replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
                 for word in re.findall(r'"((?:\\.|[^"])*)"', said)]  # fmt: skip
        return "OK in" if words == [USER, PASSWORD] else "NO wrong"

    def _list(self, said: str) -> str:
        for name in self.box.folders:
            self._send(f'* LIST ({self.box.uses.get(name, "")}) "/" "{name}"')
        return "OK done"

    def _examine(self, said: str) -> str:
        if said.strip('"') not in self.box.folders:
            return "NO there is no such folder"
        self.folder = said.strip('"')
        self._send(f"* {len(self.box.folders[self.folder])} EXISTS")
        self._send("* OK [UIDVALIDITY 7] valid")
        return "OK [READ-ONLY] done"

    def _search(self, said: str) -> str:
        found = self.box.folders[self.folder]
        if header := re.match(r'HEADER (\S+) "(.*)"', said):
            head = f"\n{header[1]}:".lower()
            found = [m for m in found if any(
                f"\n{line}".lower().startswith(head) and header[2] in line
                for line in m.data.decode("utf-8", "replace").splitlines())]  # fmt: skip
        else:
            found = [m for m in found if not m.flags]
        numbers = [str(m.number) for m in found]
        self._send("* SEARCH " + " ".join([*numbers, *self.box.strange]))
        return "OK done"

    def _fetch(self, said: str) -> str:
        number, _, what = said.partition(" ")
        for m in self.box.folders[self.folder]:
            if m.number != int(number):
                continue
            if "BODY" in what:
                self._send(f"* 1 FETCH (UID {number} BODY[]<0> {{{len(m.data)}}}")
                self._send(m.data + b")")
            else:
                size = self.box.sizes.get(m.number, len(m.data))
                self._send(f"* 1 FETCH (UID {number} RFC822.SIZE {size})")
        return "OK done"

    def _append(self, said: str) -> str | None:
        place = re.match(r'"([^"]+)" \(([^)]*)\) \{(\d+)\}', said)
        assert place is not None, said
        self._send("+ go on")
        data = self.rfile.read(int(place[3]))
        self.rfile.readline()
        self.box.add(data, place[1], place[2])
        return None if self.box.leave_after_append else "OK [APPENDUID 7 1] done"

    def _logout(self, said: str) -> str:
        self._send("* BYE")
        return "OK done"


@contextmanager
def serving_mail() -> Iterator[Mailbox]:
    """The account while it is served."""
    box = Mailbox()

    class Session(_Session):
        pass

    Session.box = box
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()
