"""From a question to a verified answer: one type each, and the chain between them."""
