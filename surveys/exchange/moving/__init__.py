"""A tidy package on its way in: opened, read patient by patient, stored as an import."""
