"""`make browser`: install a Chromium for the tests if that is allowed; otherwise say how to get one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.support.browser import find_chromium

# Another process may hold the package manager's lock: wait for it.
APT = ["apt-get", "-o", "DPkg::Lock::Timeout=300"]
BROWSERS = ("chromium-headless-shell", "chromium")  # older releases have the second only
FONTS = "fonts-noto-core"


def main() -> int:
    """0 if there is a browser or the tests may go on without; 1 in CI, where they may not."""
    if find_chromium():
        return 0
    debian = shutil.which("apt-get") is not None
    if debian and os.getuid() == 0:
        print("Installing Chromium for the browser tests …", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = [*APT, "install", "-y", "--no-install-recommends", FONTS]
        for command in ([*APT, "update"], *([*install, browser] for browser in BROWSERS)):
            subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)
            if find_chromium():
                return 0
    how = f"sudo apt-get install {BROWSERS[0]}" if debian else ".venv/bin/playwright install chromium"
    print(f"No Chromium found, so the browser tests will be skipped. To get one: {how}", file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
