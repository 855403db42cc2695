"""Which rows name the columns of a table whose format does not say."""

import re
from collections.abc import Sequence

_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")
# A cell of numbers; one that says that there is none; one that says yes or no; another that says
# what holds, and names nothing.
_VALUE = re.compile(r"[-–—+±<>≤≥~]?\s*+(?:[$€£¥₹]|[A-Z]{3})?\s*+\d")
_NONE = re.compile(r"[-–—]+|n/?a|k\. ?a\.", re.IGNORECASE)
_MARK = re.compile(r"[✓✔☑✅✗✘☐❌x×•●○]|yes|no|ja|nein|oui|non|s[ií]|true|false", re.IGNORECASE)
_SAYS = re.compile(
    r"free(?: of charge)?|included|optional|unlimited|none|closed|on request|immediately|"
    r"(?:the )?(?:same|next)(?: working| business)? day|"
    r"kostenlos|gratis|kostenfrei|inklusive|inbegriffen|enthalten|unbegrenzt|keine?|geschlossen|"
    r"auf anfrage|sofort|am (?:selben|nächsten) (?:werk)?tag|"
    r"gratuite?|offert|inclus|illimité|aucun|fermé|sur demande|immédiatement|"
    r"gratuit[oa]|incluid[oa]|ilimitad[oa]|ningun[oa]|cerrado|a consultar|inmediatamente",
    re.IGNORECASE,
)
_MONEY = re.compile(r"[$€£¥₹]|\b(?:EUR|USD|GBP|CHF|PLN|SEK|NOK|DKK|CZK|AUD|CAD|Euro|kr|zł)\b")
_YEAR = re.compile(r"(?:19|20)\d\d")
_WHOLE = re.compile(r"\d{1,4}")
_PLAIN = re.compile(r"[-–—+±~]?\s*[\d.,'\s]+")
_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d|\d{1,2}(?:\.\d{1,2}\.|/\d{1,2}/)(?:\d{2}){0,2}")
_ADDRESS = re.compile(r"[@\d]|\w\.\w")
_CODE = re.compile(r"[A-Z]+[-/]?\d+(?:-\w+)?")
_LONGEST = 100  # characters of a name
_QUESTION = 3  # words; "Open?" is a name
_CLAUSE = 4  # words; what a full stop ends behind fewer can be an abbreviation: "Art. no."
_SAME = 3  # rows, of which one says the same as all others, at least
# What columns are called, in the singular: the last word of an English name, the first one of a
# French or Spanish one, what a German one ends in.
_CALLED = frozenset(
    """
    name title description meaning definition explanation value type kind class category group
    plan tier level price cost fee charge rate amount total quantity qty unit size length width
    height weight colour color model product item article service feature function option
    setting parameter property attribute field column variable metric key code id number no sku
    version release format example sample default note remark comment detail information info
    status state role user owner team contact phone telephone email mail address city town
    country region zone area location place branch site date day time hour period term duration
    deadline limit maximum minimum max min range method way channel step action task reason
    cause solution resolution workaround fix answer question result error message event request
    response condition requirement rule port protocol source destination target file filename
    path folder command syntax usage language currency vat tax discount department person
    position shift interval part material course grade operator identity symbol documentation
    label dimension metadata permission issue recommendation topic subject synonym abbreviation
    word character band availability preference username string purpose effect right allergen
    locale replacement transit shortcut warehouse ingredient dish flag symptom remedy
    when what where who how which if wann was wo wer wie quand où qui quoi cuándo qué dónde
    quién cómo
    bezeichnung beschreibung bedeutung erklärung wert art lieferart versandart zahlungsart typ
    klasse kategorie gruppe tarif paket stufe preis kosten gebühr betrag summe menge anzahl
    stück einheit größe länge breite höhe gewicht farbe modell produkt artikel leistung funktion
    einstellung merkmal eigenschaft feld spalte schlüssel nummer nr beispiel hinweis bemerkung
    anmerkung kommentar rolle benutzer ansprechpartner kontakt telefon adresse anschrift ort
    stadt land gebiet standort filiale tag datum zeit dauer frist laufzeit zeitraum grenze
    bereich methode weg kanal schritt aktion maßnahme aufgabe grund ursache lösung behebung
    antwort frage ergebnis fehler abhilfe meldung ereignis bedingung voraussetzung regel ziel quelle
    datei pfad ordner befehl sprache währung steuer rabatt abteilung begriff thema
    nom signification valeur catégorie groupe formule forfait offre niveau prix coût frais
    montant quantité unité taille longueur largeur hauteur poids couleur modèle produit fonction
    paramètre champ clé numéro réf référence exemple remarque commentaire détail statut état
    rôle utilisateur téléphone courriel ville pays région lieu agence magasin jour heure horaire
    durée délai période limite méthode mode moyen canal étape tâche raison motif réponse
    résultat erreur événement règle langue devise tva remise personne terme sujet
    nombre descripción significado valor tipo clase categoría grupo tarifa nivel precio coste
    costo importe cantidad unidad tamaño talla longitud anchura altura peso modelo producto
    artículo servicio función opción ajuste parámetro campo clave código número formato ejemplo
    nota observación comentario detalle información estado rol usuario contacto teléfono correo
    dirección ciudad país zona lugar tienda sucursal día fecha hora horario duración plazo
    período límite máximo mínimo método forma paso acción tarea motivo causa solución respuesta
    pregunta resultado mensaje evento condición regla idioma moneda iva descuento término tema
    """.split()  # noqa: SIM905
)
_ENDINGS = tuple(word for word in _CALLED if len(word) > 3)


def header_rows(rows: Sequence[Sequence[str]], strong: bool = False, likely: bool = False) -> int:
    """How many of the first rows name columns, where the format does not say: one or none.

    ``strong``: its type sets the first row apart from those below. ``likely``: tables of such a
    format mostly have names. Two columns of words have none but where they are called as columns
    are ("Question", "Answer"): a term and what holds for it look alike in each row.
    """
    narrow = len(rows) < 2 or not rows[0] or (len(rows[0]) < 2 and not likely)
    if narrow or not all(cell.strip() for cell in rows[0][1:]):
        return 0
    if strong:
        return 1
    first = [cell.strip() for cell in rows[0]]
    below = [[cell.strip() for cell in row] for row in rows[1:] if list(row) != list(rows[0])]
    return int(bool(below) and _are_names(first, below, likely))


def is_words(row: Sequence[str]) -> bool:
    """Whether each cell of a row says something, and none with a digit."""
    return all(cell.strip() and not _DIGIT.search(cell) for cell in row)


def _are_names(first: Sequence[str], below: Sequence[Sequence[str]], likely: bool) -> bool:
    columns = [[cell for cell in column if cell] for column in zip(*below, strict=False)]
    every = list(zip(first, columns, strict=False))
    weak = likely or len(first) > 2
    if _are_pairs(first, below) or any(
        _is_told(name, column, likely, weak) or _is_alike(name, column) for name, column in every
    ):
        return False
    if not first[0]:
        return all(row[0] for row in below) and (likely or len(below) > 1)
    if likely:
        return all(_can_name(name, column) for name, column in every) or (
            len(first) > 2 and _are_dates(first, columns)
        )
    known = list(map(is_called, first))
    if not weak and known[0] and not known[1] and 2 * sum(map(is_called, columns[0])) >= len(below):
        return False  # a form: each row is a name and its value
    if any(_is_other(name, column) for name, column in every):
        return True
    if any(map(_VALUE.match, first)):
        return weak and _are_dates(first, columns)
    if first[0][0].isupper() and all(cell[0].islower() for cell in first[1:]):
        return False  # a term and what holds for it
    if weak or all(known) or (known[0] and not any(map(is_called, columns[0]))):
        return True
    return any(known) and any(_differs(n, column) for n, column in every)


def _are_pairs(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether each row is two or more names, each beside its value, as in a form: the values below
    each other are numbers and words, or most of the names are called as columns are."""
    rows = [first, *below]
    wide = len(first)
    values = first[1::2]
    if wide < 4 or wide % 2 or not any(map(is_value, values)) or any(map(is_called, values)):
        return False
    names = [name for row in rows for name in row[:wide:2] if name]
    if len(set(names)) < len(names) or any(is_value(name) or len(name) < 2 for name in names):
        return False
    # "8:00" or "2FA" can be a name itself, over words only.
    told = below if len(below) > 1 else rows
    mixed = any(
        len({is_value(row[at]) for row in told if row[at] and not says_none(row[at])}) > 1
        for at in range(1, wide, 2)
    )
    lower = [name for row in below for name in row[:wide:2] if name]
    return mixed or 2 * sum(map(is_called, lower)) > len(lower)


def _are_dates(first: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Whether dates stand beside each other over what are none, as in a rota; two of them behind a
    thing can be its own."""
    names = len(first) > 3 or is_called(first[0])
    return (
        names
        and all(map(_DATE.fullmatch, first[1:]))
        and not any(_DATE.fullmatch(cell) for column in columns for cell in column)
    )


def _is_told(name: str, column: Sequence[str], likely: bool, weak: bool) -> bool:
    """Whether a cell of the first row stands in its column again, or is a value or a sentence;
    where ``weak``, "Free" can be a name, and where ``likely``, all that is unlike its column."""
    if name in column and not likely:
        return True
    nature = _nature(name)
    if not nature:
        return False
    if likely or nature == "question":
        return nature in map(_nature, column)
    return nature != "said" or not (weak or all(map(_MARK.fullmatch, column)))


def _nature(cell: str) -> str:
    """What a cell is that names no column: "question", "sentence", "mark", "said"; or nothing."""
    words = _WORD.findall(cell)
    if cell.endswith("?"):
        return "question" if len(words) >= _QUESTION else ""
    ends = cell.endswith((".", "!", ";")) and len(words) > 1
    if len(cell) > _LONGEST or (ends and (len(words) >= _CLAUSE or len(words[-1]) > 3)):
        return "sentence"
    if _MARK.fullmatch(cell):
        return "mark"
    return "said" if _SAYS.fullmatch(cell) else ""


def _is_alike(name: str, column: Sequence[str]) -> bool:
    """Whether something with a digit stands over things of its kind: "5 kg" over "10 kg"."""
    if not _DIGIT.search(name):
        return False
    kind = _kind(name)
    if kind == "year":
        return 2 * sum(map(bool, map(_YEAR.fullmatch, column))) >= len(column)
    if kind not in ("counted", "words"):
        return kind in map(_kind, column)
    ends, code = _ends(name), _CODE.fullmatch(name)
    return any(
        (code and _CODE.fullmatch(cell)) or (_DIGIT.search(cell) and ends & _ends(cell))
        for cell in column
    )


def _is_other(name: str, column: Sequence[str]) -> bool:
    """Whether a name stands over numbers only, or over a yes and no."""
    some = len(column) > 2
    told = [c for c in column if not (_NONE.fullmatch(c) or (some and _SAYS.fullmatch(c)))]
    if not told or len(name) < 2:
        return False
    if all(map(_MARK.fullmatch, told)):
        return True
    if not all(map(_VALUE.match, told)):
        return False
    kinds = set(map(_kind, told))
    return not _VALUE.match(name) or (
        len(told) > 1 and _kind(name) in ("year", "whole", "counted") and "counted" not in kinds
    )


def _can_name(name: str, column: Sequence[str]) -> bool:
    """Whether a cell that is unlike its column can name it: years, sizes and words can."""
    kind = _kind(name)
    return kind in ("words", "counted") or (kind in ("year", "whole") and len(column) > 1)


def _kind(cell: str) -> str:
    """What a cell is: "year", "whole", "number", "percent", "money", "counted" or "words"."""
    if not _VALUE.match(cell):
        return "words"
    if _MONEY.search(cell):
        return "money"
    if "%" in cell:
        return "percent"
    if _YEAR.fullmatch(cell):
        return "year"
    if _WHOLE.fullmatch(cell):
        return "whole"
    return "number" if _PLAIN.fullmatch(cell) else "counted"


def _ends(text: str) -> set[str]:
    """The first and the last word of a cell."""
    words = _WORD.findall(text.lower())
    return {words[0], words[-1]} if words else set()


def is_called(name: str) -> bool:
    """Whether a cell has a word at its start or end that columns are called by."""
    words = [_singular(word) for word in _WORD.findall(name.lower())]
    return (
        bool(words)
        and not _ADDRESS.search(name)
        and (words[0] in _CALLED or words[-1] in _CALLED or words[-1].endswith(_ENDINGS))
    )


def is_value(cell: str) -> bool:
    """Whether a cell begins with a number that is no year."""
    return bool(_VALUE.match(cell)) and not _YEAR.fullmatch(cell)


def says_none(cell: str) -> bool:
    """Whether a cell says, where others have a number, that there is none: "free", "n/a", "-"."""
    return any(pattern.fullmatch(cell) for pattern in (_NONE, _SAYS, _MARK))


def are_values(column: Sequence[str]) -> bool:
    """Whether there is nothing but numbers, or a yes and no, in a column that has some."""
    told = [cell for cell in column if cell and not _NONE.fullmatch(cell)]
    return bool(told) and (all(map(_VALUE.match, told)) or all(map(_MARK.fullmatch, told)))


def _singular(word: str) -> str:
    if word in _CALLED:
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _differs(name: str, column: Sequence[str]) -> bool:
    """Whether a name is shorter than all that stands below it, or that says the same again and
    again."""
    return (len(column) > 1 and all(len(cell) > len(name) for cell in column)) or (
        len(column) >= _SAME * len(set(column))
    )
