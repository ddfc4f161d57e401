#!/bin/sh
# Usage: post-receive.sh BRANCH NAMESPACE KUBECTL KUBECONFIG UP, as a hook of the sandbox's repository.
# Tells Argo CD of a push, as a hosting service's webhook does, and tells the user what comes of it. UP is what starts it.
branch=$1 namespace=$2 kubectl=$3 kubeconfig=$4 up=$5

kube() {
  "$kubectl" --kubeconfig="$kubeconfig" --namespace="$namespace" --request-timeout=5s "$@"
}

# Makes Argo CD look at all objects of a kind. Two requests are two only by their timestamps: without them, the second of two
# pushes within a second would be forgotten with the first. One that vanishes meanwhile has nothing to be looked at any more.
refresh() {
  complaint=$(kube annotate --all --overwrite "$@" 2>&1 >/dev/null) && return
  complaint=$(printf '%s\n' "$complaint" | grep -v '(NotFound)')
  [ -z "$complaint" ]
}

changed() {
  ! git diff --quiet "$old" "$new" -- "$@" 2>/dev/null
}

new=
while read -r before after ref; do
  if [ "$ref" = "refs/heads/$branch" ]; then old=$before new=$after
  else echo "${ref#refs/heads/} is kept, but Argo CD follows $branch."
  fi
done
[ -n "$new" ] || exit 0

if changed dist; then :
elif changed charts environments imports synthesis main.ts; then
  echo 'dist/ did not change, and Argo CD reads nothing else. If something in AWS was to change: make synth, commit, push.'
else echo 'dist/ did not change: nothing changes in AWS.'
fi

if refresh applicationsets argocd.argoproj.io/application-set-refresh=true &&
  refresh applications argocd.argoproj.io/refresh=normal "argocd.argoproj.io/refresh-timestamp=$(date +%s)-$$"
then echo "Argo CD takes it from here: kubectl get applications --namespace $namespace"
elif kube get --raw=/readyz >/dev/null 2>&1
then echo "Argo CD could not be told, and looks by itself within three minutes: $complaint"
else echo "The sandbox is not running: Argo CD syncs this after the next \`$up\`."
fi
