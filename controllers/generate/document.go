package main

import (
	"regexp"
	"strings"
)

var (
	linkTarget = regexp.MustCompile(`(?m)^\[[^\]]+\]: .*$`)
	linkText   = regexp.MustCompile(`\[([^\]]+)\]`)
	spaces     = regexp.MustCompile(`\s+`)
	beforeStop = regexp.MustCompile(` ([.,;:])( |$)`)
	glued      = regexp.MustCompile(`([a-z])operation\b`)
	sentence   = regexp.MustCompile(`[.:] (?:[-•] )?`)
	// telling matches the sentences worth keeping after the first: units, limits, defaults, allowed values.
	telling = regexp.MustCompile(`(?i)\b(default|defaults|minimum|maximum|at least|at most|up to|between|mib|gib|seconds|minutes|valid values|must|can't|cannot|not supported|isn't supported|required)\b`)
	// chatter matches sentences that only lead elsewhere.
	chatter = regexp.MustCompile(`(?i)^(for more information|for example|this member is required|this parameter maps to|it also requires|to check the docker|this is a required)`)
)

// maxSentences keeps the documentation short: the CRD has to fit into kubectl's last-applied annotation.
const maxSentences = 4

// condense reduces the SDK's documentation of a field to its first sentence and those that state a unit, a limit or a
// default.
func condense(document string) string {
	text := linkTarget.ReplaceAllString(document, "")
	text = linkText.ReplaceAllString(text, "$1")
	text = glued.ReplaceAllString(text, "$1 operation")
	text = spaces.ReplaceAllString(text, " ")
	text = strings.TrimSpace(beforeStop.ReplaceAllString(text, "$1$2"))
	var kept []string
	for _, one := range split(text) {
		if chatter.MatchString(one) || len(kept) == maxSentences {
			continue
		}
		if len(kept) == 0 || telling.MatchString(one) {
			kept = append(kept, one)
		}
	}
	return strings.Join(kept, " ")
}

// split cuts a text into sentences and list items.
func split(text string) []string {
	var sentences []string
	for {
		at := sentence.FindStringIndex(text)
		if at == nil {
			break
		}
		if abbreviated(text[:at[0]+1]) {
			// Not an end: look for the next one by hiding this one.
			text = text[:at[0]] + "\x00" + text[at[0]+1:]
			continue
		}
		sentences = append(sentences, strings.ReplaceAll(text[:at[0]], "\x00", ".")+".")
		text = text[at[1]:]
	}
	if text = strings.TrimSpace(strings.ReplaceAll(text, "\x00", ".")); text != "" {
		sentences = append(sentences, strings.TrimSuffix(text, ".")+".")
	}
	return sentences
}

func abbreviated(text string) bool {
	return strings.HasSuffix(text, "e.g.") || strings.HasSuffix(text, "i.e.") || strings.HasSuffix(text, "vs.")
}
