package ack

import (
	"context"
	"errors"
	"strings"

	ackcondition "github.com/aws-controllers-k8s/runtime/pkg/condition"
	ackerr "github.com/aws-controllers-k8s/runtime/pkg/errors"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// isMoved says whether the runtime does not touch an object because its annotations name another account or region than it
// is in. It is one of several terminal errors, told apart by its words; the others are told on the object.
func isMoved(err error) bool {
	var terminal *ackerr.TerminalError
	return errors.As(err, &terminal) && strings.HasPrefix(terminal.Error(), "Resource already exists in ")
}

// tellMoved tells the object, which the runtime writes to its log only.
func tellMoved(ctx context.Context, mgr clientsOnly, kind acktypes.AWSResourceDescriptor, request reconcile.Request, why error) error {
	object := kind.EmptyRuntimeObject()
	if err := mgr.GetAPIReader().Get(ctx, request.NamespacedName, object); err != nil {
		return client.IgnoreNotFound(err)
	}
	before := object.DeepCopyObject().(client.Object)
	res := kind.ResourceFromRuntimeObject(object)
	message := strings.TrimSpace(why.Error()) + " AWS objects do not move: put the annotations of the object and its namespace back, or delete it and create it anew"
	ackcondition.SetTerminal(res, corev1.ConditionTrue, &message, nil)
	ackcondition.SetSynced(res, corev1.ConditionFalse, &message, nil)
	ackcondition.SetReady(res, corev1.ConditionFalse, &message, nil)
	return mgr.GetClient().Status().Patch(ctx, object, client.MergeFrom(before))
}
