#!/bin/sh
# Argo CD's repo server asks this for a commit's signature, also when signatures are switched off (ARGOCD_GPG_ENABLED=false)
# and whatever is said is not looked at. Without a program of this name every sync fails.
exit 0
