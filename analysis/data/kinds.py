"""Kinds of treatment and the families they are grouped in: the one list of both.

Standard library only: tables, pages, plans and the import ask here. A further kind takes one line and a
migration.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.words import joined
from analysis.words import words as _


@dataclass(frozen=True)
class Family:
    """Treatments that the analysis takes together; `done` is the word for a patient who had one.

    The analysis looks for its effect in the `effect_days` after its start, first to last.
    """

    key: str
    words: str
    done: str
    effect_days: tuple[int, int] | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of treatment, in the words of staff.

    Without a `family` it makes no level: eye care, treatment of a tumour, support, waiting. The effect of a
    kind that is done `on_a_day` counts from that day; tablets and exercises have no single day.
    """

    key: str
    words: str
    family: str | None
    on_a_day: bool = False


ALL_FAMILIES = (
    Family("medicine", _("Medicine (steroid, antiviral)"), _("given medicine")),
    Family("therapy", _("Therapy (physiotherapy, mime, biofeedback …)"), _("given therapy"), (60, 240)),
    Family("toxin", _("Botulinum toxin"), _("given botulinum toxin"), (14, 56)),
    Family("surgery", _("Operation on nerve or muscle"), _("operated on"), (300, 540)),
    Family("other", _("Other treatment"), _("given another treatment")),
)
FAMILIES = tuple(family.key for family in ALL_FAMILIES)
NONE_YET = _("none yet")
_WITHIN_SENTENCES = (_("medicine"), _("therapy"), _("toxin"), _("surgery"), _("other"))

ALL_KINDS = (
    Kind("oral_corticosteroid", _("Corticosteroid tablets"), "medicine"),
    Kind("antiviral", _("Antiviral medicine"), "medicine"),
    Kind("physiotherapy_neuromuscular_retraining", _("Physiotherapy, facial retraining"), "therapy"),
    Kind("mime_therapy", _("Mime therapy"), "therapy"),
    Kind("emg_biofeedback", _("EMG biofeedback"), "therapy"),
    Kind("neuro_proprioceptive_rehabilitation", _("Neuro-proprioceptive rehabilitation"), "therapy"),
    Kind("massage", _("Massage"), "therapy"),
    Kind("self_care", _("Home exercises and relaxation"), "therapy"),
    Kind("botulinum_toxin", _("Botulinum toxin"), "toxin", on_a_day=True),
    Kind("selective_neurectomy", _("Selective neurectomy"), "surgery", on_a_day=True),
    Kind("myectomy", _("Myectomy"), "surgery", on_a_day=True),
    Kind("nerve_transfer", _("Nerve transfer"), "surgery", on_a_day=True),
    Kind("nerve_repair_or_graft", _("Nerve repair or graft"), "surgery", on_a_day=True),
    Kind("gracilis_free_muscle_transfer", _("Gracilis free muscle transfer"), "surgery", on_a_day=True),
    Kind("regional_muscle_transfer", _("Regional muscle transfer"), "surgery", on_a_day=True),
    Kind("static_sling", _("Static sling"), "surgery", on_a_day=True),
    Kind("facial_nerve_decompression", _("Facial nerve decompression"), "surgery", on_a_day=True),
    Kind("electrical_stimulation", _("Electrical stimulation"), "other"),
    Kind("acupuncture", _("Acupuncture"), "other"),
    Kind("stem_cell_therapy", _("Stem cell therapy"), "other"),
    Kind("other", _("Other"), "other"),
    Kind("eyelid_weight", _("Eyelid weight"), None, on_a_day=True),
    Kind("other_periocular", _("Other operation at the eye"), None, on_a_day=True),
    Kind("tumour_operation", _("Operation of a tumour"), None, on_a_day=True),
    Kind("radiosurgery", _("Radiosurgery"), None, on_a_day=True),
    Kind("psychological_support", _("Psychological support"), None),
    Kind("eye_lubricants_or_taping", _("Eye drops, ointment or taping"), None),
    Kind("watchful_waiting", _("Watchful waiting"), None),
)
REANIMATION = (
    "nerve_repair_or_graft",
    "nerve_transfer",
    "gracilis_free_muscle_transfer",
    "regional_muscle_transfer",
    "static_sling",
)
"""The operations that move a face in another way: after them nobody waits for a recovery of its own nerve."""
INJECTED = "botulinum_toxin"
"""The kind whose dose is told by muscle and side."""
KINDS = tuple(kind.key for kind in ALL_KINDS)
WORDS_OF_KIND: Mapping[str, str] = {kind.key: kind.words for kind in ALL_KINDS}
FAMILY_OF: Mapping[str, str | None] = {kind.key: kind.family for kind in ALL_KINDS}

# The kinds that patients are asked about, in the order of the question; operations have their own question.
TREATMENTS_ASKED = (
    "oral_corticosteroid",
    "antiviral",
    "physiotherapy_neuromuscular_retraining",
    "mime_therapy",
    "massage",
    "self_care",
    "botulinum_toxin",
    "electrical_stimulation",
    "acupuncture",
    "stem_cell_therapy",
    "eye_lubricants_or_taping",
)
OPERATIONS_ASKED = (
    "facial_nerve_decompression",
    "nerve_repair_or_graft",
    "nerve_transfer",
    "gracilis_free_muscle_transfer",
    "regional_muscle_transfer",
    "static_sling",
    "selective_neurectomy",
    "myectomy",
    "eyelid_weight",
    "other_periocular",
    "tumour_operation",
    "other",
)


def level_words(level: str) -> str:
    """A family within a sentence, or families together such as `medicine + toxin`."""
    return joined(" + ", (_(family) for family in level.split(" + ")))
