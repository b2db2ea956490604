"""Everyday words, English and German, that a list of patients may have for its columns and codes.

`labels` has the words that pages show. These are the others that people type; a word means one code only, and
one that may mean something else in a clinic is left out: "Aufnahme" is an admission too.
Capitals, dashes, dots, accents and what stands in brackets do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from analysis.data import facts
from surveys import same
from surveys.forms import labels

Words = Mapping[str, tuple[str, ...]]

_NOT_KNOWN = ("not known", "unbekannt", "nicht bekannt", "k. A.", "keine Angabe", "n/a", "unklar")
SEXES: Words = {
    "female": ("f", "w", "weiblich", "Frau", "woman"),
    "male": ("m", "männlich", "Mann", "man"),
    "other": ("d", "divers", "diverse", "andere", "anderes"),
    "unknown": _NOT_KNOWN,
}
SIDES: Words = {
    "left": ("l", "li", "links", "linke Seite", "linksseitig", "left side"),
    "right": ("r", "re", "rechts", "rechte Seite", "rechtsseitig", "right side"),
    "both": ("b", "bds", "beide", "beidseits", "beidseitig", "beide Seiten", "bilateral"),
    "unknown": _NOT_KNOWN,
}
BEGINNINGS: Words = {
    "sudden": ("plötzlich", "akut", "acute"),
    "gradual": ("allmählich", "schleichend", "langsam", "slowly"),
    "after_operation": ("nach Operation", "nach einer Operation", "nach OP", "postoperativ", "postoperative"),
    "from_birth": ("seit Geburt", "von Geburt an", "angeboren", "congenital"),
    "unknown": _NOT_KNOWN,
}
CAUSES: Words = {
    "bells_palsy": (
        "Bell",
        "Bell's",
        "Bell palsy",
        "Bell-Parese",
        "Bellsche Parese",
        "Bell-Lähmung",
        "Bellsche Lähmung",
        "idiopathic",
        "idiopathisch",
        "idiopathic facial palsy",
        "idiopathische Fazialisparese",
        "idiopathische Facialisparese",
    ),
    "ramsay_hunt": (
        "Ramsay Hunt",
        "Ramsay-Hunt-Syndrom",
        "Ramsay Hunt syndrome",
        "Zoster oticus",
        "Herpes zoster oticus",
        "herpes zoster",
        "Zoster",
    ),
    "vestibular_schwannoma": (
        "Vestibularisschwannom",
        "Akustikusneurinom",
        "acoustic neuroma",
    ),
    "facial_nerve_schwannoma": (
        "Fazialisschwannom",
        "Fazialisneurinom",
        "Facialisneurinom",
        "facial neuroma",
    ),
    "parotid_or_other_malignancy": (
        "Parotiskarzinom",
        "Parotismalignom",
        "parotid cancer",
        "parotid malignancy",
        "malignancy",
        "Malignom",
        "Karzinom",
    ),
    "other_tumour": ("other tumor", "anderer Tumor", "sonstiger Tumor"),
    "iatrogenic_postoperative": (
        "iatrogenic",
        "iatrogen",
        "postoperative",
        "postoperativ",
        "nach Operation",
        "nach einer Operation",
        "nach OP",
    ),
    "trauma": (
        "traumatic",
        "traumatisch",
        "Verletzung",
        "Unfall",
        "Felsenbeinfraktur",
        "temporal bone fracture",
    ),
    "lyme": ("Borreliose", "Neuroborreliose", "Lyme-Borreliose", "neuroborreliosis", "Lyme borreliosis"),
    "otitis_or_other_infection": (
        "otitis",
        "otitis media",
        "Mittelohrentzündung",
        "infection",
        "Infektion",
        "ear infection",
        "Ohrentzündung",
    ),
    "congenital_or_syndromic": (
        "congenital",
        "kongenital",
        "angeboren",
        "syndromal",
        "Möbius",
        "Möbius-Syndrom",
        "Moebius syndrome",
    ),
    "birth_trauma": ("Geburtstrauma", "birth injury", "Geburtsverletzung"),
    "stroke_central": (
        "stroke",
        "central",
        "central palsy",
        "Schlaganfall",
        "zentral",
        "zentrale Parese",
        "zentrale Fazialisparese",
        "Apoplex",
    ),
    "other": ("andere", "anderes", "andere Ursache", "sonstige", "sonstiges", "other cause"),
    "unknown": _NOT_KNOWN,
}
TREATMENTS: Words = {
    "oral_corticosteroid": (
        "Kortison",
        "Cortison",
        "Prednisolon",
        "prednisolone",
        "Steroid",
        "Steroide",
        "steroids",
    ),
    "antiviral": ("antivirals", "Virostatikum", "Aciclovir", "Valaciclovir", "antiviral"),
    "physiotherapy_neuromuscular_retraining": ("Physiotherapie", "physiotherapy", "Krankengymnastik"),
    "mime_therapy": ("Mimiktherapie", "mime therapy"),
    "emg_biofeedback": ("biofeedback", "EMG-Biofeedback"),
    "neuro_proprioceptive_rehabilitation": ("PNF",),
    "massage": ("Massagen",),
    "self_care": ("Eigenübungen", "home exercises", "Selbstübungen"),
    "botulinum_toxin": ("Botox", "Botulinumtoxin", "Botulinum", "BoNT", "BTX"),
    "selective_neurectomy": ("selektive Neurektomie", "Neurektomie"),
    "myectomy": ("Myektomie",),
    "nerve_transfer": ("Nerventransfer", "Nerventransposition"),
    "nerve_repair_or_graft": ("Nervennaht", "Nerventransplantat"),
    "gracilis_free_muscle_transfer": ("Gracilis", "Gracilistransfer", "Gracilis-Transplantation"),
    "regional_muscle_transfer": ("Temporalistransfer", "regionaler Muskeltransfer"),
    "static_sling": ("statische Zügelung", "Zügelplastik"),
    "facial_nerve_decompression": ("Dekompression", "decompression", "Fazialisdekompression"),
    "electrical_stimulation": ("Elektrostimulation", "Elektrotherapie"),
    "acupuncture": ("Akupunktur",),
    "stem_cell_therapy": ("Stammzelltherapie",),
    "other": ("andere", "sonstige"),
    "eyelid_weight": ("Lidgewicht", "Lidloading", "Goldgewicht"),
    "other_periocular": ("andere Lidoperation",),
    "tumour_operation": ("tumor surgery", "tumour surgery", "Tumoroperation", "Tumorresektion"),
    "radiosurgery": ("Radiochirurgie", "Gamma Knife"),
    "psychological_support": ("psychologische Unterstützung", "Psychotherapie", "psychotherapy"),
    "eye_lubricants_or_taping": ("Augensalbe", "Augentropfen", "Uhrglasverband", "eye ointment", "eye drops"),
    "watchful_waiting": ("Abwarten", "abwartend"),
}
LANGUAGES: Words = {
    "de": ("deutsch", "German"),
    "en": ("englisch", "English"),
    "fr": ("französisch", "French"),
    "it": ("italienisch", "Italian"),
    "nl": ("niederländisch", "Dutch"),
    "tr": ("türkisch", "Turkish"),
}
COLUMNS: Words = {
    "code": (
        "Studiencode",
        "Studien-ID",
        "Studiennummer",
        "Patientencode",
        "Patienten-ID",
        "Pat-ID",
        "ID",
        "Pseudonym",
        "study code",
        "study ID",
        "patient code",
        "patient ID",
        "subject ID",
        "record ID",
    ),
    "site": ("Zentrum", "Standort", "Klinik", "centre", "center", "clinic"),
    "enrolled_on": (
        "Einschluss",
        "Einschlussdatum",
        "Einschluss am",
        "eingeschlossen am",
        "Studieneinschluss",
        "enrolled",
        "enrolment",
        "enrollment",
        "enrolment date",
        "enrollment date",
        "date of enrolment",
        "date of enrollment",
    ),
    "birth_date": (
        "Geburtsdatum",
        "Geburtstag",
        "Geb.",
        "Geb.-Datum",
        "geboren",
        "geboren am",
        "date of birth",
        "DOB",
        "born",
        "born on",
        "birthdate",
    ),
    "birth_year": ("Geburtsjahr", "Jahrgang", "Geb.-Jahr", "year of birth", "YOB", "born in"),
    "sex": ("Geschlecht", "Geschl.", "gender", "m/w", "m/w/d"),
    "side": (
        "Seite",
        "betroffene Seite",
        "gelähmte Seite",
        "Lähmungsseite",
        "affected side",
        "side of palsy",
    ),
    "cause": ("Ursache", "Ätiologie", "Diagnose", "aetiology", "etiology", "diagnosis"),
    "begin": ("Art des Beginns", "Beginn wie", "how it began", "type of onset"),
    "onset_on": (
        "Beginn",
        "Beginn am",
        "Datum des Beginns",
        "Beginn Datum",
        "Beginn der Lähmung",
        "Beginn der Parese",
        "Lähmung seit",
        "Parese seit",
        "Erkrankungsbeginn",
        "Krankheitsbeginn",
        "Symptombeginn",
        "onset",
        "onset date",
        "date of onset",
        "palsy since",
    ),
    "treatments": ("Behandlung", "Behandlungen", "Therapie", "Therapien", "treatment", "therapy"),
    "consent_on": (
        "Einwilligung am",
        "Einwilligungsdatum",
        "Datum der Einwilligung",
        "eingewilligt am",
        "consent date",
        "date of consent",
        "consented on",
    ),
    "consent_reference": (
        "Ablage der Einwilligung",
        "Ablageort der Einwilligung",
        "where the consent is kept",
        "consent kept in",
    ),
    "name": ("Patientenname", "Vor- und Nachname", "full name", "patient name"),
    "given_name": ("Vorname", "first name", "forename"),
    "family_name": ("Nachname", "Familienname", "Zuname", "last name", "surname"),
    "hospital_number": (
        "Krankenhausnummer",
        "Klinik-Nr.",
        "Kliniknummer",
        "Patientennummer",
        "Patienten-Nr.",
        "Pat.-Nr.",
        "PID",
        "KIS-Nummer",
        "MRN",
        "medical record number",
        "hospital no.",
    ),
    "email": ("E-Mail", "E-Mail-Adresse", "Mail", "Mailadresse", "e-mail address"),
    "telephone": (
        "Telefon",
        "Telefonnummer",
        "Telefon-Nr.",
        "Tel.",
        "Tel.-Nr.",
        "phone",
        "phone number",
        "telephone number",
    ),
    "mobile": (
        "Handy",
        "Handynummer",
        "Handy-Nr.",
        "Mobil",
        "Mobilnummer",
        "Mobiltelefon",
        "mobile number",
        "mobile phone",
        "cell phone",
        "cell",
    ),
    "locale": ("Sprache", "language"),
}

# Fact → the words of its codes: those of our pages, and the everyday ones.
FACTS: Mapping[str, tuple[Mapping[str, str], Words]] = {
    "sex": (facts.SEXES, SEXES),
    "side": (facts.SIDES, SIDES),
    "begin": (labels.BEGINNINGS, BEGINNINGS),
    "cause": (facts.CAUSES, CAUSES),
    "treatments": (labels.TREATMENTS, TREATMENTS),
    "locale": ({}, LANGUAGES),
    "column": ({}, COLUMNS),
}

_WORDS = re.compile(r"[^\W_]+")
_BRACKETS = re.compile(r"\([^()]*\)")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def folded(text: str) -> str:
    """The form in which such words are compared."""
    return " ".join(_WORDS.findall(same.searched(_BRACKETS.sub(" ", text)) or same.searched(text)))


def code(fact: str, text: str) -> str | None:
    """The code of `fact` (one of `FACTS`) that `text` means; None if it means none."""
    return _CODES[fact].get(folded(text))


def spellings(fact: str) -> dict[str, set[str]]:
    """Each folded word of `fact`, with the codes that it means."""
    shown, typed = FACTS[fact]
    found: dict[str, set[str]] = {}
    for one in {**shown, **typed}:
        for word in _forms((one, *((shown[one],) if one in shown else ()), *typed.get(one, ()))):
            found.setdefault(word, set()).add(one)
    return found


def _forms(words: Iterable[str]) -> set[str]:
    """Umlauts are also written as two letters."""
    return {folded(word) for word in words} | {folded(word.translate(_UMLAUTS)) for word in words}


_CODES: Mapping[str, Mapping[str, str]] = {
    fact: {word: next(iter(codes)) for word, codes in spellings(fact).items()} for fact in FACTS
}
