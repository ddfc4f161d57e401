#!/bin/sh
# Usage: refuse-elsewhere.sh COMMIT ACCOUNT REGION AGAIN
# Fails, and says what to do, when environments of a commit are in another account or region than these. The sandbox's
# controllers work in one place only (--enable-carm=false): what is meant for another would silently be made in this one, with
# policies and outputs that name the other. AGAIN is what to do when dist/ is mended.
annotation='services\.k8s\.aws/(default-region|region|owner-account-id):'
elsewhere=$(git grep -E "$annotation" "$1" -- dist |
  sed 's|^[^:]*:dist/\([^/:]*\)/.*services\.k8s\.aws/[a-z-]*: *"\{0,1\}\([a-z0-9-]*\).*|\1 \2|' | sort -u |
  awk -v account="$2" -v region="$3" '$2 != account && $2 != region { print "  " $1 ": " $2 }')
[ -z "$elsewhere" ] && exit 0
echo "The sandbox has one account and one region, $2 in $3. It would make these environments there, and not where they belong:
$elsewhere
Leave them out of environments/index.ts as long as that is so (docs/sandbox.md); then: make synth, commit, $4." >&2
exit 1
