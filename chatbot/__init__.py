"""Peregrine: a support chatbot that answers only from your own knowledge folder.

Importing this package does nothing; the composition root is :mod:`chatbot.service`.
"""

__version__ = "0.1.0"
