"""The matrix of associations as plain data: what a page shows, and what a server keeps of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One coefficient as this reader may see it; ``strength`` from -3 to 3 is how dark it is.

    ``level`` is between or within; ``scale`` and ``other`` the two keys, ``other`` possibly time since onset.
    """

    level: str
    scale: str
    other: str
    estimate: str
    interval: str
    n: str
    note: str
    strength: int


@dataclass(frozen=True)
class Matrix:
    """The cells of one stratum: a row and a column per name; None on the diagonal."""

    key: str
    title: str
    names: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
