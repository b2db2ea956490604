"""The software bill of materials: what the server is made of, from the locks, as CycloneDX 1.6.

`make bill` writes dist/seventh.cdx.json. The same locks give the same bytes.
"""

from __future__ import annotations

import json
import re
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "dist" / "seventh.cdx.json"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def bill() -> dict[str, Any]:
    """The bill: Python's packages from requirements/run.txt, those of pages from package-lock.json."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    parts = sorted((*_of_python(), *_of_pages()), key=lambda part: str(part["purl"]))
    told = json.dumps([project["version"], parts], sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, told)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "seventh",
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": parts,
        "dependencies": [{"ref": "seventh", "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def _of_python() -> Iterator[dict[str, Any]]:
    for name, version in _PINNED.findall((ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")):
        yield _part(name, version, f"pkg:pypi/{name.lower().replace('_', '-')}@{version}")


def _of_pages() -> Iterator[dict[str, Any]]:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for place, about in packages.items():
        name = place.rpartition("node_modules/")[2]
        if name and not about.get("dev"):
            version = about["version"]
            yield _part(name, version, f"pkg:npm/{name.replace('@', '%40')}@{version}", about.get("license"))


def _part(name: str, version: str, purl: str, licence: str | None = None) -> dict[str, Any]:
    about: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
    }
    return about | ({"licenses": [{"expression": licence}]} if licence else {})


if __name__ == "__main__":
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(f"{json.dumps(bill(), indent=2)}\n", encoding="utf-8")
