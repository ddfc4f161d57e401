#!/usr/bin/env bash
# Creates the IAM roles that the ACK controllers work with. Run it with an administrator's credentials for the account.
# Running it again brings existing roles up to date (new actions, a new service) and changes nothing else.
#
#   bootstrap.sh controllers CLUSTER
#       In the management cluster's account, for self-managed ACK: one role per service, ack-<service>-controller, which
#       EKS Pod Identity gives to the service account of that name in ack-system.
#   bootstrap.sh capability CLUSTER
#       In the management cluster's account, for EKS Capabilities: a single role, ack-capability.
#   bootstrap.sh targets MANAGEMENT_ACCOUNT controllers|capability
#       In each account with environments: one role per service, ack-<service>-target, with the rights of
#       <service>.json, which the roles of MANAGEMENT_ACCOUNT (12 digits) may assume; the policy sanders-boundary, which
#       limits what the platform's own roles may do; and the role that Amazon ECS needs to run jobs. For the capability,
#       whose versions AWS chooses, the roles may also read whatever a newer version reads: capability/<service>.json.
#
# So nothing in the cluster has any right in AWS except to assume ack-<service>-target. Each service is a file
# <service>.json: those of the official controllers are beside this script, those of our own in controllers/config/iam.
# Ours is one controller for all its services; the first two commands create its role, ack-sanders-controller, as well.
#
# Needs bash and AWS CLI v2, with the CLI's usual settings (AWS_PROFILE, AWS_REGION). Exits with 0 on success, 1 on
# failure and 2 on wrong usage.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
own=$(cd "$here/../../controllers/config/iam" && pwd)

usage() {
  [[ $# -eq 0 ]] || echo "bootstrap.sh: $1" >&2
  sed -n '/^#   bootstrap/s/^#   /usage: /p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

# The services that have a policy in folder $1.
services() {
  local policy
  for policy in "$1"/*.json; do basename "$policy" .json; done
}

# Creates the role, or gives the existing one this trust and these permissions.
# $1 name, $2 trust policy, $3 permissions: both JSON, or file://...
ensure_role() {
  local name=$1 trust=$2 permissions=$3 failure
  if failure=$(aws iam get-role --role-name "$name" 2>&1 >/dev/null); then
    aws iam update-assume-role-policy --role-name "$name" --policy-document "$trust"
  elif [[ $failure == *NoSuchEntity* ]]; then
    aws iam create-role --role-name "$name" --assume-role-policy-document "$trust" \
      --description "ACK for the Sanders Customer Platform" \
      --tags Key=Project,Value=sanders-customer-platform >/dev/null
  else
    echo "bootstrap.sh: cannot read role $name: $failure" >&2
    exit 1
  fi
  aws iam put-role-policy --role-name "$name" --policy-name ack --policy-document "$permissions"
  echo "role $name"
}

# Creates the managed policy boundary/sanders-boundary.json, or makes the file its default version. AWS keeps five
# versions, so the oldest goes first.
ensure_boundary() {
  local arn="arn:$partition:iam::$account:policy/sanders-boundary" document="file://$here/boundary/sanders-boundary.json"
  local failure oldest
  if failure=$(aws iam get-policy --policy-arn "$arn" 2>&1 >/dev/null); then
    oldest=$(aws iam list-policy-versions --policy-arn "$arn" --output text \
      --query 'length(Versions) >= `5` && sort_by(Versions[?!IsDefaultVersion], &CreateDate)[0].VersionId || `""`')
    [[ -z $oldest ]] || aws iam delete-policy-version --policy-arn "$arn" --version-id "$oldest"
    aws iam create-policy-version --policy-arn "$arn" --policy-document "$document" --set-as-default >/dev/null
  elif [[ $failure == *NoSuchEntity* ]]; then
    aws iam create-policy --policy-name sanders-boundary --policy-document "$document" \
      --description "What roles of the Sanders Customer Platform get at most" \
      --tags Key=Project,Value=sanders-customer-platform >/dev/null
  else
    echo "bootstrap.sh: cannot read policy $arn: $failure" >&2
    exit 1
  fi
  echo "policy sanders-boundary"
}

# Lets a target role read what capability/<service>.json says if EKS Capabilities uses it ($2), and else no longer.
# $1: service
ensure_reads() {
  local role=ack-$1-target failure
  if [[ $2 == capability ]]; then
    aws iam put-role-policy --role-name "$role" --policy-name ack-reads \
      --policy-document "file://$here/capability/$1.json"
  elif ! failure=$(aws iam delete-role-policy --role-name "$role" --policy-name ack-reads 2>&1 >/dev/null) &&
    [[ $failure != *NoSuchEntity* ]]; then
    echo "bootstrap.sh: cannot take reads from role $role: $failure" >&2
    exit 1
  fi
}

# Creates the role with which Amazon ECS connects tasks to the network. Without it no job starts, and an account that has
# never used ECS does not have it.
ensure_ecs_role() {
  local failure
  if ! failure=$(aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com 2>&1 >/dev/null) &&
    [[ $failure != *"has been taken"* ]]; then
    echo "bootstrap.sh: cannot create the role of Amazon ECS: $failure" >&2
    exit 1
  fi
  echo "role AWSServiceRoleForECS"
}

# The permission to assume the target role of each of the services $@; * means every service
may_assume() {
  local arns
  arns=$(printf ', "arn:*:iam::*:role/ack-%s-target"' "$@")
  cat <<JSON
{"Version": "2012-10-17", "Statement": [{
  "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": [${arns:2}]}]}
JSON
}

# A trust policy for the principal $1, {"Service": ...} or {"AWS": ...}, with the condition $2 if given.
# It allows sts:TagSession because Pod Identity and EKS Capabilities tag their sessions, and the tags are passed on.
trust() {
  local condition=""
  [[ $# -lt 2 ]] || condition=", \"Condition\": $2"
  cat <<JSON
{"Version": "2012-10-17", "Statement": [{
  "Effect": "Allow", "Principal": $1, "Action": ["sts:AssumeRole", "sts:TagSession"]$condition}]}
JSON
}

# The condition that only Pod Identity's sessions for this service account meet. $1: cluster ARN, $2: service account
pod_of() {
  cat <<JSON
{"StringEquals": {"aws:RequestTag/eks-cluster-arn": "$1",
  "aws:RequestTag/kubernetes-namespace": "ack-system", "aws:RequestTag/kubernetes-service-account": "$2"}}
JSON
}

# Gives the role to the pods of the service account. $1: cluster, $2: service account, $3: role ARN
ensure_pod_identity() {
  local cluster=$1 service_account=$2 role=$3 association
  association=$(aws eks list-pod-identity-associations --cluster-name "$cluster" --namespace ack-system \
    --service-account "$service_account" --query 'associations[0].associationId' --output text)
  if [[ $association == None ]]; then
    aws eks create-pod-identity-association --cluster-name "$cluster" --namespace ack-system \
      --service-account "$service_account" --role-arn "$role" >/dev/null
  else
    aws eks update-pod-identity-association --cluster-name "$cluster" --association-id "$association" \
      --role-arn "$role" >/dev/null
  fi
  echo "pod identity ack-system/$service_account"
}

# Creates a controller's role and gives it to the controller's pods. $1: cluster, $2: its ARN, $3: name of the role and
# of the service account; then the services whose target roles it may assume
ensure_controller() {
  local cluster=$1 cluster_arn=$2 name=$3
  shift 3
  ensure_role "$name" "$(trust '{"Service": "pods.eks.amazonaws.com"}' "$(pod_of "$cluster_arn" "$name")")" \
    "$(may_assume "$@")"
  ensure_pod_identity "$cluster" "$name" "$roles/$name"
}

# Creates a service's target role. $1: service, $2: folder of its policy, $3 and $4: account and role of its controller
ensure_target() {
  ensure_role "ack-$1-target" "$(trust "{\"AWS\": \"arn:$partition:iam::$3:role/$4\"}")" "file://$2/$1.json"
}

[[ $# -ge 1 ]] || usage
command -v aws >/dev/null || { echo "bootstrap.sh: needs the AWS CLI (aws) on the PATH" >&2; exit 1; }
caller=$(aws sts get-caller-identity --query '[Arn, Account]' --output text)
partition=$(cut -d: -f2 <<<"$caller")
account=$(cut -f2 <<<"$caller")
roles="arn:$partition:iam::$account:role"

case "$1 $#" in
  "controllers 2" | "capability 2")
    cluster=$(aws eks describe-cluster --name "$2" --query cluster.arn --output text)
    if [[ $1 == capability ]]; then
      ensure_role ack-capability "$(trust '{"Service": "capabilities.eks.amazonaws.com"}')" "$(may_assume '*')"
    else
      for service in $(services "$here"); do ensure_controller "$2" "$cluster" "ack-$service-controller" "$service"; done
    fi
    # shellcheck disable=SC2046 # a service's name is one word
    ensure_controller "$2" "$cluster" ack-sanders-controller $(services "$own")
    ;;
  "targets 3")
    [[ $2 =~ ^[0-9]{12}$ ]] || usage "MANAGEMENT_ACCOUNT must be 12 digits, got \"$2\""
    [[ $3 == controllers || $3 == capability ]] || usage "the third argument must be controllers or capability, got \"$3\""
    ensure_boundary
    ensure_ecs_role
    for service in $(services "$here"); do
      principal=ack-$service-controller
      [[ $3 == controllers ]] || principal=ack-capability
      ensure_target "$service" "$here" "$2" "$principal"
      ensure_reads "$service" "$3"
    done
    for service in $(services "$own"); do ensure_target "$service" "$own" "$2" ack-sanders-controller; done
    ;;
  *) usage ;;
esac
