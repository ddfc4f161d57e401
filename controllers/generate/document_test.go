package main

import "testing"

func TestCondense(t *testing.T) {
	for name, c := range map[string]struct{ document, want string }{
		"one sentence": {"The name of the queue.", "The name of the queue."},
		"links become text": {
			"The state. See [Job states]in the Guide.\n\n[Job states]: https://docs.aws.amazon.com/x\n", "The state."},
		"units and limits stay": {
			"The amount of storage. It is nice to have. The total amount, in GiB, to set. The minimum supported value is 21 GiB.",
			"The amount of storage. The total amount, in GiB, to set. The minimum supported value is 21 GiB."},
		"chatter goes":        {"The role. For more information, see the guide. This member is required.", "The role."},
		"spaces before stops": {"Use FARGATE . If not, EC2 , by default.", "Use FARGATE. If not, EC2, by default."},
		"abbreviations":       {"A pattern, e.g. a glob. More.", "A pattern, e.g. a glob."},
		"no more than four":   {"One. Must a. Must b. Must c. Must d.", "One. Must a. Must b. Must c."},
		"nothing":             {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := condense(c.document); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}
