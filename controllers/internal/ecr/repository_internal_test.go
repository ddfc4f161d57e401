package ecr

import (
	"testing"

	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/yaml"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/ecr/v1alpha1"
)

// repository parses a spec.
func repository(t *testing.T, spec string) *v1alpha1.Repository {
	t.Helper()
	parsed := &v1alpha1.Repository{}
	if err := yaml.UnmarshalStrict([]byte(spec), &parsed.Spec); err != nil {
		t.Fatalf("%v: %s", err, spec)
	}
	return parsed
}

// TestNormaliseRepository has what means the same, and what does not, to the official controller 1.8.1:
// pkg/resource/repository/delta.go.
func TestNormaliseRepository(t *testing.T) {
	for reason, c := range map[string]struct {
		declared, observed string
		same               bool
	}{
		"left out, as AWS has it":             {"{}", "{registryID: '1', encryptionConfiguration: {encryptionType: KMS, kmsKey: k}}", true},
		"left out, mutability differs":        {"{}", "{imageTagMutability: MUTABLE}", false},
		"left out, scanning differs":          {"{}", "{imageScanningConfiguration: {scanOnPush: false}}", false},
		"scanning that says nothing":          {"{imageScanningConfiguration: {}}", "{imageScanningConfiguration: {scanOnPush: false}}", false},
		"an empty policy is not none":         {"{policy: ''}", "{}", false},
		"nor is an empty lifecycle policy":    {"{lifecyclePolicy: ''}", "{}", false},
		"AWS's own key":                       {"{encryptionConfiguration: {encryptionType: KMS}}", "{encryptionConfiguration: {encryptionType: KMS, kmsKey: k}}", true},
		"another encryption":                  {"{encryptionConfiguration: {encryptionType: KMS}}", "{encryptionConfiguration: {encryptionType: AES256}}", false},
		"a lifecycle policy differs in space": {`{lifecyclePolicy: '{"rules": [ {"rulePriority": 1} ]}'}`, `{lifecyclePolicy: '{"rules":[{"rulePriority":1}]}'}`, true},
		"a lifecycle policy that differs":     {`{lifecyclePolicy: '{"rules":[{"rulePriority":2}]}'}`, `{lifecyclePolicy: '{"rules":[{"rulePriority":1}]}'}`, false},
		"left out, a policy is none":          {"{}", `{policy: '{"Statement":[]}'}`, false},
		"a policy in other words":             {`{policy: '{"Statement":[{"Effect":"Allow","Action":["a:b"]}]}'}`, `{policy: '{"Statement":{"Action":"a:b","Effect":"Allow"}}'}`, true},
		"a policy that cannot be read":        {`{policy: 'none'}`, `{policy: '{"Statement":[]}'}`, false},
	} {
		declared, observed := repository(t, c.declared), repository(t, c.observed)
		normaliseRepository(declared, observed)
		if same := equality.Semantic.DeepEqual(declared.Spec, observed.Spec); same != c.same {
			t.Errorf("%s: the same: %v, want %v\n%+v\n%+v", reason, same, c.same, declared.Spec, observed.Spec)
		}
	}
}
