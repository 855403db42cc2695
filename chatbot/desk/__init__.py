"""What staff do with answers: conversations, drafts, uploads, handoff, corrections."""
