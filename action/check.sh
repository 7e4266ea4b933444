#!/usr/bin/env bash
# Holds the document against the sources: annotations and the job's summary. Nothing in the checkout is written.
set -euo pipefail
# shellcheck source=action/common.sh
. "$GITHUB_ACTION_PATH/action/common.sh"

case $COMMIT in
  true | false | "") ;;
  *) fail "the input commit is '$COMMIT'; say true or false" 2 ;;
esac

status=0
problem=$(update --check --format json 2>&1 >"$report") || status=$?
[ -z "$problem" ] || printf '%s\n' "$problem" >&2
[ "$status" -le 1 ] || fail "${problem:-archtrack ended with exit code $status}" "$status"

changed=$(reported changed)
echo "changed=$changed" >>"$GITHUB_OUTPUT"
update --check --format markdown >>"$GITHUB_STEP_SUMMARY" || [ $? -eq 1 ]

if [ -n "$BASE" ]; then
  comparison=(diff sglang --base "$BASE")
  [ -z "$TRANSFORMERS" ] || comparison+=(--transformers "$TRANSFORMERS")
  echo >>"$GITHUB_STEP_SUMMARY"
  "$bin/archtrack" "${comparison[@]}" --format markdown >>"$GITHUB_STEP_SUMMARY" ||
    fail "what the branch changes against $BASE could not be told; the lines above say why" $?
  "$bin/archtrack" "${comparison[@]}" --format github 2>/dev/null
fi

if [ "$COMMIT" = true ] && [ "$changed" = true ]; then
  exit 0 # commit.sh writes the document, and says what is in it now
fi
update --check
