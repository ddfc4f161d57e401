#!/bin/sh
# Usage: refuse-regions.sh COMMIT REGION AGAIN
# Fails, and says what to do, when environments of a commit are in another region than REGION: the sandbox's controllers
# work in one region only (--enable-carm=false), so that such an environment would silently be made in the wrong one.
# AGAIN is what to do when dist/ is mended.
annotation='^[^:]*:dist/\([^/:]*\)/.*services\.k8s\.aws/[a-z-]*region: *"\{0,1\}\([a-z0-9-]*\).*'
elsewhere=$(git grep -E 'services\.k8s\.aws/(default-)?region:' "$1" -- dist |
  sed "s|$annotation|\1 \2|" | sort -u | awk -v region="$2" '$2 != region { print "  " $1 ": " $2 }')
[ -z "$elsewhere" ] && exit 0
echo "The sandbox has one region, $2. It would make these environments there, and not where they are to be:
$elsewhere
Leave them out of environments/index.ts as long as that is so (docs/sandbox.md); then make synth, commit, and $3." >&2
exit 1
