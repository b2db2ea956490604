"""The words of what is known of a person and a palsy, for pages and figures alike."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.words import words as _

SEXES: Mapping[str, str] = {
    "female": _("Female"),
    "male": _("Male"),
    "other": _("Other"),
    "unknown": _("Not known"),
}
SIDES: Mapping[str, str] = {
    "left": _("Left"),
    "right": _("Right"),
    "both": _("Both sides"),
    "unknown": _("Not known"),
}
CAUSES: Mapping[str, str] = {
    "bells_palsy": _("Bell's palsy"),
    "ramsay_hunt": _("Ramsay Hunt syndrome (herpes zoster)"),
    "vestibular_schwannoma": _("Vestibular schwannoma"),
    "facial_nerve_schwannoma": _("Facial nerve schwannoma"),
    "parotid_or_other_malignancy": _("Parotid or other malignancy"),
    "other_tumour": _("Other tumour"),
    "iatrogenic_postoperative": _("After an operation"),
    "trauma": _("Injury"),
    "lyme": _("Lyme disease"),
    "otitis_or_other_infection": _("Ear infection or other infection"),
    "congenital_or_syndromic": _("Congenital or syndromic"),
    "birth_trauma": _("Birth trauma"),
    "stroke_central": _("Stroke (central palsy)"),
    "other": _("Other"),
    "unknown": _("Not known"),
}
