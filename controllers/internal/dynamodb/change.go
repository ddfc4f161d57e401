package dynamodb

import (
	"cmp"
	"slices"
	"strings"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/dynamodb/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// refuse names the field whose change AWS can only make by replacing the table, or an index of it.
func refuse(declared, observed *v1alpha1.Table, delta *ackcompare.Delta) error {
	for _, fixed := range []struct{ path, name string }{
		{"Spec.KeySchema", "spec.keySchema"},
		{"Spec.LocalSecondaryIndexes", "spec.localSecondaryIndexes"},
	} {
		if delta.DifferentAt(fixed.path) {
			return ack.Fault(awsapi.BadInput, "%s cannot be changed after creation: put it back, or create another table", fixed.name)
		}
	}
	if delta.DifferentAt("Spec.AttributeDefinitions") && !delta.DifferentAt("Spec.GlobalSecondaryIndexes") {
		return ack.Fault(awsapi.BadInput, "spec.attributeDefinitions must have the key attributes of the table and of its indexes and no other, with the types that they were created with; AWS has %s",
			describeAttributes(observed.Spec.AttributeDefinitions))
	}
	for _, index := range declared.Spec.GlobalSecondaryIndexes {
		current := indexNamed(observed.Spec.GlobalSecondaryIndexes, index.IndexName)
		if current == nil {
			continue
		}
		if !equality.Semantic.DeepEqual(index.KeySchema, current.KeySchema) {
			return refusedIndex(index, "keySchema")
		}
		if !equality.Semantic.DeepEqual(index.Projection, current.Projection) {
			return refusedIndex(index, "projection")
		}
	}
	return refuseReplicas(declared)
}

func refusedIndex(index v1alpha1.GlobalSecondaryIndex, field string) error {
	return ack.Fault(awsapi.BadInput, "spec.globalSecondaryIndexes: %s of index %s cannot be changed after creation: put it back, or add an index of another name and remove this one",
		field, aws.ToString(index.IndexName))
}

// refuseReplicas says what this stand-in does not do.
func refuseReplicas(declared *v1alpha1.Table) error {
	if len(declared.Spec.TableReplicas) > 0 {
		return ack.Fault(awsapi.BadInput, "spec.tableReplicas: the sandbox has one region and its stand-in makes no replicas: run the official controller for them, or remove the field")
	}
	return nil
}

func describeAttributes(definitions []v1alpha1.AttributeDefinition) string {
	var all []string
	for _, one := range definitions {
		all = append(all, aws.ToString(one.AttributeName)+" "+aws.ToString(one.AttributeType))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// nextChange is the next UpdateTable call between two normalised tables, nil when none is left. AWS takes one change at
// a time.
func nextChange(declared, observed *v1alpha1.Table, delta *ackcompare.Delta) *sdk.UpdateTableInput {
	all := toUpdateTableInput(&declared.Spec)
	change := &sdk.UpdateTableInput{TableName: declared.Spec.TableName}
	switch {
	case delta.DifferentAt("Spec.DeletionProtectionEnabled"):
		change.DeletionProtectionEnabled = all.DeletionProtectionEnabled
	case delta.DifferentAt("Spec.BillingMode"):
		change.BillingMode = all.BillingMode
		if !onDemand(&declared.Spec) {
			change.ProvisionedThroughput = all.ProvisionedThroughput
			change.GlobalSecondaryIndexUpdates = provisionIndexes(declared, observed)
		}
	case delta.DifferentAt("Spec.ProvisionedThroughput"):
		change.ProvisionedThroughput = all.ProvisionedThroughput
	case delta.DifferentAt("Spec.OnDemandThroughput"):
		change.OnDemandThroughput = toOnDemandThroughput(withoutLimits(declared.Spec.OnDemandThroughput))
	case delta.DifferentAt("Spec.TableClass"):
		change.TableClass = all.TableClass
	case delta.DifferentAt("Spec.StreamSpecification"):
		change.StreamSpecification = all.StreamSpecification
		if observed.Spec.StreamSpecification != nil {
			// Off is what is wanted, or comes first: a stream's view cannot be changed.
			change.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(false)}
		}
	case delta.DifferentAt("Spec.SSESpecification"):
		change.SSESpecification = cmp.Or(all.SSESpecification, &types.SSESpecification{Enabled: aws.Bool(false)})
	case delta.DifferentAt("Spec.GlobalSecondaryIndexes"):
		return nextIndexChange(declared, observed)
	default:
		return nil
	}
	return change
}

// provisionIndexes gives every index of a table that leaves on-demand billing its throughput, as AWS wants it.
func provisionIndexes(declared, observed *v1alpha1.Table) []types.GlobalSecondaryIndexUpdate {
	var updates []types.GlobalSecondaryIndexUpdate
	for i := range declared.Spec.GlobalSecondaryIndexes {
		index := &declared.Spec.GlobalSecondaryIndexes[i]
		if indexNamed(observed.Spec.GlobalSecondaryIndexes, index.IndexName) != nil {
			updates = append(updates, types.GlobalSecondaryIndexUpdate{Update: toUpdateGlobalSecondaryIndexAction(index)})
		}
	}
	return updates
}

// withoutLimits writes out that there is no limit, which is how AWS is told to forget one.
func withoutLimits(declared *v1alpha1.OnDemandThroughput) *v1alpha1.OnDemandThroughput {
	filled := &v1alpha1.OnDemandThroughput{}
	if declared != nil {
		filled = declared.DeepCopy()
	}
	filled.MaxReadRequestUnits = cmp.Or(filled.MaxReadRequestUnits, aws.Int64(unlimited))
	filled.MaxWriteRequestUnits = cmp.Or(filled.MaxWriteRequestUnits, aws.Int64(unlimited))
	return filled
}

// nextIndexChange removes an index, adds one, or changes the throughput of one: AWS takes one at a time.
func nextIndexChange(declared, observed *v1alpha1.Table) *sdk.UpdateTableInput {
	want, have := declared.Spec.GlobalSecondaryIndexes, observed.Spec.GlobalSecondaryIndexes
	change := func(update types.GlobalSecondaryIndexUpdate) *sdk.UpdateTableInput {
		return &sdk.UpdateTableInput{TableName: declared.Spec.TableName, GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{update}}
	}
	for i, index := range have {
		if indexNamed(want, index.IndexName) == nil {
			removed := change(types.GlobalSecondaryIndexUpdate{Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: index.IndexName}})
			removed.AttributeDefinitions = attributesFor(declared, observed, slices.Delete(slices.Clone(have), i, i+1))
			return removed
		}
	}
	for i := range want {
		if indexNamed(have, want[i].IndexName) == nil {
			added := change(types.GlobalSecondaryIndexUpdate{Create: toCreateGlobalSecondaryIndexAction(&want[i])})
			added.AttributeDefinitions = attributesFor(declared, observed, append(slices.Clone(have), want[i]))
			return added
		}
	}
	for i := range want {
		index, current := want[i], indexNamed(have, want[i].IndexName)
		switch {
		case !equality.Semantic.DeepEqual(index.ProvisionedThroughput, current.ProvisionedThroughput):
			return change(types.GlobalSecondaryIndexUpdate{Update: &types.UpdateGlobalSecondaryIndexAction{
				IndexName: index.IndexName, ProvisionedThroughput: toProvisionedThroughput(index.ProvisionedThroughput),
			}})
		case !equality.Semantic.DeepEqual(index.OnDemandThroughput, current.OnDemandThroughput):
			return change(types.GlobalSecondaryIndexUpdate{Update: &types.UpdateGlobalSecondaryIndexAction{
				IndexName: index.IndexName, OnDemandThroughput: toOnDemandThroughput(withoutLimits(index.OnDemandThroughput)),
			}})
		}
	}
	return nil
}

// attributesFor are the definitions of the key attributes of the table and of some indexes; AWS takes no other.
func attributesFor(declared, observed *v1alpha1.Table, indexes []v1alpha1.GlobalSecondaryIndex) []types.AttributeDefinition {
	keys := map[string]bool{}
	use := func(schema []v1alpha1.KeySchemaElement) {
		for _, key := range schema {
			keys[aws.ToString(key.AttributeName)] = true
		}
	}
	use(observed.Spec.KeySchema)
	for _, index := range observed.Spec.LocalSecondaryIndexes {
		use(index.KeySchema)
	}
	for _, index := range indexes {
		use(index.KeySchema)
	}
	var definitions []types.AttributeDefinition
	for _, known := range [][]v1alpha1.AttributeDefinition{observed.Spec.AttributeDefinitions, declared.Spec.AttributeDefinitions} {
		for i := range known {
			if name := aws.ToString(known[i].AttributeName); keys[name] {
				delete(keys, name)
				definitions = append(definitions, *toAttributeDefinition(&known[i]))
			}
		}
	}
	return definitions
}

func indexNamed(indexes []v1alpha1.GlobalSecondaryIndex, name *string) *v1alpha1.GlobalSecondaryIndex {
	for i := range indexes {
		if aws.ToString(indexes[i].IndexName) == aws.ToString(name) {
			return &indexes[i]
		}
	}
	return nil
}
