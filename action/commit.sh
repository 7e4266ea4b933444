#!/usr/bin/env bash
# Writes the document, commits it alone and pushes it to the branch that is checked out.
set -euo pipefail
# shellcheck source=action/common.sh
. "$GITHUB_ACTION_PATH/action/common.sh"

# refuse TEXT: the document stays as it is; what is missing is told as without `commit`.
refuse() {
  annotate update --check || true
  fail "$1"
}

if [ -n "$HEAD_REPOSITORY" ] && [ "$HEAD_REPOSITORY" != "$GITHUB_REPOSITORY" ]; then
  refuse "the document was not committed: the pull request comes from the fork $HEAD_REPOSITORY, to which this workflow may not push; its author runs \`archtrack update\` and commits the result"
fi
if ! branch=$(git symbolic-ref --quiet --short HEAD); then
  refuse "the document was not committed: no branch is checked out (detached HEAD); give actions/checkout the branch by name, with 'ref: \${{ github.head_ref || github.ref_name }}'"
fi
if [ -n "${GITHUB_HEAD_REF:-}" ] && [ "$branch" != "$GITHUB_HEAD_REF" ]; then
  refuse "the document was not committed: $branch is checked out, and the pull request's branch is $GITHUB_HEAD_REF"
fi
top=$(git rev-parse --show-toplevel)
document=$(reported document) # the file behind links
case $document in
  "$top"/.git/*) refuse "the document was not committed: it is a link to $document, which is git's own" ;;
  "$top"/*) ;;
  *) refuse "the document was not committed: it is a link to $document, which is outside of the checkout $top" ;;
esac
if [ "$(git -C "$(dirname "$document")" rev-parse --show-toplevel 2>/dev/null)" != "$top" ]; then
  refuse "the document was not committed: $document belongs to another repository than $top"
fi
ignored=0
git check-ignore --quiet -- "$document" || ignored=$?
if [ "$ignored" -ne 1 ]; then # 0: it is; more: git cannot tell
  refuse "the document was not committed: git ignores $document; take it out of .gitignore, or name another document"
fi

status=0
annotate update || status=$? # 1: a place could not be resolved, with `strict`
[ "$status" -le 1 ] || exit "$status"

as_text git add -- "$document"
if git diff --cached --quiet -- "$document"; then
  echo "There is nothing to commit."
  exit "$status"
fi
author=(-c "user.name=github-actions[bot]" -c "user.email=41898282+github-actions[bot]@users.noreply.github.com")
as_text git "${author[@]}" commit --quiet --message "$COMMIT_MESSAGE" -- "$document"
as_text git push --quiet origin "HEAD:refs/heads/$branch" || fail "the document was committed and could not be pushed to $branch: the job needs the permission 'contents: write' and the credentials of actions/checkout; if the branch has moved meanwhile, run the job again"
echo "committed=true" >>"$GITHUB_OUTPUT"
exit "$status"
