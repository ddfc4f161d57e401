package batch

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
)

// defaultsOf has what AWS takes for a field that is left out, where that is always the same and not simply nothing or false:
// by the type of the struct, a struct with the defaults in their fields. They are those of AWS's API reference; that of the
// attempts is in its user guide, https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html.
var defaultsOf = byType(
	v1alpha1.Device{Permissions: []string{"MKNOD", "READ", "WRITE"}},
	v1alpha1.ECSTaskProperties{PlatformVersion: aws.String("LATEST")},
	v1alpha1.EFSAuthorizationConfig{IAM: aws.String("DISABLED")},
	v1alpha1.EFSVolumeConfiguration{RootDirectory: aws.String("/"), TransitEncryption: aws.String("DISABLED")},
	v1alpha1.EKSContainer{Name: aws.String("Default")},
	v1alpha1.EKSPodProperties{HostNetwork: aws.Bool(true)},
	v1alpha1.FargatePlatformConfiguration{PlatformVersion: aws.String("LATEST")},
	v1alpha1.JobDefinitionSpec{PlatformCapabilities: []string{"EC2"}},
	v1alpha1.LinuxParameters{Swappiness: aws.Int64(60)},
	v1alpha1.NetworkConfiguration{AssignPublicIP: aws.String("DISABLED")},
	v1alpha1.RetryStrategy{Attempts: aws.Int64(1)},
	v1alpha1.RuntimePlatform{CPUArchitecture: aws.String("X86_64"), OperatingSystemFamily: aws.String("LINUX")},
	v1alpha1.TaskContainerProperties{Essential: aws.Bool(true)},
)

func byType(structs ...any) map[reflect.Type]reflect.Value {
	found := map[reflect.Type]reflect.Value{}
	for _, one := range structs {
		found[reflect.TypeOf(one)] = reflect.ValueOf(one)
	}
	return found
}

const (
	// clusterFirst and clusterFirstWithHostNet are the DNS policies of a pod with a network of its own and of one in the
	// host's.
	clusterFirst            = "ClusterFirst"
	clusterFirstWithHostNet = "ClusterFirstWithHostNet"
	pullAlways              = "Always"
	pullIfNotPresent        = "IfNotPresent"
)

// dependentDefaults unsets the fields of a struct that hold what AWS takes for them in view of others beside them.
func dependentDefaults(value any) {
	switch typed := value.(type) {
	case *v1alpha1.Device:
		unset(&typed.ContainerPath, aws.ToString(typed.HostPath))
	case *v1alpha1.EKSPodProperties:
		if isInHostNetwork(typed) {
			unset(&typed.DNSPolicy, clusterFirstWithHostNet)
		} else {
			unset(&typed.DNSPolicy, clusterFirst)
		}
	case *v1alpha1.EKSContainer:
		if strings.HasSuffix(aws.ToString(typed.Image), ":latest") {
			unset(&typed.ImagePullPolicy, pullAlways)
		} else {
			unset(&typed.ImagePullPolicy, pullIfNotPresent)
		}
	case *v1alpha1.NodeProperties:
		for i := range typed.NodeRangeProperties {
			if target := typed.NodeRangeProperties[i].TargetNodes; target != nil {
				*target = wholeRange(*target, aws.ToInt64(typed.NumNodes))
			}
		}
	}
}

func unset(field **string, normal string) {
	if *field != nil && **field == normal {
		*field = nil
	}
}

func isInHostNetwork(pod *v1alpha1.EKSPodProperties) bool {
	return pod.HostNetwork == nil || *pod.HostNetwork
}

// wholeRange writes both ends of a range of nodes such as "3:", ":3" or ":".
func wholeRange(target string, nodes int64) string {
	first, last, isRange := strings.Cut(target, ":")
	if !isRange {
		return target
	}
	if first == "" {
		first = "0"
	}
	if last == "" {
		last = strconv.FormatInt(nodes-1, 10)
	}
	return first + ":" + last
}

// leaveToAWS takes what AWS has where AWS's documentation does not settle what it takes for a field that is left out. The
// DNS policy of a pod in the host's network is ClusterFirst in one sentence and ClusterFirstWithHostNet in the next; and
// images without a tag are pulled as AWS says or as Kubernetes does.
func leaveToAWS(declared, observed *v1alpha1.JobDefinitionSpec) {
	have := pods(observed)
	for i, pod := range pods(declared) {
		if i == len(have) {
			return
		}
		if isInHostNetwork(pod) && aws.ToString(have[i].DNSPolicy) == clusterFirst {
			leave(&pod.DNSPolicy, clusterFirst)
		}
		for _, lists := range [][2][]v1alpha1.EKSContainer{{pod.Containers, have[i].Containers}, {pod.InitContainers, have[i].InitContainers}} {
			for j := range min(len(lists[0]), len(lists[1])) {
				if isUntagged(aws.ToString(lists[0][j].Image)) && aws.ToString(lists[1][j].ImagePullPolicy) == pullAlways {
					leave(&lists[0][j].ImagePullPolicy, pullAlways)
				}
			}
		}
	}
}

// leave sets a field that is left out.
func leave(field **string, value string) {
	if aws.ToString(*field) == "" {
		*field = &value
	}
}

// isUntagged says whether an image is named without tag and digest.
func isUntagged(image string) bool {
	return !strings.ContainsAny(image[strings.LastIndex(image, "/")+1:], ":@")
}

// pods are the pods of a definition: its own, or those of its ranges of nodes.
func pods(spec *v1alpha1.JobDefinitionSpec) []*v1alpha1.EKSPodProperties {
	properties := []*v1alpha1.EKSProperties{spec.EKSProperties}
	if spec.NodeProperties != nil {
		for _, one := range spec.NodeProperties.NodeRangeProperties {
			properties = append(properties, one.EKSProperties)
		}
	}
	var found []*v1alpha1.EKSPodProperties
	for _, one := range properties {
		if one != nil && one.PodProperties != nil {
			found = append(found, one.PodProperties)
		}
	}
	return found
}
