package bucketemptier

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	"github.com/aws-controllers-k8s/runtime/pkg/featuregate"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apitypes "k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func TestWillBeDeleted(t *testing.T) {
	for name, test := range map[string]struct {
		reason            string
		object, namespace map[string]string
		flag              ackv1alpha1.DeletionPolicy
		want              bool
	}{
		"flag":                     {"nothing else is said", nil, nil, "delete", true},
		"flag retains":             {"nothing else is said", nil, nil, "retain", false},
		"no flag":                  {"ACK fills it in; without it, nothing says delete", nil, nil, "", false},
		"namespace over flag":      {"it is nearer", nil, map[string]string{"s3.services.k8s.aws/deletion-policy": "retain"}, "delete", false},
		"namespace deletes":        {"it is nearer", nil, map[string]string{"s3.services.k8s.aws/deletion-policy": "delete"}, "retain", true},
		"namespace without policy": {"ACK ignores an empty annotation of a namespace", nil, map[string]string{"s3.services.k8s.aws/deletion-policy": ""}, "delete", true},
		"another service's":        {"each service has its own", nil, map[string]string{"ecr.services.k8s.aws/deletion-policy": "retain"}, "delete", true},
		"object over namespace": {"it is nearest", map[string]string{"services.k8s.aws/deletion-policy": "delete"},
			map[string]string{"s3.services.k8s.aws/deletion-policy": "retain"}, "retain", true},
		"object retains": {"it is nearest", map[string]string{"services.k8s.aws/deletion-policy": "retain"},
			map[string]string{"s3.services.k8s.aws/deletion-policy": "delete"}, "delete", false},
		"object without policy": {"ACK takes an empty annotation of an object for not delete", map[string]string{"services.k8s.aws/deletion-policy": ""}, nil, "delete", false},
		"read-only":             {"ACK deletes nothing that is read-only", map[string]string{"services.k8s.aws/read-only": "TRUE"}, nil, "delete", false},
		"not read-only":         {"only true is", map[string]string{"services.k8s.aws/read-only": "false"}, nil, "delete", true},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bucket{ObjectMeta: metav1.ObjectMeta{Annotations: test.object}}
			namespace := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Annotations: test.namespace}}
			if got := b.willBeDeleted(namespace, test.flag); got != test.want {
				t.Errorf("%s: want %v, got %v", test.reason, test.want, got)
			}
		})
	}
}

// cluster is an API server with the maps of roles, by name of the ConfigMap, and IAMRoleSelectors.
type cluster struct {
	client.Reader
	maps      map[string]map[string]string
	selectors []ackv1alpha1.IAMRoleSelector
}

func (c cluster) Get(_ context.Context, key client.ObjectKey, object client.Object, _ ...client.GetOption) error {
	roles, ok := c.maps[key.Name]
	if !ok || key.Namespace != "ack-system" {
		return apierrors.NewNotFound(schema.GroupResource{Resource: "configmaps"}, key.Name)
	}
	object.(*corev1.ConfigMap).Data = roles
	return nil
}

func (c cluster) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	list.(*ackv1alpha1.IAMRoleSelectorList).Items = c.selectors
	return nil
}

func TestLocate(t *testing.T) {
	const shared, own = "arn:aws:iam::222222222222:role/shared", "arn:aws:iam::222222222222:role/emptier"
	inAccount := map[string]string{"services.k8s.aws/owner-account-id": "222222222222"}
	ofTeam := map[string]string{"services.k8s.aws/team-id": "data"}
	accounts := func(roles map[string]string) cluster {
		return cluster{maps: map[string]map[string]string{"ack-role-account-map": roles}}
	}
	teams := func(roles map[string]string) cluster {
		return cluster{maps: map[string]map[string]string{"ack-role-team-map": roles}}
	}
	selector := func(name, arn string, spec ackv1alpha1.IAMRoleSelectorSpec) ackv1alpha1.IAMRoleSelector {
		spec.ARN = arn
		return ackv1alpha1.IAMRoleSelector{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: spec}
	}
	ofKind := func(group string) ackv1alpha1.IAMRoleSelectorSpec {
		return ackv1alpha1.IAMRoleSelectorSpec{ResourceTypeSelector: []ackv1alpha1.GroupVersionKind{{Group: group}}}
	}
	here := ackv1alpha1.IAMRoleSelectorSpec{
		NamespaceSelector:     ackv1alpha1.NamespaceSelector{Names: []string{"place"}, LabelSelector: ackv1alpha1.LabelSelector{MatchLabels: map[string]string{"of": "namespace"}}},
		ResourceLabelSelector: ackv1alpha1.LabelSelector{MatchLabels: map[string]string{"of": "bucket"}},
	}
	observed := func(account ackv1alpha1.AWSAccountID, region ackv1alpha1.AWSRegion) *ackv1alpha1.ResourceMetadata {
		return &ackv1alpha1.ResourceMetadata{OwnerAccountID: &account, Region: &region}
	}
	for name, test := range map[string]struct {
		reason            string
		object, namespace map[string]string
		observed          *ackv1alpha1.ResourceMetadata
		kubernetes        cluster
		gates             []string
		want              location
		obstacle          string
	}{
		"the controller's own": {
			reason: "nothing says otherwise",
			want:   location{account: "111111111111", region: "eu-central-1", endpoint: "https://s3"},
		},
		"as observed": {
			reason:   "the S3 controller has seen it there",
			observed: observed("111111111111", "eu-west-1"),
			want:     location{account: "111111111111", region: "eu-west-1", endpoint: "https://s3"},
		},
		"as declared": {
			reason:    "the object comes before its namespace, and the namespace before the flags",
			object:    map[string]string{"services.k8s.aws/region": "us-east-1"},
			namespace: map[string]string{"services.k8s.aws/default-region": "us-east-2", "services.k8s.aws/endpoint-url": "https://other"},
			want:      location{account: "111111111111", region: "us-east-1", endpoint: "https://other"},
		},
		"with the account's role": {
			reason:     "a namespace with an account needs a role",
			namespace:  inAccount,
			kubernetes: accounts(map[string]string{"222222222222": shared, "bucket-emptier.222222222222": own}),
			want:       location{account: "222222222222", region: "eu-central-1", endpoint: "https://s3", role: shared},
		},
		"with the emptier's role for the account": {
			reason:     "ServiceLevelCARM asks for it first",
			namespace:  inAccount,
			kubernetes: accounts(map[string]string{"222222222222": shared, "bucket-emptier.222222222222": own}),
			gates:      []string{featuregate.ServiceLevelCARM},
			want:       location{account: "222222222222", region: "eu-central-1", endpoint: "https://s3", role: own},
		},
		"with the account's role for want of an own": {
			reason:     "as ACK's runtime does",
			observed:   observed("222222222222", "eu-central-1"),
			kubernetes: accounts(map[string]string{"222222222222": shared}),
			gates:      []string{featuregate.ServiceLevelCARM},
			want:       location{account: "222222222222", region: "eu-central-1", endpoint: "https://s3", role: shared},
		},
		"no map of roles":             {reason: "the controller's own rights are for its own account", namespace: inAccount, obstacle: reasonNoRole},
		"account not in the map":      {reason: "the same", namespace: inAccount, kubernetes: accounts(map[string]string{"333333333333": shared}), obstacle: reasonNoRole},
		"a role of another account":   {reason: "it would look for the bucket where it is not", namespace: inAccount, kubernetes: accounts(map[string]string{"222222222222": "arn:aws:iam::333333333333:role/x"}), obstacle: reasonNoRole},
		"not an ARN":                  {reason: "a typing error", namespace: inAccount, kubernetes: accounts(map[string]string{"222222222222": "emptier"}), obstacle: reasonNoRole},
		"not a role":                  {reason: "a typing error", namespace: inAccount, kubernetes: accounts(map[string]string{"222222222222": "arn:aws:iam::222222222222:user/x"}), obstacle: reasonNoRole},
		"account against observation": {reason: "ACK refuses it", namespace: inAccount, observed: observed("111111111111", "eu-central-1"), obstacle: reasonWrongBucket},
		"region against observation":  {reason: "ACK refuses it", object: map[string]string{"services.k8s.aws/region": "us-east-1"}, observed: observed("111111111111", "eu-central-1"), obstacle: reasonWrongBucket},
		"a team without TeamLevelCARM": {
			reason:     "the annotation means nothing",
			namespace:  ofTeam,
			kubernetes: teams(map[string]string{"data": shared}),
			want:       location{account: "111111111111", region: "eu-central-1", endpoint: "https://s3"},
		},
		"with the team's role": {
			reason:     "the account is the role's",
			namespace:  ofTeam,
			kubernetes: teams(map[string]string{"data": shared, "bucket-emptier.data": own}),
			gates:      []string{featuregate.TeamLevelCARM},
			want:       location{account: "222222222222", region: "eu-central-1", endpoint: "https://s3", role: shared},
		},
		"with the emptier's role for the team": {
			reason:     "ServiceLevelCARM goes for teams too",
			namespace:  ofTeam,
			observed:   observed("222222222222", "eu-central-1"),
			kubernetes: teams(map[string]string{"data": shared, "bucket-emptier.data": own}),
			gates:      []string{featuregate.TeamLevelCARM, featuregate.ServiceLevelCARM},
			want:       location{account: "222222222222", region: "eu-central-1", endpoint: "https://s3", role: own},
		},
		"team not in the map": {
			reason: "not even its account is known", namespace: ofTeam, kubernetes: teams(map[string]string{"other": shared}),
			gates: []string{featuregate.TeamLevelCARM}, obstacle: reasonNoRole,
		},
		"a team of another account": {
			reason: "ACK refuses it", namespace: ofTeam, observed: observed("111111111111", "eu-central-1"), kubernetes: teams(map[string]string{"data": shared}),
			gates: []string{featuregate.TeamLevelCARM}, obstacle: reasonNoRole,
		},
		"with the selected role": {
			reason:     "the selector that matches by labels; others are for other kinds",
			kubernetes: cluster{selectors: []ackv1alpha1.IAMRoleSelector{selector("batch", own, ofKind("batch.services.k8s.aws")), selector("here", shared, here)}},
			gates:      []string{featuregate.IAMRoleSelector},
			want:       location{account: "222222222222", region: "eu-central-1", endpoint: "https://s3", role: shared},
		},
		"with the role selected for S3": {
			reason:     "the emptier is to a selector what the S3 controller is",
			observed:   observed("222222222222", "eu-central-1"),
			kubernetes: cluster{selectors: []ackv1alpha1.IAMRoleSelector{selector("s3", shared, ofKind("s3.services.k8s.aws"))}},
			gates:      []string{featuregate.IAMRoleSelector},
			want:       location{account: "222222222222", region: "eu-central-1", endpoint: "https://s3", role: shared},
		},
		"no selector matches": {
			reason:     "ACK then goes as itself",
			kubernetes: cluster{selectors: []ackv1alpha1.IAMRoleSelector{selector("batch", own, ofKind("batch.services.k8s.aws"))}},
			gates:      []string{featuregate.IAMRoleSelector},
			want:       location{account: "111111111111", region: "eu-central-1", endpoint: "https://s3"},
		},
		"two selectors match": {
			reason:     "ACK refuses it",
			kubernetes: cluster{selectors: []ackv1alpha1.IAMRoleSelector{selector("s3", shared, ofKind("s3.services.k8s.aws")), selector("here", shared, here)}},
			gates:      []string{featuregate.IAMRoleSelector}, obstacle: reasonNoRole,
		},
		"a selected role of another account": {
			reason: "ACK refuses it", observed: observed("111111111111", "eu-central-1"),
			kubernetes: cluster{selectors: []ackv1alpha1.IAMRoleSelector{selector("here", shared, here)}},
			gates:      []string{featuregate.IAMRoleSelector}, obstacle: reasonNoRole,
		},
		"selectors without the feature gate": {
			reason:     "they mean nothing",
			kubernetes: cluster{selectors: []ackv1alpha1.IAMRoleSelector{selector("here", shared, here)}},
			want:       location{account: "111111111111", region: "eu-central-1", endpoint: "https://s3"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("ACK_SYSTEM_NAMESPACE", "")
			gates := featuregate.FeatureGates{}
			for _, gate := range test.gates {
				gates[gate] = featuregate.Feature{Enabled: true}
			}
			l := locator{
				config: ackcfg.Config{AccountID: "111111111111", Region: "eu-central-1", EndpointURL: "https://s3", EnableCARM: true, FeatureGates: gates},
				reader: test.kubernetes,
			}
			b := &bucket{ObjectMeta: metav1.ObjectMeta{Namespace: "place", Annotations: test.object, Labels: map[string]string{"of": "bucket"}}}
			b.Status.ResourceMetadata = test.observed
			namespace := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: "place", Annotations: test.namespace, Labels: map[string]string{"of": "namespace"}}}
			got, err := l.locate(t.Context(), b, namespace)
			if reason := reasonOf(err); reason != test.obstacle {
				t.Fatalf("%s: want obstacle %q, got %q: %v", test.reason, test.obstacle, reason, err)
			}
			if err == nil && got != test.want {
				t.Errorf("%s: want %+v, got %+v", test.reason, test.want, got)
			}
		})
	}
}

// reasonOf is the reason of an obstacle; "" for none.
func reasonOf(err error) string {
	var why *obstacle
	if errors.As(err, &why) {
		return why.reason
	}
	return ""
}

// TestLocateFails: an API server that does not answer is no reason to go without a role.
func TestLocateFails(t *testing.T) {
	boom := errors.New("boom")
	namespace := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{
		ackv1alpha1.AnnotationOwnerAccountID: "222222222222", ackv1alpha1.AnnotationTeamID: "data",
	}}}
	for _, gate := range []string{"", featuregate.TeamLevelCARM, featuregate.IAMRoleSelector} {
		l := locator{
			config: ackcfg.Config{AccountID: "111111111111", EnableCARM: true, FeatureGates: featuregate.FeatureGates{gate: {Enabled: true}}},
			reader: broken{err: boom},
		}
		if _, err := l.locate(t.Context(), &bucket{}, namespace); !errors.Is(err, boom) {
			t.Errorf("%q: want %v, got %v", gate, boom, err)
		}
	}
}

type broken struct {
	client.Reader
	err error
}

func (b broken) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	return b.err
}

func (b broken) List(context.Context, client.ObjectList, ...client.ListOption) error { return b.err }

func TestCheckName(t *testing.T) {
	for name, test := range map[string]struct{ bucket, arn, want string }{
		"unknown":          {"a", "", ""},
		"the same":         {"a", "arn:aws:s3:::a", ""},
		"another":          {"a", "arn:aws:s3:::b", reasonWrongBucket},
		"the end of one":   {"a", "arn:aws:s3:::b-a", reasonWrongBucket},
		"directory bucket": {"a--euc1-az1--x-s3", "", reasonNotSupported},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bucket{}
			b.Spec.Name = test.bucket
			if test.arn != "" {
				arn := ackv1alpha1.AWSResourceName(test.arn)
				b.Status.ResourceMetadata = &ackv1alpha1.ResourceMetadata{ARN: &arn}
			}
			if got := reasonOf(b.checkName()); got != test.want {
				t.Errorf("want %q, got %q", test.want, got)
			}
		})
	}
}

// call is an error as the SDK gives it.
func call(operation, code, message string) error {
	return &smithy.OperationError{ServiceID: "S3", OperationName: operation, Err: &smithy.GenericAPIError{Code: code, Message: message}}
}

func TestExplain(t *testing.T) {
	assumed := &smithy.OperationError{ServiceID: "S3", OperationName: "GetBucketTagging", Err: fmt.Errorf("get identity: %w",
		&smithy.OperationError{ServiceID: "STS", OperationName: "AssumeRole", Err: &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"}})}
	c := &contents{bucket: "data", owner: "111111111111"}
	for name, test := range map[string]struct {
		err    error
		reason string
		text   string
	}{
		"denied": {call("ListObjectVersions", "AccessDenied", "Access Denied"), reasonDenied,
			"not allowed to call s3:ListBucketVersions on the S3 bucket data of account 111111111111: allow it in the IAM policy of the bucket emptier's role, " +
				"see that the bucket's policy does not deny it, and that the bucket belongs to the account (ListObjectVersions: AccessDenied: Access Denied)"},
		"denied, and AWS says what": {call("DeleteObjects", "AccessDenied", "User: x is not authorized to perform: s3:DeleteObjectVersion on resource: y"), reasonDenied,
			"not allowed to call s3:DeleteObjectVersion on the S3 bucket data of account 111111111111: allow it in the IAM policy of the bucket emptier's role, " +
				"see that the bucket's policy does not deny it, and that the bucket belongs to the account (DeleteObjects: AccessDenied: User: x is not authorized to perform: s3:DeleteObjectVersion on resource: y)"},
		"role not to be had": {assumed, reasonDenied,
			"not allowed to call sts:AssumeRole on the S3 bucket data of account 111111111111: allow it in the IAM policy of the bucket emptier's role, " +
				"see that the bucket's policy does not deny it, and that the bucket belongs to the account (GetBucketTagging: AccessDenied: no)"},
		"throttled":        {call("DeleteObjects", "SlowDown", "Please reduce your request rate."), reasonThrottled, "AWS throttles the emptying of the S3 bucket data, which goes on later (DeleteObjects: SlowDown: Please reduce your request rate.)"},
		"failed":           {call("DeleteObjects", "InternalError", "oh"), reasonFailed, "the emptying of the S3 bucket data is interrupted and goes on later (DeleteObjects: InternalError: oh)"},
		"at the same time": {call("DeleteObjects", "OperationAborted", "oh"), reasonFailed, "the emptying of the S3 bucket data is interrupted and goes on later (DeleteObjects: OperationAborted: oh)"},
		"too slow":         {&smithy.OperationError{OperationName: "DeleteObjects", Err: context.DeadlineExceeded}, reasonFailed, "the emptying of the S3 bucket data is interrupted and goes on later (DeleteObjects: no answer from AWS in time)"},
		"no connection":    {&smithy.OperationError{OperationName: "DeleteObjects", Err: fmt.Errorf("dial 127.0.0.1:1234: %w", errors.New("connection refused"))}, reasonFailed, "the emptying of the S3 bucket data is interrupted and goes on later (DeleteObjects: cannot reach AWS: connection refused)"},
		"elsewhere":        {call("GetBucketTagging", "PermanentRedirect", "use another endpoint"), reasonRefused, "AWS refuses to empty the S3 bucket data (GetBucketTagging: PermanentRedirect: use another endpoint)"},
		"explained":        {obstructed(reasonProtected, recheckHeld, "it is"), reasonProtected, "it is"},
	} {
		t.Run(name, func(t *testing.T) {
			var why *obstacle
			if !errors.As(c.explain(test.err), &why) || why.reason != test.reason || why.text != test.text {
				t.Errorf("want %s: %s\n got %+v", test.reason, test.text, why)
			}
		})
	}
	for _, code := range []string{"NoSuchBucket", "NoSuchUpload", "NotFound"} {
		if err := c.explain(call("X", code, "gone")); !isMissing(err) {
			t.Errorf("%s is nothing to explain, but was: %v", code, err)
		}
	}
}

// TestRefusal: what is told does not depend on which of the calls made at once was first.
func TestRefusal(t *testing.T) {
	c := &contents{bucket: "data", owner: "111111111111"}
	denied := call("DeleteObjects", "AccessDenied", "Access Denied")
	texts := map[string]bool{}
	for _, order := range [][]string{{"b", "a", "c"}, {"c", "b", "a"}, {"a", "c", "b"}} {
		tally := &tally{}
		for _, key := range order {
			for i := range maxRefused / 2 {
				tally.refuse(refusal{key: key, version: fmt.Sprint(i + 1), err: denied})
			}
		}
		if tally.continues(time.Now().Add(time.Hour)) {
			t.Error("so much was refused that there is no use in going on")
		}
		texts[c.refusal(t.Context(), tally).Error()] = true
	}
	want := "not allowed to call s3:DeleteObject and s3:DeleteObjectVersion on the S3 bucket data of account 111111111111: allow it in the IAM policy of the bucket emptier's role, " +
		"see that the bucket's policy does not deny it, and that the bucket belongs to the account (DeleteObjects: AccessDenied: Access Denied); " +
		`this keeps 1000 object versions or more, such as "a" (version 1)`
	if got := slices.Collect(maps.Keys(texts)); len(got) != 1 || got[0] != want {
		t.Errorf("want %q\n got %q", want, got)
	}
	if err := c.refusal(t.Context(), &tally{}); err != nil {
		t.Errorf("nothing was refused, but: %v", err)
	}
}

func TestContinues(t *testing.T) {
	over := &tally{}
	if over.continues(time.Now().Add(-time.Second)) || !over.removed.Unfinished {
		t.Error("the time is over, and something may be left")
	}
	if under := (&tally{}); !under.continues(time.Now().Add(time.Hour)) || under.removed.Unfinished {
		t.Error("there is time left")
	}
}

func TestChangeOfNothing(t *testing.T) {
	some := []any{map[string]any{"id": "x"}}
	for name, test := range map[string]struct{ spec, want map[string]any }{
		"none":       {map[string]any{"name": "a"}, map[string]any{"analytics": []any{}}},
		"again":      {map[string]any{"name": "a", "analytics": []any{}}, map[string]any{"analytics": nil}},
		"in use":     {map[string]any{"analytics": some}, map[string]any{"intelligentTiering": []any{}}},
		"all in use": {map[string]any{"analytics": some, "intelligentTiering": some, "inventory": some, "metrics": some}, nil},
		"no spec":    {nil, map[string]any{"analytics": []any{}}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := changeOfNothing(test.spec); !reflect.DeepEqual(got, test.want) {
				t.Errorf("want %v, got %v", test.want, got)
			}
		})
	}
}

// TestDue: reports come slower and slower, as the API server's clients drop events of an object that has many.
func TestDue(t *testing.T) {
	p, began := &progress{every: firstReport}, time.Unix(0, 0)
	var reports []time.Duration
	for second := range 3600 {
		if now := began.Add(time.Duration(second) * time.Second); p.due(now) {
			reports = append(reports, now.Sub(began))
		}
	}
	want := []time.Duration{0, 15 * time.Second, 45 * time.Second, 105 * time.Second, 225 * time.Second, 465 * time.Second, 765 * time.Second}
	if len(reports) != 16 || !slices.Equal(reports[:7], want) {
		t.Errorf("want %v and every five minutes from there, got %v", want, reports)
	}
}

func TestDecoded(t *testing.T) {
	for name, test := range map[string]struct {
		key      *string
		encoding types.EncodingType
		want     string
		fails    bool
	}{
		"space and plus": {aws.String("a+b%2Bc%20d"), types.EncodingTypeUrl, "a b+c d", false},
		"control":        {aws.String("%01"), types.EncodingTypeUrl, "\x01", false},
		"not encoded":    {aws.String("a+b%20"), "", "a+b%20", false},
		"no key":         {nil, types.EncodingTypeUrl, "", false},
		"broken":         {aws.String("100%"), types.EncodingTypeUrl, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := decoded(test.key, test.encoding)
			if (err != nil) != test.fails || aws.ToString(got) != test.want {
				t.Errorf("want %q (fails: %v), got %q, %v", test.want, test.fails, aws.ToString(got), err)
			}
		})
	}
}

// TestRecheckWhenEmpty looks more and more rarely at an empty bucket that the S3 controller cannot delete.
func TestRecheckWhenEmpty(t *testing.T) {
	r := &reconciler{progress: map[apitypes.NamespacedName]*progress{}}
	look := func(found removed) time.Duration {
		return r.count(apitypes.NamespacedName{Name: "b"}, "1", found).recheckWhenEmpty()
	}
	var waits []time.Duration
	for range 8 {
		waits = append(waits, look(removed{}))
	}
	if waits[0] != 30*time.Second || waits[1] != time.Minute || waits[7] != 15*time.Minute {
		t.Errorf("waits %v", waits)
	}
	r.count(apitypes.NamespacedName{Name: "b"}, "1", removed{Versions: 1})
	if got := look(removed{}); got != 30*time.Second {
		t.Errorf("after something new was in it: %s", got)
	}
}
