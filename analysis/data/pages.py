"""The names of the pages on a study's data, in the order of reading, with their tabs and their questions.

`analysis.figures.pages` has their content; navigation needs the names without the drawing code.
"""

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "overview": "Overview",
    "patients": "Patients",
    "mood": "Quality of life and mood",
    "time": "Time since onset",
    "treatment": "Treatment",
    "change": "Change",
    "screening": "Screening",
    "quality": "Measurement quality",
    "attendance": "Attendance",
}

TABS: Mapping[str, Mapping[str, str]] = {
    "patients": {"patients": "At the first visit", "flow": "Who was due, and who answered"},
    "mood": {"mood": "All pairs", "pair": "One pair closely"},
    "time": {"time": "At the first visit", "course": "From visit to visit", "recovery": "Recovery"},
    "treatment": {
        "treatment": "Who gets what",
        "received": "By treatment received",
        "before-after": "Before and after",
        "compared": "Compared",
        "injections": "Injections",
    },
}
"""What a page that is too long for a screen is parted into; the first part has the page's own key."""

PAGE_OF: Mapping[str, str] = {tab: page for page in TITLES for tab in TABS.get(page, {page: ""})}
"""The page of each screen: of a tab, or of a page that has none."""

QUESTIONS: Mapping[str, str] = {
    "overview": "Does quality of life go with time since onset?",
    "patients": "Who are the patients?",
    "flow": "Who was due, and who answered?",
    "mood": "Do patients with a worse mood have a worse quality of life?",
    "pair": "Do these two scores go together?",
    "time": "Do patients with a longer time since onset have other scores?",
    "course": "Do scores change after the first visit?",
    "recovery": "How many recover?",
    "treatment": "Who gets which treatment?",
    "received": "Do scores differ by the treatment received?",
    "before-after": "How did scores change after a treatment began?",
    "compared": "Do patients with a treatment do better than patients like them without it?",
    "injections": "How are patients after an injection of botulinum toxin?",
    "change": "Who changed by more than measurement error?",
    "screening": "How many screen positive?",
    "quality": "Do the questionnaires measure well here?",
    "attendance": "Do patients come to their visits?",
}
"""What each screen asks of the study; `analysis.figures.answers` answers in one sentence."""

OF_EVERYBODY = frozenset({"patients", "flow"})
"""Screens that count patients by many facts at once: readers who see groups alone see them without filters,
because what each filter leaves could be subtracted."""
