# What check.sh and commit.sh share. The action's inputs are in the environment: none ever becomes part of a script.
# shellcheck shell=bash

bin="$RUNNER_TEMP/archtrack/bin"
report="$RUNNER_TEMP/archtrack-report.json"
annotations="$RUNNER_TEMP/archtrack-annotations"
options=()

# fail TEXT [EXIT CODE]: ends the step with an annotation.
fail() {
  local text=${1//\%/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  echo "::error title=archtrack::$text"
  exit "${2:-1}"
}

# as_text COMMAND…: what it prints is no command to the runner, which would take `##[name]` anywhere in a line for one.
as_text() {
  local token status=0
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n') # nothing that is read can know it
  echo "::stop-commands::$token"
  "$@" 2>&1 || status=$?
  echo
  echo "::$token::"
  return "$status"
}

# into FILE COMMAND…: adds what it prints to a file, and its messages to the log.
into() {
  "${@:2}" >>"$1"
}

# annotate COMMAND…: the annotations that it gives.
annotate() {
  local status=0
  : >"$annotations"
  as_text into "$annotations" "$@" --format github || status=$?
  cat "$annotations"
  return "$status"
}

# summarize COMMAND…: its Markdown becomes part of the job's summary.
summarize() {
  as_text into "$GITHUB_STEP_SUMMARY" "$@" --format markdown
}

# flag INPUT VALUE OPTION: the option where the input is true.
flag() {
  case $2 in
    true) options+=("$3") ;;
    false | "") ;;
    *) fail "the input $1 is '$2'; say true or false" 2 ;;
  esac
}

# update ARGUMENT…: archtrack update with what the inputs say.
update() {
  "$bin/archtrack" update "${options[@]}" "$@"
}

# reported KEY: what the report of check.sh says; of a path, the file behind links.
reported() {
  "$bin/python" -I -c '
import json, os, sys
value = json.load(open(sys.argv[1], encoding="utf-8"))[sys.argv[2]]
print(os.path.realpath(value) if isinstance(value, str) else json.dumps(value))
' "$report" "$1"
}

options+=(--format github) # replaced by a later --format; the array is never empty for old versions of bash
[ -z "$DOCUMENT" ] || options+=(--doc "$DOCUMENT")
[ -z "$SGLANG" ] || options+=(--sglang "$SGLANG")
[ -z "$TRANSFORMERS" ] || options+=(--transformers "$TRANSFORMERS")
flag refresh "$REFRESH" --refresh
flag prune "$PRUNE" --prune
flag strict "$STRICT" --strict
