#!/bin/sh
# Usage: pre-receive.sh BRANCH ACCOUNT REGION, as a hook of the sandbox's repository: when it fails, nothing is pushed.
branch=$1 account=$2 region=$3
while read -r _ after ref; do
  [ "$ref" = "refs/heads/$branch" ] || continue
  sh "$(dirname "$0")/refuse-elsewhere.sh" "$after" "$account" "$region" "push again" || exit 1
done
