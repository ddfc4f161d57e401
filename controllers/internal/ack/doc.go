// Package ack implements, once for all kinds, what the ACK runtime asks of a controller: resources, descriptors,
// managers, factories, references, tags, comparison, late initialisation, error handling, and the binding to the
// controller manager. A kind is then only what differs between kinds.
//
// # Adding a kind
//
//  1. Describe its API in generate/<service>.yaml and run `make generate`: it writes the Go types, the CRD, the
//     accessors of [Object], and the conversions between our types and the SDK's.
//  2. Write the kind's AWS calls: a type that implements [Operations] with Read, Create, Update and Delete. Read
//     returns [ErrNotFound] when AWS has no such object; a wait for AWS is an error made by [Wait].
//  3. Describe the kind with a [Kind] and put it into the [Service] of its API group.
//  4. Give that service to [Bind], as cmd/controller does.
//
// What must reach AWS even after the deletion of an object has begun, such as the end of a protection against deletion, is
// for [Kind.BeforeDelete].
//
// References need no code: a field of type AWSResourceReferenceWrapper with the struct tag
//
//	reference:"Subnets=ec2.services.k8s.aws/Subnet:status.subnetID"
//
// is resolved into the field Subnets beside it, and an object that waits for the referred one is reconciled as soon as
// that one changes. Tags need none either: Spec.Tags, a map or a list of Key and Value, gets the controller's tags
// before an object is created or compared, and [SyncTags] makes the calls.
//
// # How the runtime uses it
//
// For each reconcile the runtime resolves references, calls ReadOne, and then creates or, where [Kind.Normalise] and the
// comparison find a difference, updates. Unlike ACK's generated code, what AWS answers is kept apart from what the user
// declared: the declared spec is written to in two cases only, adoption and [Kind.LateInitialize]. So no default of AWS
// turns into a difference, and nothing fights a GitOps tool.
package ack
