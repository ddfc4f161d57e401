#!/bin/sh
# Usage: pre-receive.sh BRANCH REGION, as a hook of the sandbox's repository, on which a push ends that fails here.
branch=$1 region=$2
while read -r _ after ref; do
  [ "$ref" = "refs/heads/$branch" ] || continue
  sh "$(dirname "$0")/refuse-regions.sh" "$after" "$region" "push again" || exit 1
done
