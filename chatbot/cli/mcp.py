"""The command ``mcp``: the knowledge for another assistant, over stdin and stdout."""

import argparse
import asyncio
import sys
from typing import Any

from chatbot.cli.common import add_folders, approved_answers, make_service, need_index
from chatbot.errors import ConfigurationError


def add_commands(commands: Any) -> None:
    """Add it to the parser of ``chatbot``."""
    mcp = commands.add_parser(
        "mcp", help="search, ask, check and get_document for other assistants, over stdio"
    )
    mcp.add_argument("--llm", metavar="NAME", help="a model of models/catalogue.toml")
    add_folders(mcp)
    mcp.set_defaults(command=_mcp)


def _mcp(options: argparse.Namespace) -> None:
    from chatbot.api.mcp import serve_stdio

    if not (sys.stdin and sys.stdout):
        raise ConfigurationError("'chatbot mcp' speaks over stdin and stdout, and one is closed.")
    service = make_service(options)
    need_index(service)

    async def serve() -> None:
        async with approved_answers(service):
            await serve_stdio(service)

    asyncio.run(serve())
