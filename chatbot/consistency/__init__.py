"""What the documents of one folder say otherwise than each other, and what they say twice."""
