package batch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math/rand"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/batch"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/diff"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
)

// spelledOut has, by struct and field of the SDK, what AWS's documentation says it takes for a field that is left out.
// Fields that are not here say nothing of a default, or that it is false or none.
var spelledOut = map[string]func(into any){
	"ContainerProperties.Privileged":                       nil,
	"Device.ContainerPath":                                 func(into any) { d := into.(*v1alpha1.Device); d.ContainerPath = d.HostPath },
	"Device.Permissions":                                   func(into any) { into.(*v1alpha1.Device).Permissions = []string{"READ", "WRITE", "MKNOD"} },
	"EFSAuthorizationConfig.Iam":                           func(into any) { into.(*v1alpha1.EFSAuthorizationConfig).IAM = aws.String("DISABLED") },
	"EFSVolumeConfiguration.RootDirectory":                 func(into any) { into.(*v1alpha1.EFSVolumeConfiguration).RootDirectory = aws.String("/") },
	"EFSVolumeConfiguration.TransitEncryption":             func(into any) { into.(*v1alpha1.EFSVolumeConfiguration).TransitEncryption = aws.String("DISABLED") },
	"EcsTaskProperties.PlatformVersion":                    func(into any) { into.(*v1alpha1.ECSTaskProperties).PlatformVersion = aws.String("LATEST") },
	"EksContainer.ImagePullPolicy":                         spellPullPolicy,
	"EksContainer.Name":                                    func(into any) { into.(*v1alpha1.EKSContainer).Name = aws.String("Default") },
	"EksContainerSecurityContext.AllowPrivilegeEscalation": nil,
	"EksContainerSecurityContext.Privileged":               nil,
	"EksContainerSecurityContext.ReadOnlyRootFilesystem":   nil,
	"EksContainerSecurityContext.RunAsNonRoot":             nil,
	"EksContainerVolumeMount.ReadOnly":                     nil,
	"EksEmptyDir.Medium":                                   nil,
	"EksPersistentVolumeClaim.ReadOnly":                    nil,
	"EksPodProperties.DnsPolicy":                           spellDNSPolicy,
	"EksPodProperties.HostNetwork":                         func(into any) { into.(*v1alpha1.EKSPodProperties).HostNetwork = aws.Bool(true) },
	"FargatePlatformConfiguration.PlatformVersion":         func(into any) { into.(*v1alpha1.FargatePlatformConfiguration).PlatformVersion = aws.String("LATEST") },
	"LinuxParameters.Swappiness":                           func(into any) { into.(*v1alpha1.LinuxParameters).Swappiness = aws.Int64(60) },
	"MountPoint.ReadOnly":                                  nil,
	"NetworkConfiguration.AssignPublicIp":                  func(into any) { into.(*v1alpha1.NetworkConfiguration).AssignPublicIP = aws.String("DISABLED") },
	"NodeRangeProperty.TargetNodes":                        nil, // TestWholeRange
	"RegisterJobDefinitionInput.PlatformCapabilities":      func(into any) { into.(*v1alpha1.JobDefinitionSpec).PlatformCapabilities = []string{"EC2"} },
	"RegisterJobDefinitionInput.PropagateTags":             nil,
	"RetryStrategy.Attempts":                               func(into any) { into.(*v1alpha1.RetryStrategy).Attempts = aws.Int64(1) },
	"RuntimePlatform.CpuArchitecture":                      func(into any) { into.(*v1alpha1.RuntimePlatform).CPUArchitecture = aws.String("X86_64") },
	"RuntimePlatform.OperatingSystemFamily":                func(into any) { into.(*v1alpha1.RuntimePlatform).OperatingSystemFamily = aws.String("LINUX") },
	"TaskContainerProperties.Essential":                    func(into any) { into.(*v1alpha1.TaskContainerProperties).Essential = aws.Bool(true) },
}

// nothingToSpell are the fields of whose documentation the word default tells nothing that could be spelled out.
var nothingToSpell = map[string]string{
	"ContainerProperties.EphemeralStorage":         "20 GiB, which cannot be asked for: the least is 21",
	"ContainerProperties.LogConfiguration":         "what the instance's Docker daemon has",
	"EFSAuthorizationConfig.AccessPointId":         "of another field",
	"Tmpfs.MountOptions":                           "the name of one of them",
	"EFSVolumeConfiguration.TransitEncryptionPort": "what the mount helper chooses",
	"EcsTaskProperties.EphemeralStorage":           "20 GiB, which cannot be asked for: the least is 21",
	"EcsTaskProperties.IpcMode":                    "what the instance's Docker daemon has",
	"EcsTaskProperties.PidMode":                    "a private namespace, which has no name",
	"EksContainer.Args":                            "those of the image",
	"EksContainer.Command":                         "that of the image",
	"EksContainerSecurityContext.RunAsGroup":       "that of the image",
	"EksContainerSecurityContext.RunAsUser":        "that of the image",
	"EksEmptyDir.SizeLimit":                        "none",
	"EksMetadata.Namespace":                        "that of the compute environment",
	"Host.SourcePath":                              "what the Docker daemon assigns",
	"LinuxParameters.MaxSwap":                      "that of the instance",
	"RegisterJobDefinitionInput.Parameters":        "they are defaults for jobs",
	"ResourceRequirement.Value":                    "a quota of the account",
	"TaskContainerProperties.LogConfiguration":     "what the instance's Docker daemon has",
	"TaskContainerProperties.StopTimeout":          "30 seconds, unless the instance's agent has another",
	"TaskContainerProperties.Ulimits":              "those of the instance",
	"Volume.Host":                                  "what the Docker daemon assigns",
}

func spellPullPolicy(into any) {
	container := into.(*v1alpha1.EKSContainer)
	container.ImagePullPolicy = aws.String("IfNotPresent")
	if strings.HasSuffix(aws.ToString(container.Image), ":latest") {
		container.ImagePullPolicy = aws.String("Always")
	}
}

func spellDNSPolicy(into any) {
	pod := into.(*v1alpha1.EKSPodProperties)
	pod.DNSPolicy = aws.String("ClusterFirstWithHostNet")
	if pod.HostNetwork != nil && !*pod.HostNetwork {
		pod.DNSPolicy = aws.String("ClusterFirst")
	}
}

// TestDefaultsAreKnown looks for defaults in the SDK's documentation of all that a job definition can have: a new one must
// get a line in one of the tables above.
func TestDefaultsAreKnown(t *testing.T) {
	known := map[string]bool{}
	for key := range spelledOut {
		known[key] = true
	}
	for key := range nothingToSpell {
		known[key] = true
	}
	found := map[string]bool{}
	documents := documentation(t)
	var visit func(reflect.Type)
	seen := map[reflect.Type]bool{}
	visit = func(one reflect.Type) {
		for one.Kind() == reflect.Pointer || one.Kind() == reflect.Slice {
			one = one.Elem()
		}
		if one.Kind() != reflect.Struct || seen[one] {
			return
		}
		seen[one] = true
		for i := range one.NumField() {
			field := one.Field(i)
			key := one.Name() + "." + field.Name
			if tellsDefault(documents[key]) {
				found[key] = true
				if !known[key] {
					t.Errorf("%s may have a default that we do not know of: %s", key, documents[key])
				}
			}
			visit(field.Type)
		}
	}
	visit(reflect.TypeFor[sdk.RegisterJobDefinitionInput]())
	// AWS tells this one in its user guide.
	found["RetryStrategy.Attempts"] = true
	for _, key := range slices.Sorted(maps.Keys(known)) {
		if !found[key] {
			t.Errorf("the documentation of %s tells of no default: remove its line", key)
		}
	}
}

var (
	defaultWords = regexp.MustCompile(`(?i)\bdefaults?\b|\bomitted\b|isn't specified|not specified|don't specify|no value is specified|is assumed|is empty|if this field is`)
	// otherDefaults are sentences in which the word means something else.
	otherDefaults = regexp.MustCompile(`(?i)by default, images in|images in the docker hub registry are available by default|default capability set|communicate with by default|that's set to default|can't be set to default|"defaults" \||uses the default`)
)

// tellsDefault says whether a field's documentation speaks of what is taken for it.
func tellsDefault(document string) bool {
	return defaultWords.MatchString(otherDefaults.ReplaceAllString(document, ""))
}

// documentation is that of all fields of the SDK's structs, in one line, by "Struct.Field".
func documentation(t *testing.T) map[string]string {
	t.Helper()
	folder, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/batch").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := strings.TrimSpace(string(folder))
	found := map[string]string{}
	for _, path := range []string{filepath.Join(root, "types", "types.go"), filepath.Join(root, "api_op_RegisterJobDefinition.go")} {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if body, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range body.Fields.List {
					if len(field.Names) == 1 {
						found[spec.Name.Name+"."+field.Names[0].Name] = strings.Join(strings.Fields(field.Doc.Text()), " ")
					}
				}
			}
			return false
		})
	}
	return found
}

// FuzzSpelledOut spells out what a random definition leaves out, and the other way round: neither may be a difference, on
// whichever side it is. New values: go test -fuzz FuzzSpelledOut ./internal/batch
func FuzzSpelledOut(f *testing.F) {
	for seed := range int64(100) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		random := rand.New(rand.NewSource(seed))
		var terse v1alpha1.JobDefinition
		newFiller(seed).Fill(&terse.Spec)
		spelled := terse.DeepCopy()
		spell(reflect.ValueOf(&spelled.Spec).Elem(), random)
		wantEqual(t, terse.DeepCopy(), spelled.DeepCopy())
		wantEqual(t, spelled, &terse)
	})
}

func wantEqual(t *testing.T, declared, observed *v1alpha1.JobDefinition) {
	t.Helper()
	normaliseJobDefinition(declared, observed)
	clearReferences(reflect.ValueOf(declared).Elem())
	clearReferences(reflect.ValueOf(observed).Elem())
	if !equality.Semantic.DeepEqual(declared.Spec, observed.Spec) {
		t.Errorf("a spelled out default is a difference: %s", diff.Diff(declared.Spec, observed.Spec))
	}
}

// spell sets, at random, fields that are left out to what AWS takes for them: what is documented, else false, an empty list,
// string or struct.
func spell(value reflect.Value, random *rand.Rand) {
	switch value.Kind() {
	case reflect.Pointer:
		if !value.IsNil() {
			spell(value.Elem(), random)
		}
	case reflect.Slice:
		for i := range value.Len() {
			spell(value.Index(i), random)
		}
	case reflect.Struct:
		for i := range value.NumField() {
			field := value.Field(i)
			spell(field, random)
			if !field.IsZero() || field.Type() == referenceType || random.Intn(2) == 0 {
				continue
			}
			if how := documented(value.Type(), value.Type().Field(i).Name); how != nil {
				how(value.Addr().Interface())
				continue
			}
			switch field.Kind() {
			case reflect.Slice:
				if field.Type().Elem() != referenceType {
					field.Set(reflect.MakeSlice(field.Type(), 0, 0))
				}
			case reflect.Map:
				field.Set(reflect.MakeMap(field.Type()))
			case reflect.Pointer:
				switch field.Type().Elem().Kind() {
				case reflect.Bool, reflect.String, reflect.Struct:
					field.Set(reflect.New(field.Type().Elem()))
				}
			}
		}
	}
}

// documented finds the documented default of a field of ours, whose names differ from the SDK's by initialisms.
func documented(of reflect.Type, field string) func(any) {
	name := of.Name()
	if name == "JobDefinitionSpec" {
		name = "RegisterJobDefinitionInput"
	}
	for key, how := range spelledOut {
		if strings.EqualFold(key, name+"."+field) {
			return how
		}
	}
	return nil
}

func TestWholeRange(t *testing.T) {
	for target, want := range map[string]string{"0:3": "0:3", ":3": "0:3", "2:": "2:9", ":": "0:9", "0": "0"} {
		if got := wholeRange(target, 10); got != want {
			t.Errorf("%s of 10 nodes is %s, want %s", target, got, want)
		}
	}
}

// TestNormaliseJobDefinition has forms that must, and must not, count as the same.
func TestNormaliseJobDefinition(t *testing.T) {
	container := func(image, policy string) *v1alpha1.JobDefinition {
		one := v1alpha1.EKSContainer{Image: aws.String(image)}
		if policy != "" {
			one.ImagePullPolicy = aws.String(policy)
		}
		return &v1alpha1.JobDefinition{Spec: v1alpha1.JobDefinitionSpec{EKSProperties: &v1alpha1.EKSProperties{
			PodProperties: &v1alpha1.EKSPodProperties{Containers: []v1alpha1.EKSContainer{one}},
		}}}
	}
	pod := func(network *bool, policy string) *v1alpha1.JobDefinition {
		one := &v1alpha1.EKSPodProperties{HostNetwork: network}
		if policy != "" {
			one.DNSPolicy = aws.String(policy)
		}
		return &v1alpha1.JobDefinition{Spec: v1alpha1.JobDefinitionSpec{EKSProperties: &v1alpha1.EKSProperties{PodProperties: one}}}
	}
	rule := func(action string) *v1alpha1.JobDefinition {
		return &v1alpha1.JobDefinition{Spec: v1alpha1.JobDefinitionSpec{RetryStrategy: &v1alpha1.RetryStrategy{
			Attempts: aws.Int64(2), EvaluateOnExit: []v1alpha1.EvaluateOnExit{{Action: aws.String(action)}},
		}}}
	}
	essential := func(value bool) *v1alpha1.JobDefinition {
		return &v1alpha1.JobDefinition{Spec: v1alpha1.JobDefinitionSpec{ECSProperties: &v1alpha1.ECSProperties{TaskProperties: []v1alpha1.ECSTaskProperties{
			{Containers: []v1alpha1.TaskContainerProperties{{Essential: &value}}},
		}}}}
	}
	for name, c := range map[string]struct {
		reason             string
		declared, observed *v1alpha1.JobDefinition
		equal              bool
	}{
		"an action in lower case":             {"AWS takes both", rule("retry"), rule("RETRY"), true},
		"another action":                      {"it is another", rule("exit"), rule("RETRY"), false},
		"not essential":                       {"false is not the default", essential(false), essential(true), false},
		"no host network":                     {"false is not the default", pod(aws.Bool(false), ""), pod(nil, ""), false},
		"AWS fills in one DNS policy":         {"its documentation names both", pod(nil, ""), pod(aws.Bool(true), "ClusterFirst"), true},
		"AWS fills in the other":              {"its documentation names both", pod(aws.Bool(true), ""), pod(nil, "ClusterFirstWithHostNet"), true},
		"AWS has a third":                     {"nobody asked for it", pod(nil, ""), pod(nil, "Default"), false},
		"one DNS policy declared":             {"AWS has the other", pod(nil, "ClusterFirst"), pod(nil, "ClusterFirstWithHostNet"), false},
		"a DNS policy without host network":   {"the documentation is clear", pod(aws.Bool(false), ""), pod(aws.Bool(false), "ClusterFirstWithHostNet"), false},
		"the latest image":                    {"it is always pulled", container("x:latest", ""), container("x:latest", "Always"), true},
		"a tagged image":                      {"it is not", container("x:1", ""), container("x:1", "Always"), false},
		"an image by its digest":              {"it is not", container("x@sha256:1", ""), container("x@sha256:1", "Always"), false},
		"an image without tag, as AWS has it": {"it is not pulled, says AWS", container("host:5000/x", ""), container("host:5000/x", "IfNotPresent"), true},
		"an image without tag, as Kubernetes": {"it is, says Kubernetes", container("host:5000/x", ""), container("host:5000/x", "Always"), true},
	} {
		t.Run(name, func(t *testing.T) {
			normaliseJobDefinition(c.declared, c.observed)
			if got := reflect.DeepEqual(c.declared.Spec, c.observed.Spec); got != c.equal {
				t.Errorf("%s: they count as equal: %t", c.reason, got)
			}
		})
	}
}
