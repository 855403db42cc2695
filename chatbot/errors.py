"""The exceptions of this project: each message is one sentence that a person can act on."""

import errno


class ChatbotError(Exception):
    """Base of every error that is shown to people; ``str(error)`` is the sentence shown."""


class ConfigurationError(ChatbotError):
    """A setting, a prompt file or the catalogue is wrong."""


class PromptError(ConfigurationError):
    """A prompt file is malformed, or its variables do not match."""


class DocumentError(ChatbotError):
    """One document cannot be read; indexing goes on without it. ``turns`` is the day (ISO) from
    which on it can, where it is to be read later; ``may_pass`` says that another try may read the
    same file, such as after a failure of a network drive."""

    def __init__(self, message: str, turns: str = "", may_pass: bool = False) -> None:
        super().__init__(message)
        self.turns = turns
        self.may_pass = may_pass


class AudienceError(ChatbotError):
    """What was written about who may see a document, or about groups, cannot be read."""


class ImportingError(ChatbotError):
    """What was to be imported cannot be fetched or read; the folder of the import is as before."""


class MailError(ChatbotError):
    """A mail box cannot be opened or read, or takes no drafts; no letter was lost."""


class KnowledgeError(ChatbotError):
    """The knowledge folder as a whole cannot be used."""


class IndexUnavailableError(ChatbotError):
    """There is no index, or the one on disk does not fit; the message says what to run."""


class VectorStoreError(ChatbotError):
    """The vector store elsewhere cannot be reached or refuses; questions go on without it."""


class ModelUnavailableError(ChatbotError):
    """The model's weights or its engine are not on this machine, or it fails to load."""


class SourceUnavailableError(ModelUnavailableError):
    """One place cannot give the weights; another place, or a later try, may."""


class GenerationError(ChatbotError):
    """The model failed while it was answering."""


class QuestionError(ChatbotError):
    """The question itself cannot be answered: empty, or too long."""


class DataError(ChatbotError):
    """A file of cases or training rows is not usable."""


class TrainingError(ChatbotError):
    """Fine-tuning or export cannot go on."""


class BusyError(ChatbotError):
    """As many people are waiting as may wait; the same question works a little later."""


class StoppingError(ChatbotError):
    """The service stops, and answers no more."""

    def __init__(self) -> None:
        super().__init__("The service is stopping and did not answer this; ask again in a moment.")


class StoreError(ChatbotError):
    """The database could not be read, or something was not saved. ``advice`` names the database
    and says what to do, to who runs it: nobody else is told of files and servers."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class ConflictError(StoreError):
    """Somebody else changed the same meanwhile; nothing of one's own was saved."""


class UserError(ChatbotError):
    """A user cannot be added, found or let in."""


class HandoffError(ChatbotError):
    """A handoff packet did not arrive."""


def reason_of(exc: BaseException, line: int = 0) -> str:
    """One line of what an exception says, at most 200 characters and without its full stop; the
    name of its class where it says nothing."""
    lines = [text.strip() for text in str(exc).splitlines() if text.strip()]
    return lines[line][:200].rstrip(". ") if lines else type(exc).__name__


def operator_sentence(exc: ChatbotError) -> str:
    """An error as who runs the program is told of it."""
    advice = exc.advice if isinstance(exc, StoreError) else ""
    return f"{exc} {advice}".rstrip()


def disk_sentence(exc: OSError) -> str:
    """What the system refused, and of which file, as far as it says."""
    if exc.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" ('{exc.filename}')" if exc.filename else ""
        return f"The disk is full{where}; make room and try again."
    return f"{exc.filename or 'A file'}: {exc.strerror or reason_of(exc)}."
