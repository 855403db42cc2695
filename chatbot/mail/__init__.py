"""Letters of a mail box, and drafts of their answers. Nothing is ever sent, marked or moved."""
