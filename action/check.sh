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
[ -z "$problem" ] || as_text printf '%s\n' "$problem"
[ "$status" -le 1 ] || fail "${problem:-archtrack ended with exit code $status}" "$status"

changed=$(reported changed)
echo "changed=$changed" >>"$GITHUB_OUTPUT"
summarize update --check || [ $? -eq 1 ]

status=0
if [ "$COMMIT" != true ] || [ "$changed" != true ]; then # else commit.sh writes the document, and says what is in it
  annotate update --check || status=$?
fi

if [ -n "$BASE" ]; then
  comparison=("$bin/archtrack" diff sglang --base "$BASE")
  [ -z "$TRANSFORMERS" ] || comparison+=(--transformers "$TRANSFORMERS")
  echo >>"$GITHUB_STEP_SUMMARY"
  untold=0
  summarize "${comparison[@]}" || untold=$?
  if [ "$untold" -ne 0 ]; then
    [ "$COMMIT" != true ] || [ "$changed" != true ] || annotate update --check || true # as nothing is committed
    fail "what the branch changes against $BASE could not be told, and the lines above say why; it needs the history and the reference, as 'fetch-depth: 0' of actions/checkout gets them" "$untold"
  fi
  annotate "${comparison[@]}"
fi
exit "$status"
