"""Text as such: its Unicode forms and its sentences, without any behaviour of the chatbot."""
