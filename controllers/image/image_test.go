// Package image_test builds the container image and looks into it.
package image_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
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

// build makes the image, without a network: no proxy answers, and Go may use only the modules that are there.
func build(t *testing.T) (image layout, sbom string) {
	t.Helper()
	// ko itself has to come from somewhere, the first time.
	if output, err := exec.Command("go", "tool", "-n", "-modfile=../tools/go.mod", "ko").CombinedOutput(); err != nil {
		t.Fatalf("build ko: %v\n%s", err, output)
	}
	// ko takes the folder for a repository's name, in which a temporary folder's capital letters may not be.
	const name = "build/test-image"
	folder := filepath.Join("..", name)
	t.Cleanup(func() { _, _ = os.RemoveAll(folder), os.RemoveAll(folder+"-sbom") })
	command := exec.Command("make", "-C", "..", "image", "IMAGE="+name, "PLATFORMS=linux/"+runtime.GOARCH)
	command.Env = append(os.Environ(), "GOPROXY=off", "HTTPS_PROXY=http://127.0.0.1:1", "HTTP_PROXY=http://127.0.0.1:1")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("make image: %v\n%s", err, output)
	}
	return layout(folder), filepath.Join(folder+"-sbom", "controller-linux-"+runtime.GOARCH+".spdx.json")
}

func TestImage(t *testing.T) {
	image, sbom := build(t)
	var index struct{ Manifests []descriptor }
	content, err := os.ReadFile(filepath.Join(string(image), "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &index); err != nil || len(index.Manifests) != 1 {
		t.Fatalf("want one image: %v %s", err, content)
	}
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	image.read(t, index.Manifests[0], &manifest)
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
