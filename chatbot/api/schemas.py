"""What OpenAI's clients send and get, as far as it is used here."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

CHAT_MODEL = "peregrine"
EMBEDDING_MODEL = "peregrine-embeddings"


class TextPart(BaseModel):
    """A part of a message."""

    type: Literal["text"]
    text: str


class RefusalPart(BaseModel):
    """A part of an assistant's message that says why it did not answer."""

    type: Literal["refusal"]
    refusal: str


def _read_parts(content: Any) -> Any:
    """Parts as one text, each on a line of its own, so that words of two stay apart."""
    if not isinstance(content, list):
        return content
    texts = []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        text = part.get(kind) if kind in ("text", "refusal") else None
        if not isinstance(text, str):
            raise ValueError("only text is read, so leave pictures, sound and files out")
        texts.append(text)
    return "\n".join(texts)


_Parts = str | list[TextPart | RefusalPart] | None
Content = Annotated[str | None, BeforeValidator(_read_parts, json_schema_input_type=_Parts)]


class Message(BaseModel):
    """One message; ``content`` is text, or parts of text, which are read as lines of one. That of
    roles that are not used may be anything, such as the picture that a tool took."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Content = None

    @model_validator(mode="before")
    @classmethod
    def _without_unused(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("role") not in ("user", "assistant"):
            return {**value, "content": None}
        return value


class StreamOptions(BaseModel):
    """``include_usage`` asks for a last chunk with token counts."""

    include_usage: bool | None = False


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Texts = Annotated[list[str], BeforeValidator(_as_list, json_schema_input_type=str | list[str])]


class ChatRequest(BaseModel):
    """The last message is the question and earlier ones are history.

    System messages are not used: the service's own prompt, which lets the model answer from the
    knowledge folder only, cannot be replaced by a client. What tools said to another model
    earlier is not used either. Answers are greedy, so sampling
    parameters such as ``temperature`` change nothing. Fields that are not named here are ignored;
    what would change the answer's form (tools, several choices, log probabilities) is refused.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": CHAT_MODEL,
                    "messages": [{"role": "user", "content": "How long is a gift card valid?"}],
                }
            ]
        }
    )
    model: str
    messages: list[Message] = Field(min_length=1, max_length=1000)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(None, ge=1, le=1_000_000)
    max_completion_tokens: int | None = Field(None, ge=1, le=1_000_000)
    stop: Texts | None = Field(None, max_length=4)
    n: int | None = 1
    tools: list[Any] | None = None
    tool_choice: Any = None
    functions: list[Any] | None = None
    logprobs: bool | None = None
    response_format: dict[str, Any] | None = None


class EmbeddingRequest(BaseModel):
    """Texts to embed; ``input_type`` says whether they are searched for or searched with."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"model": EMBEDDING_MODEL, "input": ["a text"]}]}
    )
    model: str
    input: Texts = Field(min_length=1, max_length=2048)  # as many as OpenAI takes
    encoding_format: Literal["float", "base64"] | None = "float"
    dimensions: int | None = None
    input_type: Literal["document", "query"] = "document"


class ErrorDetail(BaseModel):
    """What is wrong, and in which field."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    """An error as OpenAI's clients read it."""

    error: ErrorDetail
