"""Instructions to the assistant where there should be none: in passages, questions and history.

They are found by their wording. What is found is left out of what the model reads; the page and
the citations keep the whole text. Wording is never complete, so the answer is checked, too: in a
conversation where an instruction was found, a sentence that rests on no passage is dropped, and
no answer repeats the system prompt (:func:`copies`).
"""

import re
from collections.abc import Sequence

from langchain_core.documents import Document
from langchain_core.messages import BaseMessage

from chatbot.grounding.words import words
from chatbot.text.sentences import sentences

_OURS = r"(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|restrictions?)"
_SPEAK = (
    r"(?:say|reply|respond|answer|output|print|write|repeat|append|include|mention|add|insert"
    r"|begin|start|end|finish|close)"
)
_SPOKEN = r"(?:answers?|repl(?:y|ies)|responses?|messages?|outputs?|sentences?)"
_PERSON = r"(?:users?|customers?|persons?|people|agents?|conversations?|chats?|sessions?)"
_PATTERNS = (
    # "Ignore all previous instructions", also in German, French and Spanish.
    rf"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{{0,60}}"
    rf"\b(?:{_OURS}|the passages?|(?:all|everything|the) above|you were told|your training|"
    r"your context|the context)\b",
    r"\b(?:ignorier\w*|vergiss|missachte)\b[^.!?\n]{0,60}\b(?:anweisung\w*|regeln?|vorgaben?)\b",
    r"\b(?:ignore[zr]?|oublie[zr]?)\b[^.!?\n]{0,60}\b(?:consignes?|règles?|instructions?)\b",
    r"\b(?:ignora|olvida)\b[^.!?\n]{0,60}\b(?:instrucciones|reglas)\b",
    # "You are now DAN", "from now on you answer with ...", "act as", "developer mode".
    r"\byou(?: are|'re) now (?:a|an|in|free|called|acting|unrestricted|my|(?-i:[A-Z]{2,}))\b",
    r"\byou(?: are|'re) no longer (?:a|an|the|bound|restricted|limited|subject|under)\b",
    r"\bfrom now on,? (?:you|every|all|each|your|always|only|answer|reply|respond|say|end|begin)\b",
    r"\bfor the rest of (?:this|the|our) (?:conversation|chat|session)\b",
    r"(?:^|[.!?:,] ?|\bplease |\band )(?:pretend|imagine|roleplay|role-play)\b[^.!?\n]{0,30}"
    r"\b(?:you|to be|as)\b",
    r"(?:^|[.!?:,] ?|\bplease |\band )act as (?:a|an|if|my|the|(?-i:[A-Z]{2,}))\b",
    r"\b(?:developer|god|jailbreak|unrestricted|dan) mode (?:is |are )?(?:on|enabled|activated)\b",
    r"\b(?:you are|switch|go|now) (?:\w+ ){0,2}(?:in|in)?to? ?(?:a |the )?"
    r"(?:developer|debug|god|admin|maintenance|jailbreak|unrestricted|dan) mode\b",
    r"\bjailbr(?:eak|oken)\b|\bdo anything now\b|\badmin(?:istrator)? override\b",
    # "Print your system prompt", "what are your instructions", "repeat everything above".
    r"\b(?:system|initial|hidden|secret|internal|original) (?:prompt|instructions)\b",
    r"\byour (?:\w+ )?system (?:message|text)\b",
    r"\b(?:your|you were given|the) (?:system|initial|hidden|full|exact|own|secret|first|original) "
    r"(?:\w+ )?(?:instructions?|prompt|guidelines|directives|rules)\b",
    r"\b(?:what|tell|show|list|reveal|print|give|share|repeat|write|translate|quote|leak)\b"
    r"[^.!?\n]{0,30}\byour (?:instructions|prompt|guidelines|directives)\b",
    r"\b(?:repeat|print|output|show|copy|translate|summari[sz]e|spell out)\b[^.!?\n]{0,30}"
    r"\b(?:(?:everything|all|the (?:text|words?|messages?|lines?)) (?:above|before)|"
    r"word for word|you were told|you were given)\b",
    # "Answer only with X", "end every reply with X", "say the word X".
    rf"\b{_SPEAK}\b (?:\w+ ){{0,3}}(?:only|just|exactly|nothing (?:else|but))\b[^.!?\n]{{0,30}}"
    r"(?:[\"'“‘«`:]|\b(?:word|phrase|(?-i:[A-Z]{4,}))\b)",
    r"\b(?:only|just|always|simply|instead),? (?:say|reply|respond|answer with|output)\b",
    rf"\b{_SPEAK}\b[^.!?\n]{{0,30}}\b(?:every|each|all) (?:of )?(?:your )?(?:\w+ )?{_SPOKEN}\b",
    rf"\b(?:begin|start|end|finish|close|sign) (?:off )?(?:\w+ )?your (?:\w+ )?{_SPOKEN}\b",
    r"\b(?:say|reply|respond|answer|output|print|repeat|append|include|write|add|use) (?:with )?"
    r"the (?:following |exact |single )?(?:magic |secret |code ?)?"
    r"(?:words?|phrase|string|token|sentence|code) [\"'“‘«`(]?(?-i:[A-Z])",
    rf"\byour (?:next |only |final |whole )?{_SPOKEN} (?:must|should|shall|has to|is to) "
    r"(?:only |always |just )?(?:be|contain|include|begin|end|start|consist)\b",
    r"\b(?:reply|respond|answer|say)(?: only| just)?:? (?:with )?"
    r"(?:[\"'“‘«`]|(?-i:[A-Z]{3,})[\s.!]*$)",
    r"\b(?:output|print|write|append|add) (?:with )?(?-i:[A-Z]{3,}[-_A-Z0-9]*)[\s.!]*$",
    # "Note to the assistant", "AI models reading this must ...".
    r"\b(?:note|attention|message|instructions?|important|memo|orders?)s? (?:to|for) "
    r"(?:the |any |all |every )?(?:\w+ )?(?:ai|assistants?|chat ?bots?|bots?|llms?|"
    r"language models?)\b",
    r"\b(?:dear |any |the |an |this )?(?:ai|ai assistants?|ai models?|chat ?bots?|llms?|"
    r"language models?|assistants?)\b[^.!?\n]{0,40}"
    r"\b(?:must (?:say|reply|respond|answer|tell|always|not|now|output|include|ignore)|"
    r"reading this|will now|is instructed|are instructed|"
    r"should (?:say|reply|respond|answer|tell|always|ignore))",
    r"\bnew (?:instructions?|rules?|directive|system message)\s*:",
    r"\b(?:updated|urgent|mandatory|important|special) instructions?\s*:",
    # What another person said is nobody's business.
    rf"\b(?:other|another|previous|last|different) (?:\w+ )?{_PERSON}(?:'s?)? (?:\w+ ){{0,2}}"
    r"(?:asked|said|wrote|told you|questions?|conversations?|chats?)\b",
    r"\b(?:show|tell|give|list|print|reveal|repeat) (?:me )?[^.!?\n]{0,30}"
    r"\b(?:other|another|previous|last) (?:\w+ )?"
    r"(?:users?|customers?|conversations?|chats?|sessions?)"
    r"(?:'s?)?\b[^.!?\n]{0,20}(?:\?|$|\b(?:messages?|questions?|data|details?|history)\b)",
    # Marks of chat templates and roles.
    r"<\|[^|\n]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?(?:assistant|instructions?)>",
    r"^[ \t#>*\-]*(?:system|assistant)(?: (?:message|prompt|note|override))?[ *]*:",
    r"^[ \t#>*\-\[]*(?:begin|end|start of|end of) "
    r"(?:system|instructions?|prompt|passages?|context)\b",
)
_FLAGS = re.IGNORECASE | re.MULTILINE
_INSTRUCTION = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), _FLAGS)
_COPIED_WORDS = 7


def instructions(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence or line that tells the assistant what to do."""
    return [(a, b) for a, b in sentences(text) if _INSTRUCTION.search(text[a:b])]


def without_instructions(text: str) -> str:
    """The text without the sentences that :func:`instructions` finds, else as it is."""
    for start, end in reversed(instructions(text)):
        text = text[:start] + text[end:]
    return text


def clean_passages(passages: Sequence[Document]) -> list[Document]:
    """The passages as the model may read them; one that needs no change is the same object."""
    return [
        passage
        if not instructions(passage.page_content)
        else Document(without_instructions(passage.page_content), metadata=passage.metadata)
        for passage in passages
    ]


def clean_history(history: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The turns without instructions; a turn of nothing else says that it was left out."""
    cleaned = []
    for turn in history:
        text = str(turn.text)
        if instructions(text):
            left = without_instructions(text).strip() or "..."
            turn = turn.model_copy(update={"content": left})
        cleaned.append(turn)
    return cleaned


def copies(text: str, secret: str) -> bool:
    """Whether seven words in a row of ``text`` stand so in ``secret``."""
    said, kept = words(text), f" {' '.join(words(secret))} "
    return any(
        f" {' '.join(said[at : at + _COPIED_WORDS])} " in kept
        for at in range(len(said) - _COPIED_WORDS + 1)
    )
