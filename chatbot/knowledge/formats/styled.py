"""What the styles of a page say of its elements, told to its tree before it is read."""

from typing import Any

from chatbot.knowledge.formats.generated import mark_generated
from chatbot.knowledge.formats.list_numbers import join_steps, mark_lists, nest_lists
from chatbot.knowledge.formats.pairs import join_pairs
from chatbot.knowledge.formats.raised import mark_raised
from chatbot.knowledge.formats.style_sheets import hidden_by_style, hide_by_class, style_rules
from chatbot.knowledge.formats.styled_tables import mark_tables
from chatbot.knowledge.formats.word_signs import write_html_signs


def apply_styles(root: Any) -> frozenset[str]:
    """Write into a whole tree what its styles draw, raise, number, lay out as a table and hide by
    shared classes; gives the selectors of what its own sheets hide."""
    rules = list(style_rules(root))
    hidden = hidden_by_style(root, rules)
    hide_by_class(root, rules)
    write_html_signs(root)
    mark_raised(root, rules)
    mark_tables(root, rules)
    mark_lists(root, rules)
    nest_lists(root)
    mark_generated(root, rules)
    join_steps(root)
    join_pairs(root)
    return hidden
