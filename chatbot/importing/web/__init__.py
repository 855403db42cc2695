"""A site, page by page: what may be read, fetched politely, its main text, only what changed."""
