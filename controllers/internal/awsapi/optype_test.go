package awsapi

import "testing"

func TestOpType(t *testing.T) {
	for operation, want := range map[string]string{
		"CreateJobQueue": "CREATE", "RegisterJobDefinition": "CREATE",
		"DescribeJobQueues": "READ_MANY", "ListTagsForResource": "READ_MANY", "DescribeBudget": "READ_ONE", "GetBucketVersioning": "READ_ONE",
		"UpdateBudget": "UPDATE", "TagResource": "UPDATE", "PutBucketPolicy": "UPDATE", "UntagResource": "UPDATE",
		"DeleteBudget": "DELETE", "DeregisterJobDefinition": "DELETE", "AbortMultipartUpload": "DELETE", "DeleteObjects": "DELETE",
	} {
		if got := opType(operation); got != want {
			t.Errorf("%s is %s, want %s", operation, got, want)
		}
	}
}
