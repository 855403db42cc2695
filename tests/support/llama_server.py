"""A llama.cpp server with ``bundled-small``, or another GGUF file, running until it is killed:
``python -m tests.support.llama_server PORT KEY [SLOTS [GGUF]]``."""

import sys
import threading

import xllamacpp

from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.settings import load_settings


def main(port: int, key: str, slots: int = 2, gguf: str | None = None) -> None:
    params = xllamacpp.CommonParams()
    bundled = load_catalogue(load_settings().models).llm["bundled-small"]
    params.model.path = gguf or str(require_weights(bundled))
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.api_keys = [key]
    params.n_ctx = 2048 * slots
    params.n_parallel = slots
    params.cpuparams.n_threads = 2
    params.warmup = False
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:4]), *sys.argv[4:])
