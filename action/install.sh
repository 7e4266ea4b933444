#!/usr/bin/env bash
# Installs the archtrack of this action's own version, apart from whatever the job installs.
set -euo pipefail
cd "$GITHUB_ACTION_PATH" # not the checkout: Python would take modules from there
python3 -I -m venv --clear "$RUNNER_TEMP/archtrack"
"$RUNNER_TEMP/archtrack/bin/pip" install --quiet --disable-pip-version-check .
