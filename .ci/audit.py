"""Whether a known vulnerability is in what the program needs to run: asks the package registry, by pip-audit.

Exits with 1 where one is found. Where the registry says nothing about vulnerabilities, or cannot be reached,
it says so and that nothing was audited.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.metadata import distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def needed(name: str, extras: Iterable[str], found: dict[str, str]) -> dict[str, str]:
    """What a distribution with these extras needs and has here, and what that needs: versions by name."""
    for said in map(Requirement, distribution(name).requires or []):
        if said.marker and not any(said.marker.evaluate({"extra": e}) for e in ("", *extras)):
            continue
        needs = canonicalize_name(said.name)
        if needs not in found or said.extras:
            found[needs] = distribution(needs).version
            needed(needs, said.extras, found)
    return found


def main() -> int:
    """Audit, and say what came of it."""
    pinned = needed("commitment-tracker", ["postgres"], {})
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("".join(f"{name}=={version}\n" for name, version in pinned.items()))
        listed.flush()
        ran = subprocess.run(  # noqa: S603 - it runs pip-audit on a list that this script wrote, nothing that came from outside
            [sys.executable, "-m", "pip_audit", "-r", listed.name, "--no-deps", "--disable-pip",
             "--format", "json", "--progress-spinner", "off", "--timeout", "20"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    try:
        told = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"skipped: the registry cannot be asked: {ran.stderr.strip()[-300:]}")
        return 0
    silent = [each["name"] for each in told if "skip_reason" in each]
    faults = [
        f"{each['name']} {each['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version'}"
        for each in told
        for fault in each.get("vulns", ())
    ]
    print(
        f"{len(told) - len(silent)} of {len(pinned)} packages audited, {len(faults)} vulnerabilities"
    )
    if silent:
        print(f"skipped: the registry says nothing about {', '.join(silent)}")
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
