"""The program of the Chainlit page (``chainlit run chatbot/app.py``).

Chainlit runs this file again for each start, so it is the one module that does something when it
is loaded. What it sets up is in :mod:`chatbot.page`.
"""

from chatbot.errors import ChatbotError
from chatbot.page.setup import set_up
from chatbot.service import process_service

try:
    set_up(process_service())
except ChatbotError as exc:  # a sentence instead of a traceback
    raise SystemExit(str(exc)) from exc
