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
// a time. Each says what the official controller 1.9.2 says (pkg/resource/table/hooks.go, customUpdateTable and what it
// calls), so AWS refuses it where it refuses that one: a call for a stream, encryption or a limit that the spec leaves out
// asks for nothing, and another view of a stream is asked for while the stream is on.
func nextChange(declared, observed *v1alpha1.Table, delta *ackcompare.Delta) *sdk.UpdateTableInput {
	all := toUpdateTableInput(&declared.Spec)
	change := &sdk.UpdateTableInput{TableName: declared.Spec.TableName}
	indexes := delta.DifferentAt("Spec.GlobalSecondaryIndexes")
	switch {
	case delta.DifferentAt("Spec.SSESpecification"):
		change.SSESpecification = all.SSESpecification
	case indexes && removedIndex(declared, observed) != nil:
		return indexChange(declared, *removedIndex(declared, observed))
	case delta.DifferentAt("Spec.BillingMode"), delta.DifferentAt("Spec.TableClass"), delta.DifferentAt("Spec.DeletionProtectionEnabled"),
		delta.DifferentAt("Spec.StreamSpecification"):
		settingsChange(change, all, declared, observed, delta)
	case indexes && changedIndex(declared, observed) != nil:
		return indexChange(declared, *changedIndex(declared, observed))
	case delta.DifferentAt("Spec.ProvisionedThroughput"):
		change.ProvisionedThroughput = capacity(all.ProvisionedThroughput)
	case delta.DifferentAt("Spec.OnDemandThroughput"):
		change.OnDemandThroughput = all.OnDemandThroughput
	case indexes && addedIndex(declared, observed) != nil:
		return indexChange(declared, *addedIndex(declared, observed))
	default:
		return nil
	}
	return change
}

// settingsChange puts what differs of billing mode, class, protection and stream into one call.
func settingsChange(change, all *sdk.UpdateTableInput, declared, observed *v1alpha1.Table, delta *ackcompare.Delta) {
	if delta.DifferentAt("Spec.BillingMode") {
		change.BillingMode = all.BillingMode
		if !onDemand(&declared.Spec) {
			change.ProvisionedThroughput = all.ProvisionedThroughput
			change.GlobalSecondaryIndexUpdates = provisionIndexes(declared, observed)
		}
	}
	if delta.DifferentAt("Spec.TableClass") {
		change.TableClass = all.TableClass
	}
	if delta.DifferentAt("Spec.DeletionProtectionEnabled") {
		change.DeletionProtectionEnabled = all.DeletionProtectionEnabled
	}
	if stream := declared.Spec.StreamSpecification; stream != nil && delta.DifferentAt("Spec.StreamSpecification") {
		change.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(false)}
		if aws.ToBool(stream.StreamEnabled) {
			change.StreamSpecification = all.StreamSpecification
		}
	}
}

// capacity has zeros, which AWS refuses, for what is left out.
func capacity(declared *types.ProvisionedThroughput) *types.ProvisionedThroughput {
	declared = cmp.Or(declared, &types.ProvisionedThroughput{})
	return &types.ProvisionedThroughput{
		ReadCapacityUnits:  cmp.Or(declared.ReadCapacityUnits, aws.Int64(0)),
		WriteCapacityUnits: cmp.Or(declared.WriteCapacityUnits, aws.Int64(0)),
	}
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

// indexChange changes one index. It has all attributes that are declared, those of indexes that come later too.
func indexChange(declared *v1alpha1.Table, update types.GlobalSecondaryIndexUpdate) *sdk.UpdateTableInput {
	change := &sdk.UpdateTableInput{TableName: declared.Spec.TableName, GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{update}}
	for i := range declared.Spec.AttributeDefinitions {
		change.AttributeDefinitions = append(change.AttributeDefinitions, *toAttributeDefinition(&declared.Spec.AttributeDefinitions[i]))
	}
	return change
}

// removedIndex is the end of the first index that is no longer declared; nil if there is none.
func removedIndex(declared, observed *v1alpha1.Table) *types.GlobalSecondaryIndexUpdate {
	for _, index := range observed.Spec.GlobalSecondaryIndexes {
		if indexNamed(declared.Spec.GlobalSecondaryIndexes, index.IndexName) == nil {
			return &types.GlobalSecondaryIndexUpdate{Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: index.IndexName}}
		}
	}
	return nil
}

// changedIndex is the new throughput of the first index that is declared otherwise than AWS has it; nil if there is none.
func changedIndex(declared, observed *v1alpha1.Table) *types.GlobalSecondaryIndexUpdate {
	for _, index := range declared.Spec.GlobalSecondaryIndexes {
		if current := indexNamed(observed.Spec.GlobalSecondaryIndexes, index.IndexName); current != nil && !equality.Semantic.DeepEqual(&index, current) {
			return &types.GlobalSecondaryIndexUpdate{Update: &types.UpdateGlobalSecondaryIndexAction{
				IndexName:             index.IndexName,
				OnDemandThroughput:    toOnDemandThroughput(index.OnDemandThroughput),
				ProvisionedThroughput: toProvisionedThroughput(index.ProvisionedThroughput),
			}}
		}
	}
	return nil
}

// addedIndex is the first index that AWS lacks; nil if there is none.
func addedIndex(declared, observed *v1alpha1.Table) *types.GlobalSecondaryIndexUpdate {
	for i := range declared.Spec.GlobalSecondaryIndexes {
		index := &declared.Spec.GlobalSecondaryIndexes[i]
		if indexNamed(observed.Spec.GlobalSecondaryIndexes, index.IndexName) == nil {
			return &types.GlobalSecondaryIndexUpdate{Create: toCreateGlobalSecondaryIndexAction(index)}
		}
	}
	return nil
}

func indexNamed(indexes []v1alpha1.GlobalSecondaryIndex, name *string) *v1alpha1.GlobalSecondaryIndex {
	for i := range indexes {
		if aws.ToString(indexes[i].IndexName) == aws.ToString(name) {
			return &indexes[i]
		}
	}
	return nil
}
