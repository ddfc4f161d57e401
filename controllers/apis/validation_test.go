package apis_test

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// valid has one object of each kind that the API server must accept; the cases below change it.
var valid = map[string]string{
	"ComputeEnvironment": `
apiVersion: batch.services.k8s.aws/v1alpha1
kind: ComputeEnvironment
spec:
  name: sanders-batch-compute-dev
  type: MANAGED
  state: ENABLED
  computeResources: {type: FARGATE, maxvCPUs: 16, subnetRefs: [{from: {name: private-a}}], securityGroupRefs: [{from: {name: batch}}]}
`,
	"JobQueue": `
apiVersion: batch.services.k8s.aws/v1alpha1
kind: JobQueue
spec:
  name: sanders-batch-queue-dev
  priority: 1
  computeEnvironmentOrder: [{order: 1, computeEnvironmentRef: {from: {name: compute}}}]
`,
	"JobDefinition": `
apiVersion: batch.services.k8s.aws/v1alpha1
kind: JobDefinition
spec:
  name: sanders-job-2g-dev
  type: container
  platformCapabilities: [FARGATE]
  containerProperties:
    image: example
    executionRoleRef: {from: {name: execution}}
    resourceRequirements: [{type: VCPU, value: "0.5"}, {type: MEMORY, value: "2048"}]
`,
	"Budget": `
apiVersion: budgets.services.k8s.aws/v1alpha1
kind: Budget
spec:
  name: SandersMonthlyBudget
  budgetType: COST
  timeUnit: MONTHLY
  budgetLimit: {amount: "10", unit: USD}
  notifications:
    - {notificationType: ACTUAL, comparisonOperator: GREATER_THAN, threshold: 80, subscribers: [{subscriptionType: EMAIL, address: a@example.com}]}
`,
	"Table": `
apiVersion: dynamodb.services.k8s.aws/v1alpha1
kind: Table
spec:
  tableName: features_dev
  billingMode: PAY_PER_REQUEST
  attributeDefinitions: [{attributeName: id, attributeType: S}]
  keySchema: [{attributeName: id, keyType: HASH}]
`,
	"Repository": `
apiVersion: ecr.services.k8s.aws/v1alpha1
kind: Repository
spec: {name: sanders/platform, encryptionConfiguration: {encryptionType: AES256}}
`,
	"StateMachine": `
apiVersion: sfn.services.k8s.aws/v1alpha1
kind: StateMachine
spec: {name: orchestrator, definition: "{}", roleARN: "arn:aws:iam::123456789012:role/x", type_: STANDARD}
`,
}

// ruleCase is a spec, merged into the valid one, that a rule must refuse, and one beside it that the rule must accept.
type ruleCase struct {
	kind string
	// refused and accepted are merged into the valid spec; a null removes a field. An empty accepted is the valid spec.
	refused, accepted string
	// before, merged into the valid spec too, is what is stored first, for the rules on changes; synced makes it Ready.
	before string
	synced bool
	// field and message of the error, the message as in the CRD.
	field, message string
}

const (
	sizes       = "spec.containerProperties.resourceRequirements"
	another     = "cannot be changed after creation: create another object"
	eksFixed    = "cannot be added, changed or removed after creation: create another compute environment"
	separate    = "notificationType, comparisonOperator, threshold and at least one subscriber are required"
	policyFixed = "a scheduling policy can be replaced, but neither added nor removed after creation: create another queue"
	fargateCE   = "FARGATE and FARGATE_SPOT take maxvCPUs, subnets and security groups only: remove the settings for EC2 instances"
)

var ruleCases = map[string]ruleCase{
	"a managed environment without resources":  {kind: "ComputeEnvironment", refused: `{computeResources: null}`, field: "spec.computeResources", message: "a MANAGED compute environment needs computeResources"},
	"an unmanaged environment with resources":  {kind: "ComputeEnvironment", refused: `{type: UNMANAGED}`, accepted: `{type: UNMANAGED, computeResources: null, unmanagedvCPUs: 8}`, field: "spec.computeResources", message: "an UNMANAGED compute environment takes no computeResources: AWS does not manage its instances"},
	"unmanaged vCPUs of a managed environment": {kind: "ComputeEnvironment", refused: `{unmanagedvCPUs: 8}`, field: "spec.unmanagedvCPUs", message: "only an UNMANAGED compute environment takes unmanagedvCPUs"},
	"the EKS cluster removed":                  {kind: "ComputeEnvironment", synced: true, before: `{eksConfiguration: {eksClusterARN: a}}`, refused: `{}`, accepted: `{eksConfiguration: {eksClusterARN: a}, state: DISABLED}`, field: "spec.eksConfiguration", message: eksFixed},
	"the EKS cluster changed":                  {kind: "ComputeEnvironment", synced: true, before: `{eksConfiguration: {eksClusterARN: a}}`, refused: `{eksConfiguration: {eksClusterARN: b}}`, accepted: `{eksConfiguration: {eksClusterARN: a}}`, field: "spec.eksConfiguration", message: eksFixed},
	"an EKS cluster added":                     {kind: "ComputeEnvironment", synced: true, before: `{}`, refused: `{eksConfiguration: {eksClusterARN: a}}`, accepted: `{state: DISABLED}`, field: "spec.eksConfiguration", message: eksFixed},
	"the environment's name changed":           {kind: "ComputeEnvironment", before: `{}`, refused: `{name: other}`, accepted: `{state: DISABLED}`, field: "spec.name", message: another},
	"the environment's type changed":           {kind: "ComputeEnvironment", before: `{}`, refused: `{type: UNMANAGED, computeResources: null}`, field: "spec.type", message: another},
	"instance settings on Fargate":             {kind: "ComputeEnvironment", refused: `{computeResources: {minvCPUs: 1}}`, accepted: `{computeResources: {type: EC2, minvCPUs: 1}}`, field: "spec.computeResources", message: fargateCE},
	"Fargate without security groups":          {kind: "ComputeEnvironment", refused: `{computeResources: {securityGroupRefs: null}}`, accepted: `{computeResources: {securityGroupRefs: null, securityGroupIDs: [sg-1]}}`, field: "spec.computeResources", message: "FARGATE and FARGATE_SPOT need security groups: set securityGroupIDs or securityGroupRefs"},
	"no maximum of vCPUs":                      {kind: "ComputeEnvironment", refused: `{computeResources: {maxvCPUs: null}}`, field: "spec.computeResources", message: "type and maxvCPUs are required"},
	"no subnets":                               {kind: "ComputeEnvironment", refused: `{computeResources: {subnetRefs: null}}`, accepted: `{computeResources: {subnetRefs: null, subnets: [subnet-1]}}`, field: "spec.computeResources", message: "a compute environment needs subnets: set subnets or subnetRefs"},
	"a minimum above the maximum":              {kind: "ComputeEnvironment", refused: `{computeResources: {type: EC2, minvCPUs: 17}}`, accepted: `{computeResources: {type: EC2, minvCPUs: 16}}`, field: "spec.computeResources.minvCPUs", message: "must not exceed maxvCPUs"},
	"Fargate becomes EC2":                      {kind: "ComputeEnvironment", before: `{}`, refused: `{computeResources: {type: EC2}}`, accepted: `{computeResources: {type: FARGATE_SPOT}}`, field: "spec.computeResources.type", message: "Fargate and EC2 cannot be exchanged after creation: create another compute environment"},
	"both kinds of environments on a queue":    {kind: "JobQueue", refused: `{serviceEnvironmentOrder: [{order: 1, serviceEnvironment: s}]}`, accepted: `{computeEnvironmentOrder: null, serviceEnvironmentOrder: [{order: 1, serviceEnvironment: s}]}`, field: "spec.serviceEnvironmentOrder", message: "a queue is served by compute environments or by service environments, not by both"},
	"the scheduling policy removed":            {kind: "JobQueue", synced: true, before: `{schedulingPolicyARN: a}`, refused: `{}`, accepted: `{schedulingPolicyRef: {from: {name: p}}}`, field: "spec.schedulingPolicyARN", message: policyFixed},
	"a scheduling policy added":                {kind: "JobQueue", synced: true, before: `{}`, refused: `{schedulingPolicyRef: {from: {name: p}}}`, accepted: `{priority: 2}`, field: "spec.schedulingPolicyARN", message: policyFixed},
	"two environments of one order":            {kind: "JobQueue", refused: `{computeEnvironmentOrder: [{order: 1, computeEnvironment: a}, {order: 1, computeEnvironment: b}]}`, accepted: `{computeEnvironmentOrder: [{order: 1, computeEnvironment: a}, {order: 2, computeEnvironment: b}]}`, field: "spec.computeEnvironmentOrder", message: "each compute environment needs an order of its own"},
	"the queue's name changed":                 {kind: "JobQueue", before: `{}`, refused: `{name: other}`, accepted: `{priority: 2}`, field: "spec.name", message: another},
	"the queue's type changed":                 {kind: "JobQueue", synced: true, before: `{jobQueueType: ECS_FARGATE}`, refused: `{jobQueueType: ECS}`, accepted: `{jobQueueType: ECS_FARGATE}`, field: "spec.jobQueueType", message: "cannot be changed after creation: create another queue"},
	"the definition's name changed":            {kind: "JobDefinition", before: `{}`, refused: `{name: other}`, accepted: fargateSize("1", "2048"), field: "spec.name", message: another},
	"node properties of a container":           {kind: "JobDefinition", refused: `{nodeProperties: {numNodes: 1}}`, field: "spec.nodeProperties", message: "nodeProperties needs type multinode"},
	"no node properties":                       {kind: "JobDefinition", refused: `{type: multinode, platformCapabilities: [EC2]}`, accepted: `{type: multinode, platformCapabilities: [EC2], containerProperties: null, nodeProperties: {numNodes: 1}}`, field: "spec.nodeProperties", message: "type multinode needs nodeProperties"},
	"two kinds of properties":                  {kind: "JobDefinition", refused: `{eksProperties: {}}`, accepted: `{containerProperties: null, platformCapabilities: null, eksProperties: {}}`, field: "spec", message: "type container needs exactly one of containerProperties, ecsProperties, eksProperties"},
	"multinode on Fargate":                     {kind: "JobDefinition", refused: `{type: multinode, nodeProperties: {}}`, accepted: `{type: multinode, nodeProperties: {}, containerProperties: null, platformCapabilities: [EC2]}`, field: "spec.type", message: "multinode jobs do not run on FARGATE"},
	"vcpus on Fargate":                         {kind: "JobDefinition", refused: `{containerProperties: {vcpus: 1}}`, accepted: `{platformCapabilities: [EC2], containerProperties: {vcpus: 1, memory: 128, resourceRequirements: null}}`, field: "spec.containerProperties", message: "jobs on FARGATE state vCPUs and memory as resourceRequirements, not as vcpus and memory"},
	"no execution role on Fargate":             {kind: "JobDefinition", refused: `{containerProperties: {executionRoleRef: null}}`, accepted: `{containerProperties: {executionRoleRef: null, executionRoleARN: r}}`, field: "spec.containerProperties", message: "jobs on FARGATE need an execution role: set executionRoleARN or executionRoleRef"},
	"no memory on Fargate":                     {kind: "JobDefinition", refused: `{containerProperties: {resourceRequirements: [{type: VCPU, value: "1"}]}}`, accepted: fargateSize("1", "2048"), field: sizes, message: "jobs on FARGATE need a VCPU and a MEMORY resource requirement"},
	"a vCPU size that Fargate lacks":           {kind: "JobDefinition", refused: fargateSize("3", "8192"), accepted: fargateSize("2.0", "8192"), field: sizes, message: "Fargate offers 0.25, 0.5, 1, 2, 4, 8 and 16 vCPU"},
	"0.25 vCPU":                                {kind: "JobDefinition", refused: fargateSize("0.25", "4096"), accepted: fargateSize("0.25", "1024"), field: sizes, message: "0.25 vCPU on Fargate allows 512, 1024 or 2048 MiB of memory"},
	"0.5 vCPU":                                 {kind: "JobDefinition", refused: fargateSize("0.5", "512"), accepted: fargateSize("0.5", "4096"), field: sizes, message: "0.5 vCPU on Fargate allows 1024 to 4096 MiB of memory in steps of 1024"},
	"1 vCPU":                                   {kind: "JobDefinition", refused: fargateSize("1", "9216"), accepted: fargateSize("1", "8192"), field: sizes, message: "1 vCPU on Fargate allows 2048 to 8192 MiB of memory in steps of 1024"},
	"2 vCPU":                                   {kind: "JobDefinition", refused: fargateSize("2", "20000"), accepted: fargateSize("2", "16384"), field: sizes, message: "2 vCPU on Fargate allows 4096 to 16384 MiB of memory in steps of 1024"},
	"4 vCPU":                                   {kind: "JobDefinition", refused: fargateSize("4", "8193"), accepted: fargateSize("4", "30720"), field: sizes, message: "4 vCPU on Fargate allows 8192 to 30720 MiB of memory in steps of 1024"},
	"8 vCPU":                                   {kind: "JobDefinition", refused: fargateSize("8", "17408"), accepted: fargateSize("8", "61440"), field: sizes, message: "8 vCPU on Fargate allows 16384 to 61440 MiB of memory in steps of 4096"},
	"16 vCPU":                                  {kind: "JobDefinition", refused: fargateSize("16", "36864"), accepted: fargateSize("16", "122880"), field: sizes, message: "16 vCPU on Fargate allows 32768 to 122880 MiB of memory in steps of 8192"},
	"memory that is no whole number":           {kind: "JobDefinition", refused: fargateSize("1", "2048.5"), accepted: fargateSize("1", "2048"), field: sizes + "[1].value", message: "MEMORY (in MiB) and GPU take a whole number above 0"},
	"a budget without a limit":                 {kind: "Budget", refused: `{budgetLimit: null}`, accepted: `{budgetLimit: null, budgetType: RI_COVERAGE}`, field: "spec.budgetLimit", message: "a COST or USAGE budget needs budgetLimit, plannedBudgetLimits or autoAdjustData"},
	"two kinds of limit":                       {kind: "Budget", refused: `{autoAdjustData: {autoAdjustType: FORECAST}}`, accepted: `{budgetLimit: null, autoAdjustData: {autoAdjustType: FORECAST}}`, field: "spec.budgetLimit", message: "budgetLimit, plannedBudgetLimits and autoAdjustData exclude each other: keep one of them"},
	"a planned limit for no date":              {kind: "Budget", refused: planned("january"), accepted: planned("1767225600"), field: "spec.plannedBudgetLimits", message: "each key must be the start of a month or quarter in seconds since 1970 UTC"},
	"a filter in two notations":                {kind: "Budget", refused: `{costTypes: {}, metrics: [UnblendedCost]}`, accepted: `{metrics: [UnblendedCost]}`, field: "spec.filterExpression", message: "filterExpression and metrics exclude costFilters and costTypes, which AWS has deprecated: move what those say"},
	"a filter without metrics":                 {kind: "Budget", refused: `{filterExpression: {tags: {key: a}}}`, accepted: `{filterExpression: {tags: {key: a}}, metrics: [UnblendedCost]}`, field: "spec.metrics", message: "filterExpression needs metrics: UnblendedCost is what costs are billed as"},
	"an expression that says two things":       {kind: "Budget", refused: filter(`{tags: {key: a}, dimensions: {key: AZ, values: [x]}}`), accepted: filter(`{not: {and: [{tags: {key: a}}, {dimensions: {key: AZ, values: [x]}}]}}`), field: "spec.filterExpression", message: "exactly one of and, costCategories, dimensions, not, or, tags is needed"},
	"an expression that says nothing":          {kind: "Budget", refused: filter(`{or: [{and: [{}]}]}`), accepted: filter(`{or: [{and: [{costCategories: {key: c}}]}]}`), field: "spec.filterExpression.or[0].and[0]", message: "exactly one of costCategories, dimensions, tags is needed"},
	"the budget's name changed":                {kind: "Budget", before: `{}`, refused: `{name: other}`, accepted: `{timeUnit: DAILY}`, field: "spec.name", message: "cannot be changed after creation: create another budget"},
	"the budget's type changed":                {kind: "Budget", before: `{}`, refused: `{budgetType: USAGE}`, field: "spec.budgetType", message: "cannot be changed after creation: create another budget"},
	"a limit without unit":                     {kind: "Budget", refused: `{budgetLimit: {unit: null}}`, field: "spec.budgetLimit", message: "amount and unit are required"},
	"a notification without subscribers":       {kind: "Budget", refused: `{notifications: [{notificationType: ACTUAL, comparisonOperator: GREATER_THAN, threshold: 80}]}`, field: "spec.notifications[0]", message: separate},
	"a subscriber without address":             {kind: "Budget", refused: notification(`{subscriptionType: EMAIL}`), field: "spec.notifications[0].subscribers[0]", message: "address and subscriptionType are required"},
	"an e-mail subscriber without e-mail":      {kind: "Budget", refused: notification(`{subscriptionType: EMAIL, address: example.com}`), accepted: notification(`{subscriptionType: EMAIL, address: b@example.org}`), field: "spec.notifications[0].subscribers[0].address", message: "an EMAIL subscriber needs an e-mail address"},
	"an SNS subscriber without topic":          {kind: "Budget", refused: notification(`{subscriptionType: SNS, address: topic}`), accepted: notification(`{subscriptionType: SNS, address: "arn:aws:sns:eu-central-1:123456789012:topic"}`), field: "spec.notifications[0].subscribers[0].address", message: "an SNS subscriber needs the ARN of a topic"},
	"one notification twice":                   {kind: "Budget", refused: `{notifications: [{notificationType: ACTUAL, comparisonOperator: GREATER_THAN, threshold: 80, subscribers: [{subscriptionType: EMAIL, address: a@b.c}]}, {notificationType: ACTUAL, comparisonOperator: GREATER_THAN, threshold: 80, thresholdType: PERCENTAGE, subscribers: [{subscriptionType: EMAIL, address: d@e.f}]}]}`, field: "spec.notifications", message: "two notifications are the same but for their subscribers: merge them"},
	"a subscriber twice":                       {kind: "Budget", refused: `{notifications: [{notificationType: ACTUAL, comparisonOperator: GREATER_THAN, threshold: 80, subscribers: [{subscriptionType: EMAIL, address: a@b.c}, {subscriptionType: EMAIL, address: a@b.c}]}]}`, field: "spec.notifications[0].subscribers", message: "a subscriber is listed twice: remove one"},
	"a period that ends before it starts":      {kind: "Budget", refused: `{timePeriod: {start: "2026-02-01T00:00:00Z", end: "2026-01-01T00:00:00Z"}}`, accepted: `{timePeriod: {start: "2026-01-01T00:00:00Z", end: "2026-02-01T00:00:00Z"}}`, field: "spec.timePeriod.end", message: "must be later than start"},
	"provisioned without throughput":           {kind: "Table", refused: `{billingMode: PROVISIONED}`, accepted: `{billingMode: PROVISIONED, provisionedThroughput: {readCapacityUnits: 1, writeCapacityUnits: 1}}`, field: "spec.provisionedThroughput", message: "billingMode PROVISIONED needs provisionedThroughput"},
	"the table's name changed":                 {kind: "Table", before: `{}`, refused: `{tableName: other}`, accepted: `{tableClass: STANDARD}`, field: "spec.tableName", message: "cannot be changed after creation: create another table"},
	"the table's key changed":                  {kind: "Table", before: `{}`, refused: `{keySchema: [{attributeName: other, keyType: HASH}]}`, field: "spec.keySchema", message: "cannot be changed after creation: create another table"},
	"the repository's name changed":            {kind: "Repository", before: `{}`, refused: `{name: other}`, accepted: `{imageTagMutability: IMMUTABLE}`, field: "spec.name", message: "cannot be changed after creation: create another repository"},
	"the repository's encryption changed":      {kind: "Repository", before: `{}`, refused: `{encryptionConfiguration: {encryptionType: KMS}}`, field: "spec.encryptionConfiguration", message: "cannot be changed after creation: create another repository"},
	"the state machine's name changed":         {kind: "StateMachine", before: `{}`, refused: `{name: other}`, accepted: `{definition: "{ }"}`, field: "spec.name", message: "cannot be changed after creation: create another state machine"},
	"the state machine's type changed":         {kind: "StateMachine", before: `{}`, refused: `{type_: EXPRESS}`, field: "spec.type_", message: "cannot be changed after creation: create another state machine"},
}

// fargateSize is a job definition's pair of vCPU and memory.
func fargateSize(vcpu, memory string) string {
	return fmt.Sprintf(`{containerProperties: {resourceRequirements: [{type: VCPU, value: %q}, {type: MEMORY, value: %q}]}}`, vcpu, memory)
}

func planned(start string) string {
	return `{budgetLimit: null, plannedBudgetLimits: {"` + start + `": {amount: "1", unit: USD}}}`
}

func filter(expression string) string {
	return `{metrics: [UnblendedCost], filterExpression: ` + expression + `}`
}

func notification(subscriber string) string {
	return `{notifications: [{notificationType: ACTUAL, comparisonOperator: GREATER_THAN, threshold: 80, subscribers: [` + subscriber + `]}]}`
}

// TestRules refuses and accepts a case for each CEL rule of our CRDs.
func TestRules(t *testing.T) {
	tested := map[string]bool{}
	for name, c := range ruleCases {
		tested[c.kind+": "+c.message] = true
		t.Run(name, func(t *testing.T) {
			if causes := c.submit(t, c.accepted); len(causes) > 0 {
				t.Errorf("refused what must be accepted: %v", causes)
			}
			causes := c.submit(t, c.refused)
			if !slices.ContainsFunc(causes, func(cause metav1.StatusCause) bool {
				return cause.Field == c.field && strings.HasSuffix(cause.Message, ": "+c.message)
			}) {
				t.Errorf("want %s: %s\n got %v", c.field, c.message, causes)
			}
		})
	}
	visit(t, func(kind, path string, schema apiextensions.JSONSchemaProps) {
		for _, rule := range schema.XValidations {
			if !exclusion.MatchString(rule.Rule) && !tested[kind+": "+rule.Message] {
				t.Errorf("%s: the rule of %s has no case: %s", kind, path, rule.Message)
			}
		}
	})
}

// TestChangesHaveAWayBack lets everything happen to an object that is not in sync with AWS, and be taken back: AWS may have
// refused it, or never have made the object. Only rules of single fields may do without: a field that they let come or go,
// they let go or come back, and no other change was ever accepted.
func TestChangesHaveAWayBack(t *testing.T) {
	for name, c := range ruleCases {
		if !c.synced {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c.synced = false
			if causes := c.submit(t, c.refused); len(causes) > 0 {
				t.Errorf("refused: %v", causes)
			}
			c.before, c.refused = c.refused, c.before
			if causes := c.submit(t, c.refused); len(causes) > 0 {
				t.Errorf("cannot be taken back: %v", causes)
			}
		})
	}
	visit(t, func(kind, path string, schema apiextensions.JSONSchemaProps) {
		for _, rule := range schema.XValidations {
			guarded := strings.HasPrefix(rule.Rule, "!(has(self.status) && ")
			if strings.Contains(rule.Rule, "oldSelf") && (path == "spec" || path == "" && !guarded) {
				t.Errorf("%s: a rule may refuse that a change be taken back: %s", kind, rule.Rule)
			}
		}
	})
}

// exclusion matches the rules that a value and a reference for it exclude each other.
var exclusion = regexp.MustCompile(`^!\(has\(self\.(\w+)\) && has\(self\.(\w+Refs?)\)\)$`)

// TestReferencesExcludeValues sets each value together with the reference that stands for it.
func TestReferencesExcludeValues(t *testing.T) {
	found := 0
	visit(t, func(kind, path string, schema apiextensions.JSONSchemaProps) {
		for _, rule := range schema.XValidations {
			names := exclusion.FindStringSubmatch(rule.Rule)
			if names == nil {
				continue
			}
			found++
			var value, reference any = "value", map[string]any{"from": map[string]any{"name": "x"}}
			if schema.Properties[names[1]].Type == "array" {
				value, reference = []any{value}, []any{reference}
			}
			object := object(t, kind, "")
			set(object.Object, path, map[string]any{names[1]: value, names[2]: reference})
			field := strings.ReplaceAll(path, "[]", "[0]") + "." + names[2]
			if causes := create(t, object); !slices.ContainsFunc(causes, func(c metav1.StatusCause) bool {
				return c.Field == field && strings.HasSuffix(c.Message, rule.Message)
			}) {
				t.Errorf("want %s: %s\n got %v", field, rule.Message, causes)
			}
		}
	})
	if found < 15 {
		t.Errorf("found %d rules, want 15 or more", found)
	}
}

// TestEnums gives each field with a closed set of values each of them, and one that is none.
func TestEnums(t *testing.T) {
	found := 0
	visit(t, func(kind, path string, schema apiextensions.JSONSchemaProps) {
		if len(schema.Enum) == 0 || !strings.HasPrefix(path, "spec.") {
			return
		}
		found++
		field := strings.ReplaceAll(path, "[]", "[0]")
		causesFor := func(value any) []metav1.StatusCause {
			object := object(t, kind, "")
			set(object.Object, path, value)
			return slices.DeleteFunc(create(t, object), func(c metav1.StatusCause) bool {
				return c.Field != field || !strings.HasPrefix(c.Message, "Unsupported value")
			})
		}
		if len(causesFor("no-such-value")) == 0 {
			t.Errorf("%s: %s accepts any value", kind, field)
		}
		for _, allowed := range schema.Enum {
			if causes := causesFor(strings.Trim(string(allowed.Raw), `"`)); len(causes) > 0 {
				t.Errorf("%s: %s refuses %s: %v", kind, field, allowed.Raw, causes)
			}
		}
	})
	if found < 40 {
		t.Errorf("found %d enums, want 40 or more", found)
	}
}

// TestSpecCanBeAbsent keeps adoption possible: ACK creates the spec from what it finds in AWS.
func TestSpecCanBeAbsent(t *testing.T) {
	for kind := range valid {
		object := object(t, kind, "")
		delete(object.Object, "spec")
		object.SetAnnotations(map[string]string{"services.k8s.aws/adoption-policy": "adopt"})
		if causes := create(t, object); len(causes) > 0 {
			t.Errorf("%s: %v", kind, causes)
		}
	}
}

// visit calls for every schema of every CRD's spec, with its path, and for that of the object itself, with none.
func visit(t *testing.T, call func(kind, path string, schema apiextensions.JSONSchemaProps)) {
	t.Helper()
	for _, crd := range readCRDs(t) {
		schema := *crd.Spec.Versions[0].Schema.OpenAPIV3Schema
		call(crd.Spec.Names.Kind, "", schema)
		walk(crd.Spec.Names.Kind, "spec", schema.Properties["spec"], call)
	}
}

func walk(kind, path string, schema apiextensions.JSONSchemaProps, call func(string, string, apiextensions.JSONSchemaProps)) {
	call(kind, path, schema)
	if schema.Items != nil {
		walk(kind, path+"[]", *schema.Items.Schema, call)
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		walk(kind, path+"."+name, schema.Properties[name], call)
	}
}

// object is the valid object of a kind, with changes merged into its spec.
func object(t *testing.T, kind, changes string) *unstructured.Unstructured {
	t.Helper()
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(valid[kind]), &object.Object); err != nil {
		t.Fatal(err)
	}
	object.SetNamespace("default")
	object.SetName("test")
	merge(object.Object["spec"].(map[string]any), parse(t, changes))
	return object
}

func parse(t *testing.T, text string) map[string]any {
	t.Helper()
	parsed := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &parsed); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return parsed
}

// merge applies changes as a JSON merge patch.
func merge(into, changes map[string]any) {
	for key, value := range changes {
		inner, isMap := value.(map[string]any)
		current, hasMap := into[key].(map[string]any)
		switch {
		case value == nil:
			delete(into, key)
		case isMap && hasMap:
			merge(current, inner)
		default:
			into[key] = value
		}
	}
}

// set puts a value at a path, "[]" being the first item of a list; maps on the way and at the end are merged.
func set(into map[string]any, path string, value any) {
	name, rest, nested := strings.Cut(path, ".")
	list := strings.HasSuffix(name, "[]")
	name = strings.TrimSuffix(name, "[]")
	if !nested {
		if list {
			into[name] = []any{value}
		} else if changes, ok := value.(map[string]any); ok {
			if current, ok := into[name].(map[string]any); ok {
				merge(current, changes)
			} else {
				into[name] = value
			}
		} else {
			into[name] = value
		}
		return
	}
	if list {
		items, _ := into[name].([]any)
		if len(items) == 0 {
			items = []any{map[string]any{}}
		}
		into[name] = items
		set(items[0].(map[string]any), rest, value)
		return
	}
	if _, ok := into[name].(map[string]any); !ok {
		into[name] = map[string]any{}
	}
	set(into[name].(map[string]any), rest, value)
}

// submit creates the object with the changes or, when there is something before, updates that one to it. It returns
// why the API server refused.
func (c ruleCase) submit(t *testing.T, changes string) []metav1.StatusCause {
	t.Helper()
	if c.before == "" {
		return create(t, object(t, c.kind, changes))
	}
	stored := object(t, c.kind, c.before)
	if err := kube.Create(t.Context(), stored); err != nil {
		t.Fatalf("the object before the change was refused: %v", err)
	}
	defer func() {
		if err := kube.Delete(t.Context(), stored); err != nil {
			t.Fatal(err)
		}
	}()
	if c.synced {
		stored.Object["status"] = map[string]any{"conditions": []any{
			map[string]any{"type": "ACK.ResourceSynced", "status": "True"}, map[string]any{"type": "Ready", "status": "True"},
		}}
		if err := kube.Status().Update(t.Context(), stored); err != nil {
			t.Fatal(err)
		}
	}
	changed := object(t, c.kind, changes)
	changed.SetResourceVersion(stored.GetResourceVersion())
	return causes(t, kube.Update(t.Context(), changed, client.DryRunAll))
}

func create(t *testing.T, object *unstructured.Unstructured) []metav1.StatusCause {
	t.Helper()
	return causes(t, kube.Create(t.Context(), object, client.DryRunAll))
}

func causes(t *testing.T, err error) []metav1.StatusCause {
	t.Helper()
	var status *apierrors.StatusError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &status) && apierrors.IsInvalid(err):
		return status.ErrStatus.Details.Causes
	default:
		t.Fatalf("the API server failed: %v", err)
		return nil
	}
}
