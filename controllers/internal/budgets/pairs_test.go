package budgets

import (
	"slices"
	"strings"
	"testing"
)

// TestPairs works on words: their first letter is the key, and words of one length can be exchanged.
func TestPairs(t *testing.T) {
	for name, c := range map[string]struct{ reason, declared, observed, want string }{
		"same":        {"equal keys belong together", "a b", "b a", "a=a b=b"},
		"changed":     {"equal keys belong together, whatever else differs", "apple", "ant", "apple=ant"},
		"exchanged":   {"a new one takes the place of an old one of its length", "one", "two", "one=two"},
		"not alike":   {"those to create come before those to delete", "three", "one", "three= =one"},
		"once":        {"an old one is taken once", "oak elm", "fir", "oak=fir elm="},
		"kept first":  {"an old one whose key is wanted is not up for exchange", "fig oak", "oak", "oak=oak fig="},
		"from none":   {"all are new", "a b", "", "a= b="},
		"to none":     {"all go", "", "a b", "=a =b"},
		"none at all": {"nothing to do", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range pairs(strings.Fields(c.declared), strings.Fields(c.observed),
				func(word string) byte { return word[0] }, func(a, b string) bool { return len(a) == len(b) }) {
				text := "="
				if p.declared != nil {
					text = *p.declared + text
				}
				if p.observed != nil {
					text += *p.observed
				}
				got = append(got, text)
			}
			if !slices.Equal(got, strings.Fields(c.want)) {
				t.Errorf("%s: got %v, want %s", c.reason, got, c.want)
			}
		})
	}
}
