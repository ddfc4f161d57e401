package main

import "testing"

// TestNames has the names that ACK's generator gives to fields of the SDK.
func TestNames(t *testing.T) {
	for sdk, want := range map[string]struct{ goName, json string }{
		"ComputeResources":       {"ComputeResources", "computeResources"},
		"MaxvCpus":               {"MaxvCPUs", "maxvCPUs"},
		"UnmanagedvCpus":         {"UnmanagedvCPUs", "unmanagedvCPUs"},
		"Vcpus":                  {"Vcpus", "vcpus"},
		"JobRoleArn":             {"JobRoleARN", "jobRoleARN"},
		"SecurityGroupIds":       {"SecurityGroupIDs", "securityGroupIDs"},
		"EksClusterArn":          {"EKSClusterARN", "eksClusterARN"},
		"Ec2KeyPair":             {"EC2KeyPair", "ec2KeyPair"},
		"SpotIamFleetRole":       {"SpotIAMFleetRole", "spotIAMFleetRole"},
		"Iam":                    {"IAM", "iam"},
		"KMSMasterKeyId":         {"KMSMasterKeyID", "kmsMasterKeyID"},
		"SSESpecification":       {"SSESpecification", "sseSpecification"},
		"SizeInGiB":              {"SizeInGiB", "sizeInGiB"},
		"ImageIdOverride":        {"ImageIDOverride", "imageIDOverride"},
		"CloudWatchLogsLogGroup": {"CloudWatchLogsLogGroup", "cloudWatchLogsLogGroup"},
		"AssignPublicIp":         {"AssignPublicIP", "assignPublicIP"},
	} {
		if got := goName(sdk); got != want.goName {
			t.Errorf("goName(%s) is %s, want %s", sdk, got, want.goName)
		}
		if got := jsonName(sdk); got != want.json {
			t.Errorf("jsonName(%s) is %s, want %s", sdk, got, want.json)
		}
	}
}
