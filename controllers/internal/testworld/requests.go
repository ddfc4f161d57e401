package testworld

import (
	"net/http"
	"strings"
	"sync"

	"k8s.io/client-go/rest"
)

// requests counts what the controller reads from the API server, one object at a time.
type requests struct {
	mutex sync.Mutex
	// gets is their number by path.
	gets map[string]int
}

// counting is a configuration whose clients' requests are counted.
func (r *requests) counting(config *rest.Config) *rest.Config {
	config = rest.CopyConfig(config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			if request.Method == http.MethodGet {
				r.mutex.Lock()
				if r.gets == nil {
					r.gets = map[string]int{}
				}
				r.gets[request.URL.Path]++
				r.mutex.Unlock()
			}
			return next.RoundTrip(request)
		})
	})
	return config
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

// Gets is how often the controller has read something from the API server, the path of which ends like this:
// "<namespace>/jobqueues/<name>".
func (w *World) Gets(end string) int {
	w.requests.mutex.Lock()
	defer w.requests.mutex.Unlock()
	count := 0
	for path, gets := range w.requests.gets {
		if strings.HasSuffix(path, end) {
			count += gets
		}
	}
	return count
}
