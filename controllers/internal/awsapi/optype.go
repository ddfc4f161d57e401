package awsapi

import "strings"

// opTypes are the kinds of calls that ACK's metrics tell apart, by what the names of calls begin with. ACK's code generator
// knows them as such: https://github.com/aws-controllers-k8s/code-generator, pkg/model/op.go.
var opTypes = []struct{ prefix, opType string }{
	{"Create", "CREATE"}, {"Register", "CREATE"},
	{"Delete", "DELETE"}, {"Deregister", "DELETE"}, {"Abort", "DELETE"},
	{"List", opReadMany},
	{"Describe", opReadOne}, {"Get", opReadOne}, {"Head", opReadOne},
}

const (
	opReadOne  = "READ_ONE"
	opReadMany = "READ_MANY"
	opUpdate   = "UPDATE"
)

// opType is the label op_type of a call in ACK's metrics. A call that describes several things at once reads many.
func opType(operation string) string {
	for _, known := range opTypes {
		if !strings.HasPrefix(operation, known.prefix) {
			continue
		}
		if known.prefix == "Describe" && strings.HasSuffix(operation, "s") {
			return opReadMany
		}
		return known.opType
	}
	return opUpdate
}
