"""Writes a manifest that requires exactly the declared minimum versions of a crate's dependencies.

Usage: minimum_versions.py PACKAGE METADATA MANIFEST; prints the crate's features, `default` among them.
"""

import json
import re
import sys
from pathlib import Path

name, metadata, manifest = sys.argv[1:]
packages = json.loads(Path(metadata).read_text())["packages"]
package = next(package for package in packages if package["name"] == name)


def minimum(requirement):
    """Returns the minimum of a requirement: 1.2.0 for `1.2`, `~1.2` and `>=1.2, <3`."""
    match = re.match(r"(?:\^|~|=|>=)?\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?((?:-[\w.]+)?)", requirement)
    if not match:
        sys.exit(f"{name}: no minimum in `{requirement}`")
    major, minor, patch, pre = match.groups()
    return f"{major}.{minor or 0}.{patch or 0}{pre}"


directory = Path(package["manifest_path"]).parent.as_posix()
features = sorted(package["features"])
lines = [
    "[package]",
    f'name = "minimum-versions-of-{name}"',
    'edition = "2024"',
    "[workspace]",
    "[features]",
    *(f'{feature} = ["{name}/{feature}"]' for feature in features if feature != "default"),
    *(['with-defaults = ["' + name + '/default"]'] if "default" in features else []),
    "[dependencies]",
    f'{name} = {{ path = "{directory}", default-features = false }}',
]
# These are optional and no feature turns them on, so they affect only which versions are selected.
for number, dependency in enumerate(package["dependencies"]):
    if dependency["kind"] == "dev" or dependency.get("path"):
        continue
    lines.append(
        f'pin-{number} = {{ package = "{dependency["name"]}", version = "={minimum(dependency["req"])}",'
        " default-features = false, optional = true }"
    )
Path(manifest).write_text("\n".join(lines) + "\n")
print(*("with-defaults" if feature == "default" else feature for feature in features if not feature.startswith("_")))
