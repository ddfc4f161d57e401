// Package image_test builds the container image and looks into it.
package image_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
)

// descriptor points to a blob of an image layout.
type descriptor struct{ Digest string }

// layout is an image layout's folder.
type layout string

// read decodes a blob.
func (l layout) read(t *testing.T, from descriptor, into any) {
	t.Helper()
	if err := json.Unmarshal(l.blob(t, from), into); err != nil {
		t.Fatal(err)
	}
}

func (l layout) blob(t *testing.T, from descriptor) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(string(l), "blobs", strings.Replace(from.Digest, ":", "/", 1)))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// index is the image that the layout holds.
func (l layout) index(t *testing.T) descriptor {
	t.Helper()
	var index struct{ Manifests []descriptor }
	content, err := os.ReadFile(filepath.Join(string(l), "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &index); err != nil || len(index.Manifests) != 1 {
		t.Fatalf("want one image: %v %s", err, content)
	}
	return index.Manifests[0]
}

// tool returns the path of one of the module's tools; Go builds it the first time.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.Command("go", "tool", "-n", "-modfile=../tools/go.mod", name).Output()
	if err != nil {
		t.Fatalf("build %s: %v", name, err)
	}
	return strings.TrimSpace(string(path))
}

// makeTarget runs make for this machine's platform, without a network: no proxy answers, and Go may use only the modules that
// are there.
func makeTarget(t *testing.T, arguments ...string) {
	t.Helper()
	tool(t, "ko") // it has to come from somewhere, the first time
	call := exec.Command("make", append([]string{"-C", "..", "PLATFORMS=linux/" + runtime.GOARCH}, arguments...)...)
	call.Env = append(os.Environ(), "GOPROXY=off", "HTTPS_PROXY=http://127.0.0.1:1", "HTTP_PROXY=http://127.0.0.1:1")
	if output, err := call.CombinedOutput(); err != nil {
		t.Fatalf("make %v: %v\n%s", arguments, err, output)
	}
}

// build makes the image.
func build(t *testing.T) (image layout, sbom string) {
	t.Helper()
	// ko takes the folder for a repository's name, in which a temporary folder's capital letters may not be.
	const name = "build/test-image"
	folder := filepath.Join("..", name)
	t.Cleanup(func() { _, _ = os.RemoveAll(folder), os.RemoveAll(folder+"-sbom") })
	makeTarget(t, "image", "IMAGE="+name)
	return layout(folder), filepath.Join(folder+"-sbom", "controller-linux-"+runtime.GOARCH+".spdx.json")
}

func TestImage(t *testing.T) {
	image, sbom := build(t)
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	image.read(t, image.index(t), &manifest)
	var config struct {
		Config struct {
			User       string
			Entrypoint []string
		}
	}
	image.read(t, manifest.Config, &config)
	if config.Config.User != "65532:65532" || !slices.Equal(config.Config.Entrypoint, []string{"/ko-app/controller"}) {
		t.Errorf("runs %v as %s", config.Config.Entrypoint, config.Config.User)
	}

	files := map[string][]byte{}
	for _, layer := range manifest.Layers {
		collect(t, image.blob(t, layer), files)
	}
	if len(files) != 1 {
		t.Fatalf("has more than the binary: %d files", len(files))
	}
	controller := files["/ko-app/controller"]
	checkStatic(t, controller)
	checkRuns(t, controller)

	list, err := os.ReadFile(sbom)
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range []string{"pkg:golang/github.com/aws/aws-sdk-go-v2/service/batch@", "pkg:golang/github.com/aws-controllers-k8s/runtime@"} {
		if !bytes.Contains(list, []byte(module)) {
			t.Errorf("the SBOM does not list %s", module)
		}
	}
	checkPushed(t, image.index(t).Digest)
}

// checkPushed pushes the image to a registry, under the version that the chart installs. It is built anew for this, and
// must be the same to the byte, its SBOM beside it.
func checkPushed(t *testing.T, digest string) {
	t.Helper()
	registry := serveRegistry(t)
	makeTarget(t, "image-push", "REPOSITORY="+registry+"/sanders-ack-controller")
	for _, tag := range []string{command.Version, strings.Replace(digest, ":", "-", 1) + ".sbom"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodHead, "http://"+registry+"/v2/sanders-ack-controller/manifests/"+tag, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("the registry has no %s: %s", tag, answer.Status)
		}
		if got := answer.Header.Get("Docker-Content-Digest"); tag == command.Version && got != digest {
			t.Errorf("pushed %s, and built %s", got, digest)
		}
	}
}

// serveRegistry runs a container registry on loopback until the end of the test and returns its address.
func serveRegistry(t *testing.T) string {
	t.Helper()
	server := exec.Command(tool(t, "crane"), "registry", "serve", "--address=127.0.0.1:0")
	log, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = server.Process.Kill(), server.Wait() })
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if _, port, found := strings.Cut(lines.Text(), "serving on port "); found {
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return "127.0.0.1:" + port
		}
	}
	t.Fatalf("the registry ended before it served: %v", lines.Err())
	return ""
}

// collect adds the files of a layer.
func collect(t *testing.T, layer []byte, files map[string][]byte) {
	t.Helper()
	unzipped, err := gzip.NewReader(bytes.NewReader(layer))
	if err != nil {
		t.Fatal(err)
	}
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if files[header.Name], err = io.ReadAll(archive); err != nil {
			t.Fatal(err)
		}
	}
}

// checkStatic complains about a binary that needs a loader or libraries, which the image does not have.
func checkStatic(t *testing.T, binary []byte) {
	t.Helper()
	file, err := elf.NewFile(bytes.NewReader(binary))
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		t.Error("the binary needs a dynamic loader")
	}
}

// checkRuns starts the binary, which says what it can serve; the sandbox's stand-ins are not among it.
func checkRuns(t *testing.T, binary []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "controller")
	if err := os.WriteFile(path, binary, 0o700); err != nil {
		t.Fatal(err)
	}
	output, err := exec.Command(path, "--services=dynamodb").CombinedOutput()
	if err == nil || !strings.Contains(string(output), `unknown service "dynamodb", want any of batch, budgets`) {
		t.Errorf("got %v: %s", err, output)
	}
}
