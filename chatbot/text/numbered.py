"""Whether digits are the number of a thing, such as an order, by what stands before them."""

import re

_LABELLED = 80  # characters before a number that are looked at
_NUMBER = r"(?:numbers?|nos?|nrs?|num|id|codes?|n[°ºo]|num[ée]ros?|n[úu]meros?|#)"
# Things that have no phone: their name alone tells.
_ALONE = (
    r"orders?|invoices?|tickets?|reference|ref|tracking|parts?|items?|articles?|serial|ids?|skus?|mpn"
    r"|rma|po|modell?|modèle|modelo|barcode|ean|isbn|gtin|upc|imei|s/n|sn|kto|receipts?|batch|txn|build"
    r"|delivery notes?|asset tag|service tag|gift card|siren|siret"
    r"|rechnung(?:en)?|auftrag|aufträge|bestellung(?:en)?|vorgang|vorgänge|konto|referenz|beleg"
    r"|lieferscheine?|gutscheine?|gutschrift(?:en)?|ersatzteile?"
    r"|factures?|commandes?|dossiers?|comptes?|référence|bons? de (?:livraison|commande|retour)"
    r"|facturas?|pedidos?|cuenta|casos?|referencia|incidencias?|expedientes?|albarán|albaranes"
    r"|(?<!in )(?<!that )(?<!this )(?<!any )cases?"
)
# What can have a phone, too, is labelled by its number alone.
_BY_NUMBER = (
    r"accounts?|contract|customer|booking|reservation|transaction|confirmation|shipment|parcel|policy"
    r"|membership|member|meter|licen[cs]e|lot|clients?|clientes?|kunden?|reserva|claim|quot(?:e|ation)|estimate"
    r"|job|registration|subscription|voucher|coupon|asset|permit|docket|returns?|refund|payment"
    r"|consignment|catalog(?:ue)?|vehicle|chassis|patient|student|employee|user|loyalty|vat|tax|event"
    r"|devis|avoir|contrat|contrato|colis|réservation|suivi|série|serie|presupuesto|angebots?"
)
# "Lieferscheinnummer", "Kundennr", "Art.-Nr": of things alone, for "Büronummer" and many others are
# phones.
_COMPOUND = (
    r"rechnungs?|auftrags?|bestell(?:ungs)?|vorgangs?|artikel|kunden|serien|ticket|sendungs|vertrags?"
    r"|konto|schein|transaktions|buchungs|verfolgungs|referenz|mitglieds|policen|chargen"
    r"|versicherungs|zähler|geräte|modell|teile|material|bestätigungs|beleg|quittungs|paket|tracking"
    r"|imei|rma|garantie|steuer|personal|inventar|akten|schadens?|produkt|registrierungs|karten"
    r"|lieferanten|fahrzeug|retouren|reklamations|lizenz|antrags|liefer|angebots?|gutschrifts?|fall"
)
# Keys of records that may hold a phone.
_CALLING = r"(?:caller|callee|contact|from|mobile|phone|recipient|sender|sms|to|wa|whatsapp)"
# What may stand between: "order: **123**", "order_id": "123", "| Order | 123 |", "is 123". A point
# ends a sentence but behind "no." and the like, and a line ends what is said without a sign.
_BETWEEN = (
    r"(?:(?<=no|nr|id|rg|re|kd)\.|(?<=num|ref|inv|art|ser|mat)\.)?[\"'`*_]{0,3}[^\S\n]{0,3}"
    r"(?:[:#：=|>]\s{0,3}|(?:is|was|are|lautet|lauten|ist|war|sind|est|était|es|era)[^\S\n])?"
    r"(?:(?-i:[A-Z]{2})\s)?[\"'`*_(]{0,3}\Z"
)
_LABEL = re.compile(
    rf"(?:\b(?:{_ALONE})(?:[\s_-]?{_NUMBER})?"
    rf"|\b(?:{_BY_NUMBER})[\s_-]?{_NUMBER}"
    rf"|\b(?:num[ée]ro|n[úu]mero|n\.?[°º])\s(?:de\s)?(?:{_ALONE}|{_BY_NUMBER}|seguimiento|envío)"
    rf"|\b(?!{_CALLING}_)\w{{1,30}}_id|(?-i:\b(?!{_CALLING}Id)[a-z]{{1,30}}Id)"  # keys of records
    rf"|\b\w*(?:{_COMPOUND})-?(?:nummern?|nr)"
    r"|\b\w*(?:konto|ticket|aktenzeichen|kassenzeichen|geschäftszeichen)"
    r"|(?<!area )(?<!dialing )(?<!dialling )(?<!country )\b\w*codes?"
    r"|\b(?:art|auftr|best|id|inv|kd|mat|re|ref|rg|ser|vorg)\.?-?\s?nr"
    # "受付" alone is a reception, which has a phone.
    r"|(?:(?:伝票|追跡|订单|訂單|运单|運單|송장)(?:番号|编号|編號|号|號码|号码|號|번호)?"
    r"|(?:注文|受付|予約|快递|주문|접수|예약)(?:番号|编号|编码|号码|號碼|单号|單號|号|번호)))"
    + _BETWEEN,
    re.IGNORECASE,
)
# "Orders: 030 901820" is whom to call, and so may be the next cell of a row; digits in one piece
# are numbers of orders.
_OF_MANY = re.compile(
    r"(?:\b(?:orders|invoices|tickets|parts|items|articles|receipts|rechnungen|aufträge|bestellungen"
    r"|vorgänge|lieferscheine|gutscheine|gutschriften|ersatzteile|factures|commandes|dossiers|comptes"
    r"|facturas|pedidos|casos|incidencias|expedientes|cases)[^\w|>]*(?:are[^\S\n])?|[|>]\s*)\Z",
    re.IGNORECASE,
)
_IN_ONE = re.compile(r"\+?\d{6,}(?![^\S\n]?[-./()]?\d)")
# Others of a row: "orders 2125551234, 2125551235 and 2125551239".
_OTHERS = re.compile(
    r"(?<![\w+.-])(?:\d{6,15}(?:\s?[,;/&]\s?|\s(?:and|und|et|y|or|oder|ou|o)\s)){1,6}\Z"
)
_DIGITS = re.compile(r"\d+")
_SERIES = 2  # digits with which all of a row begin


def is_numbered(text: str, start: int) -> bool:
    """Whether the word before the digits at ``start`` says that they are the number of a thing; in
    a row of them, the word before the first."""
    before = text[max(0, start - _LABELLED) : start]
    if _LABEL.search(before):
        return not _OF_MANY.search(before) or _IN_ONE.match(text, start) is not None
    others, digits = _OTHERS.search(before), _DIGITS.match(text, start)
    if not others or not digits:
        return False
    forms = {(len(one), one[:_SERIES]) for one in [*_DIGITS.findall(others[0]), digits[0]]}
    return len(forms) == 1 and _LABEL.search(before[: others.start()]) is not None
