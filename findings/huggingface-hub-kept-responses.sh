#!/usr/bin/env bash
# huggingface_hub's InferenceClient keeps every answer, and every batch of vectors, that it ever got.
#
# One would guess: a client that lives as long as its service, as one makes it for a chatbot or an
# indexer (and as langchain-huggingface does), needs the same memory after a thousand requests as
# after ten; what was read and handed out is free again.
# What happens (huggingface-hub 1.33.0): each request enters its response into the client's
# ExitStack, which is emptied by close() only. So the body of each answer stays, of vectors above
# all, which come as JSON, and with it the request; of a stream, which the asynchronous client keeps,
# too, the request with the whole prompt. Nothing tells so, and a service dies of it after weeks. Who opens a client for each answer ("with InferenceClient(...)")
# does not have it; but who returns the stream of a client that nobody holds gets StreamClosed.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check huggingface-hub==1.33.0 httpx==0.28.1 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import asyncio
import gc
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from huggingface_hub import AsyncInferenceClient, InferenceClient

VECTORS = json.dumps([[0.123456789012345678] * 384] * 32).encode()
CHUNK = {"id": "1", "created": 1, "model": "any",
         "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Yes."}}]}


class Endpoint(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        streams = json.loads(self.rfile.read(int(self.headers["Content-Length"]))).get("stream")
        self.send_response(200)
        self.end_headers()
        said = f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n".encode()
        self.wfile.write(said if streams else VECTORS)


def kept():
    gc.collect()
    responses = [each for each in gc.get_objects() if isinstance(each, httpx.Response)]
    read = sum(len(r.content) for r in responses if hasattr(r, "_content"))
    return len(responses), read, sum(len(r.request.content) for r in responses)


server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
client = InferenceClient(address)
for _ in range(50):
    assert client.feature_extraction(["a passage"] * 32).shape == (32, 384)
count, read, _ = kept()
print(f"50 batches of vectors: {count} responses kept, {read / 1e6:.1f} MB")
assert (count, read) == (50, 50 * len(VECTORS)), "responses are let go now"
client.close()
del client
assert kept()[0] == 0, "close() does not let them go"

question = [{"role": "user", "content": "passage " * 1000}]


async def answers():
    client = AsyncInferenceClient(address)
    for _ in range(50):
        async for chunk in await client.chat_completion(question, stream=True):
            assert chunk.choices[0].delta.content == "Yes."
    count, _, asked = kept()
    print(f"50 streamed answers: {count} responses kept, {asked / 1e6:.1f} MB of prompts")
    assert count == 50 and asked > 50 * 8000, "streams are let go now"
    await client.close()


asyncio.run(answers())
for _ in range(50):
    with InferenceClient(address) as client:
        client.feature_extraction(["a passage"] * 32)
del client
assert kept()[0] == 0, "a client of its own for each request keeps them, too, now"
try:
    list(InferenceClient(address).chat_completion(question, stream=True))
    raise SystemExit("a stream outlives its client now")
except httpx.StreamClosed as exc:
    print("a stream of a client that nobody holds:", exc)
PYTHON
