"""The tables.

A step and an element are kept as the page's own JSON beside the columns that are searched or
joined, so that a resumed thread gets back exactly what was sent.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

users = Table(
    "users",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("password_hash", Text),  # none for people whom a proxy signs in
    Column("created_at", String(40), nullable=False),
    Column("audiences", Text, nullable=False, server_default=""),  # groups, one a line
)

threads = Table(
    "threads",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("name", Text),
    Column("metadata", JSON, nullable=False),
    Column("tags", JSON),
    Column("created_at", String(40), nullable=False),
    Column("updated_at", String(40), nullable=False),
)

steps = Table(
    "steps",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("thread_id", ForeignKey("threads.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("parent_id", String(36), index=True),
    Column("type", String(40), nullable=False),
    Column("output", Text, nullable=False),
    Column("answer", JSON),  # of an answer: what was asked, answered and on screen
    Column("created_at", String(40), nullable=False),
    Column("data", JSON, nullable=False),
)

elements = Table(
    "elements",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("thread_id", ForeignKey("threads.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("step_id", String(36), index=True),
    Column("data", JSON, nullable=False),
    Column("content", LargeBinary),
    Column("created_at", String(40), nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("thread_id", ForeignKey("threads.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("step_id", String(36), nullable=False, unique=True),
    Column("value", Integer, nullable=False),
    Column("comment", Text),
    Column("wrong", Text),
    Column("right_answer", Text),
    Column("right_document", Text),
    Column("answer", JSON),  # a copy: a regenerated answer takes its step away
    Column("created_at", String(40), nullable=False),
    # What the review looks for, so that it need not read the copies; none without an answer.
    Column("kind", String(20)),
    Column("question", Text),
    Column("question_key", String(64)),
    Column("seen", String(64)),  # fingerprint of what is said
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("per_minute", Integer),
    Column("created_at", String(40), nullable=False),
    Column("revoked_at", String(40)),
    Column("audiences", Text, nullable=False, server_default="internal"),  # one a line
)

# Public keys of the widget: a page of one of ``origins`` may show it.
widget_keys = Table(
    "widget_keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("origins", JSON, nullable=False),
    Column("per_minute", Integer),
    Column("created_at", String(40), nullable=False),
    Column("revoked_at", String(40)),
    Column("used_at", String(40)),
)

# What visitors of a website handed to the team.
requests = Table(
    "requests",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(200), nullable=False),
    Column("packet", JSON, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("done_at", String(40), index=True),
    Column("done_by", String(200)),
)

# What is counted: an answer from the knowledge, a refusal, a hand-off. It goes with its thread.
outcomes = Table(
    "outcomes",
    metadata,
    Column("id", String(36), primary_key=True),  # of the step
    Column("thread_id", ForeignKey("threads.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("parent_id", String(36), index=True),
    Column("kind", String(20), nullable=False),
    Column("question", Text, nullable=False),
    Column("question_key", String(64), nullable=False),
    Column("first_token", Float),  # seconds; none where the model was not asked
    Column("created_at", String(40), nullable=False),
)

cited = Table(
    "cited",
    metadata,
    Column("outcome_id", ForeignKey("outcomes.id", ondelete="CASCADE"), primary_key=True),
    Column("path", Text, primary_key=True),
)

# Decisions of owners. Each keeps all that it needs, so that a deleted thread does not take it away.
reviews = Table(
    "reviews",
    metadata,
    Column("id", String(36), primary_key=True),  # of the judgement, or of the refused step
    Column("status", String(20), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("question", Text, nullable=False),
    Column("seen", String(64), nullable=False),  # fingerprint of what was decided upon
    Column("wrong", Text, nullable=False),
    Column("right_answer", Text, nullable=False),
    Column("right_document", Text, nullable=False),
    Column("answer", JSON),  # the record; of accepted ones only
    Column("lead", String(36), index=True),  # settled together with that one
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", String(40), nullable=False),
)

# Answers that owners wrote or accepted, for questions of one meaning. A withdrawn one stays.
approved = Table(
    "approved",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("key", String(64), nullable=False, unique=True),  # of the question's words
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("document", Text, nullable=False),  # its source in the knowledge folder, or empty
    Column("document_hash", String(64), nullable=False),  # as it was when it was approved
    Column("expires_on", String(10)),  # the last day, in UTC
    Column("audience", Text, nullable=False),  # names, with commas between them
    Column("withdrawn", Boolean, nullable=False),
    Column("approved_by", String(200), nullable=False),
    Column("approved_at", String(40), nullable=False),
    Column("revision", Integer, nullable=False),  # from 1; one more with each change
    Column("review_id", String(36)),  # the decision that made it, if one did
)

# Findings about the documents that an owner put aside; the findings themselves are of the index.
dismissals = Table(
    "dismissals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("about", Text, nullable=False),
    Column("dismissed_by", String(200), nullable=False),
    Column("dismissed_at", String(40), nullable=False),
)

# Jobs of the console: tests and training. ``active`` is 1 for the one that runs, so that there is
# never a second one, whichever process begins it.
runs = Table(
    "runs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("active", Integer, unique=True),
    Column("cancelled", Integer, nullable=False),  # 1: somebody wants it to stop
    Column("beat", Float, nullable=False),  # seconds since the epoch: when its process last wrote
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("started_by", String(200), nullable=False),
    Column("started_at", String(40), nullable=False),
    Column("ended_at", String(40)),
    Column("about", Text, nullable=False),  # which cases
    Column("model", Text, nullable=False),
    Column("adapter", Text, nullable=False),  # empty: none
    Column("generation", String(40), nullable=False),
    Column("problem", Text, nullable=False),
    Column("result", JSON, nullable=False),
)

case_results = Table(
    "case_results",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("case_id", String(300), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("correct", Integer, nullable=False),
    Column("row", JSON, nullable=False),
)

# Tries to sign in that were not right, by name and address; an empty name: of any from there.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("address", String(100), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("at", Float, nullable=False, index=True),  # seconds since the epoch
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False),
    Column("who", String(200), nullable=False),
    Column("action", String(40), nullable=False),
    Column("target", Text, nullable=False),
    Column("detail", Text, nullable=False),
)

Index("threads_by_user", threads.c.user_id, threads.c.updated_at)
Index("outcomes_by_time", outcomes.c.created_at, outcomes.c.kind)
Index("feedback_by_time", feedback.c.created_at)
Index("feedback_by_question", feedback.c.question_key)
Index("outcomes_by_question", outcomes.c.question_key)
Index("cited_by_path", cited.c.path)
Index("reviews_by_time", reviews.c.decided_at)
