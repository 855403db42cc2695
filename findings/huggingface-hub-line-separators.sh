#!/usr/bin/env bash
# huggingface_hub breaks off an answer that holds a line separator, which many documents do.
#
# One would guess: chat_completion(stream=True) gives each piece of an answer as the server sent it,
# as a client of OpenAI's API does, since the events are valid JSON, one a line, and end at "\n".
# What happens (huggingface-hub 1.33.0 on httpx 0.28.1): U+2028, U+2029 and U+0085 may stand in JSON
# as they are, and servers that write UTF-8 send them so. httpx's iter_lines() ends a line at each of
# them, as str.splitlines() does, so the client reads half an object: JSONDecodeError in the middle
# of the answer. A model gets such a sign from a passage that was pasted from a word processor or a
# web page, and copies it. Up to 0.36 the lines were cut as bytes, where only "\n" and "\r" count.
# Without streaming the same answer arrives whole.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check huggingface-hub==1.33.0 httpx==0.28.1
venv/bin/python - <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from huggingface_hub import InferenceClient


class Endpoint(BaseHTTPRequestHandler):
    """Says ``answer`` as any server of the chat completions API does."""

    answer = ""

    def log_message(self, *_):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        part = {"role": "assistant", "content": self.answer}
        kind = "delta" if asked.get("stream") else "message"
        said = {"id": "1", "created": 1, "model": "any", "choices": [{"index": 0, kind: part}]}
        body = json.dumps(said, ensure_ascii=False)
        if asked.get("stream"):
            body = f"data: {body}\n\ndata: [DONE]\n\n"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())


server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = InferenceClient(f"http://127.0.0.1:{server.server_port}")
question = [{"role": "user", "content": "How long?"}]
for sign in ("\n", "\u00a0", "\x0b", "\u2028", "\u2029", "\x85"):
    Endpoint.answer = f"Five days.{sign}Call us."
    assert client.chat_completion(question).choices[0].message.content == Endpoint.answer
    try:
        stream = client.chat_completion(question, stream=True)
        read = "".join(chunk.choices[0].delta.content for chunk in stream)
    except json.JSONDecodeError as exc:
        read = exc
    print(repr(sign), "->", repr(read)[:80])
    if sign in "\n\u00a0\x0b":
        assert read == Endpoint.answer, "it breaks off at more signs now"
    else:
        assert isinstance(read, json.JSONDecodeError), "the answer arrives whole now"
PYTHON
