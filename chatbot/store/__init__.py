"""What is kept: people, threads with their steps and elements, feedback. SQLite or PostgreSQL."""

from chatbot.store.database import Database
from chatbot.store.feedback import Feedback, FeedbackStore
from chatbot.store.threads import ThreadStore
from chatbot.store.users import ROLES, User, UserStore

__all__ = ["ROLES", "Database", "Feedback", "Store", "User"]


class Store:
    """One database and the three things it keeps; opens and migrates itself at first use."""

    def __init__(self, url: str) -> None:
        """``url`` is ``sqlite:///file`` or ``postgresql://user@host/name``.

        Raises:
            ConfigurationError: the URL is of neither kind.
        """
        self.database = Database(url)
        self.users = UserStore(self.database)
        self.threads = ThreadStore(self.database)
        self.feedback = FeedbackStore(self.database)

    async def close(self) -> None:
        """Close every connection."""
        await self.database.close()
