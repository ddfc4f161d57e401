package batch_test

import "time"

const (
	// backoffGrown is long enough for the waits between attempts to exceed wakeLimit by far.
	backoffGrown = 7 * time.Second
	// wakeLimit is how soon an object must follow what it waited for.
	wakeLimit = 3 * time.Second
)

func waitForBackoff() { time.Sleep(backoffGrown) }

func now() time.Time { return time.Now() }
