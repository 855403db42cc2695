"""What is kept: people, threads, feedback, decisions, approved answers, keys, requests of visitors
and the log of changes. SQLite or PostgreSQL."""

from chatbot.store.approved import ApprovedStore
from chatbot.store.audit import AuditLog
from chatbot.store.database import Database
from chatbot.store.dismissals import DismissalStore
from chatbot.store.feedback import Feedback, FeedbackStore
from chatbot.store.keys import ApiKey, KeyStore, find_key
from chatbot.store.requests import CustomerRequest, RequestStore
from chatbot.store.reviews import ReviewStore
from chatbot.store.runs import RunStore
from chatbot.store.statistics import Statistics
from chatbot.store.threads import ThreadStore
from chatbot.store.tries import SignInTries
from chatbot.store.users import ROLES, User, UserStore
from chatbot.store.widget_keys import WidgetKey, WidgetKeyStore

__all__ = [
    "ROLES",
    "ApiKey",
    "CustomerRequest",
    "Database",
    "Feedback",
    "Store",
    "User",
    "WidgetKey",
    "find_key",
]


class Store:
    """One database and what it keeps; opens and migrates itself at first use."""

    def __init__(self, url: str) -> None:
        """``url`` is ``sqlite:///file`` or ``postgresql://user@host/name``.

        Raises:
            ConfigurationError: the URL is of neither kind.
        """
        self.database = Database(url)
        self.users = UserStore(self.database)
        self.threads = ThreadStore(self.database)
        self.feedback = FeedbackStore(self.database)
        self.keys = KeyStore(self.database)
        self.widget_keys = WidgetKeyStore(self.database)
        self.requests = RequestStore(self.database)
        self.reviews = ReviewStore(self.database)
        self.approved = ApprovedStore(self.database)
        self.dismissals = DismissalStore(self.database)
        self.runs = RunStore(self.database)
        self.tries = SignInTries(self.database)
        self.audit = AuditLog(self.database)
        self.statistics = Statistics(self.database)

    async def close(self) -> None:
        """Close every connection."""
        await self.database.close()
