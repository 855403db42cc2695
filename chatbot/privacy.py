"""Telemetry of libraries: off, unless the environment asks for it by name.

Nothing here imports a library; each reads its variable when it is imported or first used.
"""

import os

# Reports about the use of a library to its makers, and the value that stops them.
_QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub, transformers
    "DO_NOT_TRACK": "1",  # the same, and many others by convention
    "DISABLE_TELEMETRY": "1",
    "TRACELOOP_TELEMETRY": "false",  # traceloop-sdk, which Chainlit's literalai brings
    "ANONYMIZED_TELEMETRY": "false",  # posthog in several libraries
    "SCARF_NO_ANALYTICS": "true",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
}

# Variables with which a library sends conversations to a service elsewhere.
_TRACING = {
    "LANGSMITH_TRACING": "LangSmith",
    "LANGSMITH_TRACING_V2": "LangSmith",
    "LANGCHAIN_TRACING_V2": "LangSmith",
    "LITERAL_API_KEY": "Literal AI",
    "TRACELOOP_API_KEY": "Traceloop",
}


# Says that HF_HUB_OFFLINE was set here, and not by the one who runs the service.
_SET_HERE = "PEREGRINE_HUB_LOCAL"


def keep_hub_local() -> None:
    """Have Hugging Face's libraries load models from this machine only, unless the environment
    says otherwise."""
    if "HF_HUB_OFFLINE" not in os.environ:
        os.environ.update({"HF_HUB_OFFLINE": "1", _SET_HERE: "1"})


def told_offline() -> bool:
    """Whether the one who runs the service forbids downloads by Hugging Face's variables."""
    told = os.environ.get("TRANSFORMERS_OFFLINE", "")
    if _SET_HERE not in os.environ:
        told = os.environ.get("HF_HUB_OFFLINE") or told
    return told.strip().upper() in ("1", "ON", "YES", "TRUE")


def quiet_libraries() -> None:
    """Switch telemetry off where the environment does not say otherwise, and progress bars: ours
    are for terminals only, theirs ("Loading weights") are drawn into any pipe."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")


def tracing_on() -> dict[str, str]:
    """Variables in force that send conversations elsewhere, with the service they go to."""
    return {
        name: service
        for name, service in _TRACING.items()
        if os.environ.get(name, "").strip().lower() not in ("", "0", "false", "no", "off")
    }
