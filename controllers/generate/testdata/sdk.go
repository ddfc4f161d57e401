// A service as small as can be, in the shape of the SDK's packages.
package types

type State string

const (
	StateOn  State = "ON"
	StateOff State = "OFF"
)

// Contains the parameters for MakeThing .
type MakeThingInput struct {

	// The name of the thing.
	//
	// This member is required.
	ThingName *string

	// How many.
	Count *int32

	// Whether it is on.
	State State

	// All states.
	States []State

	// The role.
	RoleArn *string

	// Its parts.
	Parts []Part

	// Its main part.
	Main *Part

	// Left out.
	Secret *string

	// Tags.
	Tags []Tag

	noSmithyDocumentSerde
}

// A part.
type Part struct {
	Size float64
	Firm bool
	Of   *Part

	noSmithyDocumentSerde
}

type Tag struct {
	Key   *string
	Value *string
}

// What there is.
type ThingDetail struct {
	ThingName *string
	State     State
	Main      *Part
	ThingArn  *string
}
