package ack

import (
	"errors"
	"fmt"
	"time"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// ErrNotFound is what Read returns when AWS has no such object.
var ErrNotFound = errors.New("not found in AWS")

// wait is an error that says what an object waits for; it is not a failure.
type wait struct {
	why   string
	after time.Duration
}

func (w *wait) Error() string { return w.why }

// Wait makes an error that says what the object waits for, and when to look again.
func Wait(after time.Duration, format string, arguments ...any) error {
	return &wait{why: fmt.Sprintf(format, arguments...), after: after}
}

// fault is an error that a user must hear about, of a given class.
type fault struct {
	class awsapi.Class
	why   string
}

func (f *fault) Error() string { return f.why }

// Fault makes an error of a class, for what a kind finds out itself: a change that AWS cannot make is BadInput, an
// object that AWS reports as broken is Failed.
func Fault(class awsapi.Class, format string, arguments ...any) error {
	return &fault{class: class, why: fmt.Sprintf(format, arguments...)}
}

// hidden carries an error whose type must not show: the runtime releases an object, finalizer and all, when Create
// returns an error of the AWS API. That is right only where AWS certainly did not create anything.
type hidden struct {
	err error
	is  awsapi.Class
}

func (h hidden) Error() string { return awsapi.Message(h.err) }
