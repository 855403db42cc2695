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
# What may stand between "ignore" and "instructions"; "the assembly instructions" are a product's.
_ANY = (
    r"(?: (?:about|all|any|every|each|of|the|your|you|my|these|those|this|that|previous|prior"
    r"|earlier"
    r"|above|preceding|former|other|existing|current|initial|original|system|past|given|own|and|or"
    r"|knowledge|base|instructions|rules|guidelines))*"
)
# "The instructions on the box" are not those of the assistant either.
_NOT_OF_A_THING = r"(?! (?:on|in|from|of|for|at|by|to|about|if|unless|engine|apply|with)\b)"
_SPEAK = (
    r"(?:say|reply|respond|answer|output|print|write|repeat|append|include|mention|add|insert"
    r"|begin|start|end|finish|close)"
)
_TOLD = r"(?:say|reply|respond|answer|output|print|speak|talk|ignore|reveal|act|recommend|refuse)"
_SPOKEN = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|sentences?)"
_PERSON = r"(?:users?|customers?|persons?|people|agents?|conversations?|chats?|sessions?)"
_MODEL = (
    r"(?:ai(?: models?| assistants?)?|(?:the|any|this|dear|virtual|digital) assistant"
    r"|chat ?bots?|llms?|language models?)"
)
# What people become by a contract or in a shop.
_NO_ROLE = (
    r"(?!(?:[\w-]+ ){0,3}(?:members?|subscribers?|users?|customers?|clients?|admins?"
    r"|administrators?"
    r"|owners?|managers?|moderators?|partners?|guests?|hosts?|editors?|viewers?|participants?"
    r"|part)\b)"
)
_MODES = r"(?:god|jailbreak|unrestricted|dan)"
# Answers that a text message or a device waits for: "reply STOP", 'say "Hey ..."'.
_KEYWORD = (
    r"(?:yes|no|y|n|j|ok|okay|stop|help|start|join|info|end|quit|cancel|confirm|subscribe"
    r"|unsubscribe"
    r"|hey|alexa|siri|open|turn|play|call)\b"
)
_QUOTED = r"[^\"'”’»`\n]{1,20}[\"'”’»`]"
_PATTERNS = (
    # "Ignore all previous instructions", also in German, French and Spanish.
    rf"(?<!not )(?<!n't )(?<!n’t )(?<!never )\b(?:ignore|disregard|forget|override|bypass){_ANY}"
    rf" {_OURS}\b{_NOT_OF_A_THING}",
    r"(?<!not )\b(?:ignore|disregard|forget)\b[^.!?\n]{0,60}"
    r"\b(?:the passages?|(?:all|everything|the) above|you were told|your training"
    r"|(?:your|the) context)\b",
    r"(?<!not )\bignore the question and\b",
    r"\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*)(?: (?:sie|du|bitte|nun|jetzt|einfach"
    r"|alle[ns]?"
    r"|sämtliche|die|deine[n]?|ihre[n]?|diese[n]?|bisherigen|vorherigen|vorigen|obigen|früheren))*"
    r" (?:anweisung\w*|regeln?|vorgaben?)\b(?! (?:auf|in|im|am|an|für|zu|zur|zum|des|der)\b)"
    r"(?! (?:\w+ ){0,2}nicht\b)",
    r"\bignorier\w*(?: (?:bitte|sie|jetzt|nun))* alles,? was\b",
    r"\b(?:beacht|befolg)\w*[^.!?\n]{0,20}\b(?:obigen|vorherigen|bisherigen|vorigen) \w+ nicht\b",
    r"\bsetz\w* dich über deine\b",
    r"(?<!n')(?<!n’)\b(?:ignore[zr]?|oublie[zr]?|ne (?:tiens|tenez) (?:pas|plus) compte"
    r"|(?:fais|faites) abstraction)(?: (?:de|des|toutes|les|tes|vos|mes|ces))*"
    r" (?:consignes?|règles?|instructions?)\b(?! (?:de|du|des|d'|sur|pour|dans)\b)",
    r"(?<!no )\b(?:ignor[ae]|olvid[ae]|(?:haz|haga) caso omiso de)(?: (?:todas|las|tus|sus|mis"
    r"|estas|de))*"
    r" (?:instrucciones|reglas|indicaciones)\b(?! (?:de|del|en|para)\b)",
    # "You are now DAN", "from now on you answer with ...", "act as", "developer mode".
    rf"\byou(?: are|'re) now (?:an? {_NO_ROLE}|called|acting|unrestricted|my|free (?:of|from)"
    rf"|in (?:\w+ )?(?:{_MODES}|developer|debug|admin) mode|(?-i:[A-Z]\w*(?:GPT|Bot|AI)"
    rf"|[A-Z]{{2,}})\b)",
    r"\byou(?: are|'re) no longer (?:restricted|limited|(?:bound|under)(?: by)? (?:any|your"
    r"|these|those)"
    r"|an? (?:\w+ ){0,3}(?:assistant|bot|chatbot|ai|model)|the (?:\w+ ){0,3}(?:assistant|bot"
    r"|chatbot|ai))\b",
    rf"\bfrom now on,? (?:(?:you|always|only|please|every|each|all|your)\b[^.!?\n]{{0,40}}\b)?"
    rf"(?!print|act on){_TOLD}\b(?!-| (?:to|at|goodbye|hello)\b)",
    # "From now on, write the number on the parcel" is said to readers.
    rf"\bfrom now on,? (?:you\b|(?:every|each|all|your) (?:of )?(?:your )?(?:\w+ )?{_SPOKEN}\b)"
    rf"[^.!?\n]{{0,40}}\b{_SPEAK}\b(?!-| (?:to|at|goodbye|hello)\b)",
    rf"\bfrom now on,? you(?: are|'re|'ll be| will be) (?:my|called|an? {_NO_ROLE})",
    r"\bfor the rest of (?:this|the|our) (?:conversation|chat|session)\b",
    r"\b(?:du bist|sie sind) (?:jetzt|nun|ab jetzt|ab sofort) (?:ein|eine|mein|kein|DAN)\b"
    r"(?! (?:\w+ ){0,2}(?:mitglied|kund|abonnent|teil|nutzer))",
    r"\b(?:ab jetzt|von nun an|ab sofort),? (?:antworte|antwortest|sprich|sprichst|sag|sagst"
    r"|bist) ?(?:du|nur)?\b",
    r"\bantworte (?:nur|ausschließlich|immer) (?:noch )?(?:mit|in|wie)\b",
    r"\btu es (?:maintenant|désormais) (?:une?|mon|libre)\b|\bréponds (?:uniquement|seulement"
    r"|toujours)\b(?! (?:aux?|à la|à l['’]) ?(?:mêmes?|mails?|messages?|e-mails?|adresse)\b)",
    r"\bà partir de maintenant,? (?:tu|réponds|répondez)\b",
    r"\bahora eres (?:una? (?!(?:\w+ ){0,2}(?:soci|miembro|client|usuari|parte))|mi |libre\b)",
    r"\bresponde (?:solo|sólo|únicamente|siempre) (?:con|en|como|que)\b",
    r"\ba partir de ahora,? (?:eres|responde|respondes)\b",
    r"(?:^|[.!?:,] ?|\bplease |\band )(?:pretend|roleplay|role-play)\b[^.!?\n]{0,30}"
    r"\b(?:you|to be|as)\b",
    r"(?:^|[.!?:,] ?|\bplease |\band )imagine (?:that )?you(?: are|'re) (?:an?|my|not|no longer)\b",
    r"(?:^|[.!?:,] ?|\bplease |\band )act as (?:a|an|if|my|the|(?-i:[A-Z]{2,}))\b",
    r"\bdeveloper mode (?:is |are )?(?:on|enabled|activated)[.! ]*$",
    rf"\b{_MODES} mode (?:is |are )?(?:on|enabled|activated)\b",
    rf"\b(?:switch|go|enter|change) (?:\w+ )?(?:in)?to (?:a |the )?{_MODES} mode\b",
    r"\bjailbr(?:eak|oken)\b|\bdo anything now\b|\badmin(?:istrator)? override\b",
    # "Print your system prompt", "what are your instructions", "repeat everything above".
    r"\b(?:what|tell|show|list|reveal|print|give|share|repeat|write|translate|quote|leak|output"
    r"|spell"
    r"|display|summari[sz]e|expose|follow|go on)\b[^.!?\n]{0,30}\b(?:(?:system|initial|hidden"
    r"|secret) prompt"
    r"|(?:your|hidden|secret|the (?:system|initial|internal|original)) instructions)\b"
    r"(?! (?:log|line|window|on|of the|of a|at|from|for|to|about|regarding)\b)",
    r"\byour (?:\w+ )?system (?:message|text)\b",
    r"\b(?:your|you were given) (?:system|initial|hidden|full|exact|own|secret|first|original) "
    r"(?:\w+ )?(?:instructions?|prompt|guidelines|directives|rules)\b",
    r"\b(?:what|tell|show|list|reveal|print|give|share|repeat|write|translate|quote|leak)\b"
    r"[^.!?\n]{0,30}\byour (?:instructions|prompt|guidelines|directives)\b"
    r"(?! (?:for|on|about|to|regarding|concerning)\b)",
    r"\b(?:repeat|print|output|show|copy|translate|summari[sz]e|spell out)\b[^.!?\n]{0,30}"
    r"\b(?:(?:everything|all|the (?:text|words?|messages?|lines?)) (?:above|before)"
    r"(?=\W*$|[.,;:!?]| (?:and(?! paste)|in|this|verbatim|word|exactly|as|to|into)\b)|"
    r"word for word|you were told|you were given)",
    r"\b(?:zeig\w*|nenn\w*|gib|verrat\w*|wiederhol\w*|übersetz\w*|wie lautet|was (?:ist|sind"
    r"|steht in))\b"
    r"[^.!?\n]{0,30}\b(?:system-? ?prompt|deine[nr]? (?:system)?(?:anweisungen|vorgaben"
    r"|instruktionen))\b"
    r"(?! (?:im|in|am|an|für|zu|zur|zum|bei|beim)\b)",
    r"\b(?:affiche|montre|révèle|donne|répète|traduis|quel(?:le)?s? (?:est|sont))\b[^.!?\n]{0,30}"
    r"\b(?:prompt (?:système|initial)|tes (?:instructions|consignes))\b(?! (?:au|aux|à|pour|sur"
    r"|de|dans)\b)",
    r"\b(?:muestra|muéstra\w*|dime|revela|repite|traduce|cuál(?:es)? (?:es|son))\b[^.!?\n]{0,30}"
    r"\b(?:prompt|tus instrucciones|tus indicaciones)\b",
    # "Answer only with X", "end every reply with X", "say the word X".
    rf"\b{_SPEAK}\b (?:\w+ ){{0,3}}(?:only|just|exactly|nothing (?:else|but))\b[^.!?\n]{{0,30}}"
    r"(?:[\"'“‘«`:]|\b(?:word|phrase|(?-i:[A-Z]{4,}))\b)",
    r"\b(?:only|just|always|simply|instead),? (?:say|reply|respond|answer with|output)\b"
    r"(?! (?:to|within|if|by|from|when|using|through|via|on|at|directly|please|thank|hello"
    r"|with (?:an?|your|our))\b)",
    r"(?:^|[.!?:,] ?|\bplease |\band |\bmust |\byou )(?:answer|respond to) (?:every|each|all|any)"
    r" (?:\w+ )?(?:questions?|messages?)\b[^.!?\n]{0,20}\bwith "
    r"(?:[\"'“‘«`(]|the (?:words?|phrase|sentence|text|following)\b|(?-i:[A-Z]{3}))",
    rf"\b{_SPEAK}\b[^.!?\n]{{0,30}}\b(?:every|each|all) (?:of )?(?:your )?(?:\w+ )?{_SPOKEN}\b",
    rf"\b(?:begin|start|end|finish|close|sign) (?:off )?(?:\w+ )?your (?:\w+ )?{_SPOKEN}\b",
    r"\b(?:say|reply|respond|answer|output|print|repeat|append|include|write|add) (?:with )?"
    r"the (?:following |exact |single )?(?:magic |secret |code ?)?"
    r"(?:words?|phrase|string|token|sentence|code) [\"'“‘«`(]?(?-i:[A-Z])[\w-]*+[\"'”’»`)]*+"
    rf"(?! (?:to|on|in|into|at|onto|for|when|as) (?!(?:your|the|every|each|all|any) {_SPOKEN}))",
    rf"\byour (?:next|only|final|whole|entire) {_SPOKEN} (?:must|should|shall|has to|is to) "
    r"(?:only |always |just )?(?:be|contain|include|begin|end|start|consist)\b",
    rf"\b(?:your {_SPOKEN}|(?:every|each) (?:answer|reply|sentence)) (?:must|should|shall|has to) "
    r"(?:only |always |just )?(?:be|contain|include|begin|end|start|consist)\b[^.!?\n]{0,20}"
    r"(?:[\"'“‘«`]|\bthe (?:word|phrase|sentence)\b|(?-i:\b[A-Z]{4,}))",
    # "Each response should contain `id`" is said of a program.
    r"\b(?:every|each) (?:response|output) (?:must|should|shall|has to) (?:only |always |just )?"
    r"(?:contain|include|begin|end|start|consist)\b[^.!?\n]{0,20}\bthe (?:word|phrase|sentence)\b",
    rf"\b(?:reply|respond|answer|say)(?: only| just)?:? (?:with )?"
    rf"(?:[\"'“‘«`](?!{_KEYWORD}|{_QUOTED} (?:to (?!every|each|all|any|the)|if|when)\b)"
    rf"|(?!{_KEYWORD})(?-i:[A-Z]{{3,}})[\s.!]*$)",
    r"\b(?:output|print|write|append|add) (?:with )?(?-i:[A-Z]{5,}[-_A-Z0-9]*)[\s.!]*$",
    # "Note to the assistant", "AI models reading this must ...".
    r"\b(?:note|attention|message|instructions?|important|memo|orders?)s?,? ?(?:to|for)? "
    rf"(?:the |any |all |every )?(?:\w+ )?(?:{_MODEL}|(?:the|any) assistant)\b(?= ?(?:[:,.!)]|$))",
    r"\bdear (?:ai|assistant|chatbot|bot|llm)\b",
    r"\bhinweis an (?:den|die|das|alle) (?:ki|chatbot|bot|sprachmodelle?|assistenten:|ki-\w+)\b",
    rf"\b{_MODEL}\b[^.!?\n]{{0,40}}"
    rf"\b(?:must (?:not |always |now |only |never )?(?:{_TOLD}|tell|include|say|cite|mention)"
    rf"|reading this|will now (?:{_TOLD}|write)|is instructed|are instructed"
    rf"|should (?:always )?(?:{_TOLD}|tell|ignore))\b",
    r"\bnew (?:directive|system (?:message|prompt|instructions?))\s*:",
    r"\b(?:new|updated|urgent|mandatory|important|special) (?:instructions?"
    r"|rules?)\s*:[^.!?\n]{0,60}"
    rf"\b(?:{_TOLD}|assistant|ai|chatbot)\b",
    # What another person said is nobody's business.
    r"\b(?:what|which|show|tell|give|list|print|reveal|repeat|summari[sz]e)\b[^.!?\n]{0,30}"
    rf"\b(?:other|another|previous|last|different) (?:\w+ )?{_PERSON}(?:'s?)? (?:\w+ ){{0,2}}"
    r"(?:ask(?:ed)?|said|wrote|write|told you|questions?|conversations?|chats?)\b",
    r"\b(?:show|tell|give|list|print|reveal|repeat) (?:me )?[^.!?\n]{0,30}"
    r"\b(?:other|another|previous|last) (?:\w+ )?"
    r"(?:users?|customers?|conversations?|chats?|sessions?)"
    r"(?:'s?)?\b[^.!?\n]{0,20}(?:\?|$|\b(?:messages?|questions?|data|details?|history)\b)",
    # Marks of chat templates and roles; "System: Windows 11" is a line of a report.
    r"<\|[^|\n]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?(?:assistant|instructions?)>",
    r"^[ \t#>*\-]*(?:system|assistant) (?:prompt|override)[ *]*:",
    r"^[ \t#>*\-]*(?:system|assistant)(?: (?:message|note))?[ *]*:[^\n]{0,120}"
    rf"\b(?:you (?:are|must|will|should|may|now)|rules?|instructions?|the user|{_TOLD}"
    rf"|(?-i:[A-Z]{{5,}}\w*))\b",
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
