"""Documents of the knowledge folder as text, and the chunks that the index is built from."""
