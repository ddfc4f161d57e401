#!/bin/sh
# Usage: pre-receive.sh BRANCH UP ACCOUNT..., as a hook of the sandbox's repository: when it fails, nothing is pushed.
# UP is what starts the sandbox, and so makes roles in the accounts.
branch=$1 again="${2%up}down, $2, and push again"
shift 2
while read -r _ after ref; do
  [ "$ref" = "refs/heads/$branch" ] || continue
  sh "$(dirname "$0")/refuse-elsewhere.sh" "$after" "$again" "$@" || exit 1
done
