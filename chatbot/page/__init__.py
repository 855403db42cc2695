"""The Chainlit page; nothing else imports Chainlit."""
