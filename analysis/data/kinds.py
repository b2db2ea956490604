"""Kinds of treatment and the families they are grouped in: the one list of both.

Standard library only: tables, pages, plans and the import ask here. A further kind takes one line and a
migration.
"""

from collections.abc import Mapping
from dataclasses import dataclass


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
    Family("medicine", "Medicine (steroid, antiviral)", "given medicine"),
    Family("therapy", "Therapy (physiotherapy, mime, biofeedback …)", "given therapy", (60, 240)),
    Family("toxin", "Botulinum toxin", "given botulinum toxin", (14, 56)),
    Family("surgery", "Operation on nerve or muscle", "operated on", (300, 540)),
    Family("other", "Other treatment", "given another treatment"),
)
FAMILIES = tuple(family.key for family in ALL_FAMILIES)
NONE_YET = "none yet"

ALL_KINDS = (
    Kind("oral_corticosteroid", "Corticosteroid tablets", "medicine"),
    Kind("antiviral", "Antiviral medicine", "medicine"),
    Kind("physiotherapy_neuromuscular_retraining", "Physiotherapy, facial retraining", "therapy"),
    Kind("mime_therapy", "Mime therapy", "therapy"),
    Kind("emg_biofeedback", "EMG biofeedback", "therapy"),
    Kind("neuro_proprioceptive_rehabilitation", "Neuro-proprioceptive rehabilitation", "therapy"),
    Kind("massage", "Massage", "therapy"),
    Kind("self_care", "Home exercises and relaxation", "therapy"),
    Kind("botulinum_toxin", "Botulinum toxin", "toxin", on_a_day=True),
    Kind("selective_neurectomy", "Selective neurectomy", "surgery", on_a_day=True),
    Kind("myectomy", "Myectomy", "surgery", on_a_day=True),
    Kind("nerve_transfer", "Nerve transfer", "surgery", on_a_day=True),
    Kind("nerve_repair_or_graft", "Nerve repair or graft", "surgery", on_a_day=True),
    Kind("gracilis_free_muscle_transfer", "Gracilis free muscle transfer", "surgery", on_a_day=True),
    Kind("regional_muscle_transfer", "Regional muscle transfer", "surgery", on_a_day=True),
    Kind("static_sling", "Static sling", "surgery", on_a_day=True),
    Kind("facial_nerve_decompression", "Facial nerve decompression", "surgery", on_a_day=True),
    Kind("electrical_stimulation", "Electrical stimulation", "other"),
    Kind("acupuncture", "Acupuncture", "other"),
    Kind("stem_cell_therapy", "Stem cell therapy", "other"),
    Kind("other", "Other", "other"),
    Kind("eyelid_weight", "Eyelid weight", None, on_a_day=True),
    Kind("other_periocular", "Other operation at the eye", None, on_a_day=True),
    Kind("tumour_operation", "Operation of a tumour", None, on_a_day=True),
    Kind("radiosurgery", "Radiosurgery", None, on_a_day=True),
    Kind("psychological_support", "Psychological support", None),
    Kind("eye_lubricants_or_taping", "Eye drops, ointment or taping", None),
    Kind("watchful_waiting", "Watchful waiting", None),
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
