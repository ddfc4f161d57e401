package main

import (
	"strings"
	"unicode"
)

// initialisms are the words that ACK writes in upper case wherever they do not begin a JSON name.
var initialisms = map[string]string{
	"arn": "ARN", "cpu": "CPU", "cpus": "CPUs", "dns": "DNS", "ec2": "EC2", "ecs": "ECS", "efs": "EFS", "eks": "EKS",
	"iam": "IAM", "id": "ID", "ids": "IDs", "ip": "IP", "ipc": "IPC", "kms": "KMS", "pid": "PID", "sns": "SNS",
	"sse": "SSE", "uri": "URI", "uuid": "UUID",
}

// goName is the Go name of an SDK name: JobRoleArn becomes JobRoleARN.
func goName(sdkName string) string {
	var name strings.Builder
	for _, word := range words(sdkName) {
		if upper, ok := initialisms[strings.ToLower(word)]; ok {
			word = upper
		}
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return name.String()
}

// jsonName is the JSON name of an SDK name: EksClusterArn becomes eksClusterARN.
func jsonName(sdkName string) string {
	first := words(sdkName)[0]
	return strings.ToLower(first) + goName(sdkName)[len(first):]
}

// words splits a Go name where upper case begins a word: KMSMasterKeyId is KMS, Master, Key, Id.
func words(name string) []string {
	var found []string
	runes := []rune(name)
	start := 0
	for i := 1; i < len(runes); i++ {
		afterLower := unicode.IsUpper(runes[i]) && !unicode.IsUpper(runes[i-1])
		endsInitialism := unicode.IsUpper(runes[i]) && unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
		if afterLower || endsInitialism {
			found = append(found, string(runes[start:i]))
			start = i
		}
	}
	return append(found, string(runes[start:]))
}
