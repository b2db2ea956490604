"""Patient-reported outcomes in facial palsy: instruments, study conduct, pages and commands."""

__version__ = "0.1.0"
SOFTWARE = f"seventh {__version__}"
