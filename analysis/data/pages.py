"""The names of the pages on a study's data, in the order of reading, with their tabs and their questions.

`analysis.figures.pages` has their content; navigation needs the names without the drawing code.
"""

from collections.abc import Mapping

from analysis.words import words as _

TITLES: Mapping[str, str] = {
    "overview": _("Overview"),
    "patients": _("Patients"),
    "mood": _("Quality of life and mood"),
    "time": _("Time since onset"),
    "treatment": _("Treatment"),
    "change": _("Change of scores"),
    "screening": _("Screening"),
    "quality": _("Measurement quality"),
    "attendance": _("Attendance"),
}

TABS: Mapping[str, Mapping[str, str]] = {
    "patients": {"patients": _("At the first visit"), "flow": _("Who was due, and who answered")},
    "mood": {"mood": _("All pairs"), "pair": _("One pair closely")},
    "time": {"time": _("At the first visit"), "course": _("From visit to visit"), "recovery": _("Recovery")},
    "treatment": {
        "treatment": _("Who gets what"),
        "received": _("By treatment received"),
        "before-after": _("Before and after"),
        "compared": _("Compared"),
        "injections": _("Injections"),
    },
}
"""What a page that is too long for a screen is parted into; the first part has the page's own key."""

PAGE_OF: Mapping[str, str] = {tab: page for page in TITLES for tab in TABS.get(page, {page: ""})}
"""The page of each screen: of a tab, or of a page that has none."""

QUESTIONS: Mapping[str, str] = {
    "overview": _("Does quality of life go with time since onset?"),
    "patients": _("Who are the patients?"),
    "flow": _("Who was due, and who answered?"),
    "mood": _("Do patients with a worse mood have a worse quality of life?"),
    "pair": _("Do these two scores go together?"),
    "time": _("Do patients with a longer time since onset have other scores?"),
    "course": _("Do scores change after the first visit?"),
    "recovery": _("How many recover?"),
    "treatment": _("Who gets which treatment?"),
    "received": _("Do scores differ by the treatment received?"),
    "before-after": _("How did scores change after a treatment began?"),
    "compared": _("Do patients with a treatment do better than patients like them without it?"),
    "injections": _("How are patients after an injection of botulinum toxin?"),
    "change": _("Who changed by more than measurement error?"),
    "screening": _("How many screen positive?"),
    "quality": _("Do the questionnaires measure well here?"),
    "attendance": _("Do patients come to their visits?"),
}
"""What each screen asks of the study; `analysis.figures.answers` answers in one sentence."""

OF_EVERYBODY = frozenset({"patients", "flow"})
"""Screens that count patients by many facts at once: readers who see groups alone see them without filters,
because what each filter leaves could be subtracted."""

BY_TREATMENT = frozenset({"treatment"})
"""Screens that tell patients apart by family of treatment."""
