#!/bin/sh
# Usage: refuse-elsewhere.sh COMMIT AGAIN ACCOUNT...
# Fails, and says what to do, when environments of a commit are in other accounts than these. The controllers have no roles
# there, and would wait for ever. AGAIN is what to do when they have.
commit=$1 again=$2
shift 2
elsewhere=$(git grep -E 'services\.k8s\.aws/owner-account-id:' "$commit" -- dist |
  sed 's|^[^:]*:dist/\([^/:]*\)/.*services\.k8s\.aws/[a-z-]*: *"\{0,1\}\([0-9]*\).*|\1 \2|' | sort -u |
  awk -v accounts=" $* " 'index(accounts, " " $2 " ") == 0 { print "  " $1 ": " $2 }')
[ -z "$elsewhere" ] && exit 0
echo "The sandbox's controllers have roles in these accounts only: $*. These environments are in others:
$elsewhere
The accounts are those of this checkout's environments/ (argocd/**/ack-role-account-map.generated.yaml). Add yours there; then:
make synth, commit, $again." >&2
exit 1
