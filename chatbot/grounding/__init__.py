"""Whether to answer at all, and what an answer rests on."""
