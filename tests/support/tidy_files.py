"""The files of a tidy package."""

from __future__ import annotations

FILES = {
    "README.md",
    "SHA256SUMS",
    "amendments.csv",
    "answers_face.csv",
    "answers_long.csv",
    "answers_phq9.csv",
    "answers_saq.csv",
    "attendance.csv",
    "codebook.csv",
    "codebook.json",
    "consents.csv",
    "datapackage.json",
    "gradings.csv",
    "injection_sites.csv",
    "palsies.csv",
    "patients.csv",
    "read.R",
    "read.py",
    "reported.csv",
    "scores.csv",
    "signatures.csv",
    "treatments.csv",
    "visits.csv",
}
