package testenv

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// controllerStopTimeout is how long a controller may take to stop when asked to.
const controllerStopTimeout = 40 * time.Second

// BuildController builds the command cmd/controller and returns its path. Each package has its own, which stays and is
// not linked again before something changes.
func BuildController() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	path := filepath.Join(Folder(), "build", "test", filepath.Base(here), "controller")
	build := exec.Command("go", "build", "-o", path, "./cmd/controller")
	build.Dir = Folder()
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the controller: %w\n%s", err, output)
	}
	return path, nil
}

// Controller is an ACK controller, ours or an official one, that runs in a process of its own.
type Controller struct {
	command *exec.Cmd
	folder  string
	// exited is closed when the process has ended.
	exited chan struct{}
}

// StartController starts a controller's binary against an API server, as an administrator, and the AWS emulator. The flags
// are added to those that it needs for this; what it logs goes to output.
func StartController(program string, server *APIServer, aws *AWS, output io.Writer, flags ...string) (*Controller, error) {
	folder, err := os.MkdirTemp("", "controller-")
	if err != nil {
		return nil, err
	}
	kubeconfig := filepath.Join(folder, "kubeconfig")
	content, err := server.Kubeconfig(envtest.User{Name: "controller", Groups: []string{"system:masters"}})
	if err == nil {
		err = os.WriteFile(kubeconfig, content, 0o600)
	}
	if err != nil {
		_ = os.RemoveAll(folder)
		return nil, err
	}
	c := &Controller{folder: folder, exited: make(chan struct{})}
	c.command = exec.Command(program, append([]string{
		"--aws-region=" + Region, "--aws-endpoint-url=" + aws.URL, "--aws-identity-endpoint-url=" + aws.URL, "--allow-unsafe-aws-endpoint-urls",
		"--metrics-addr=127.0.0.1:0", "--healthz-addr=127.0.0.1:0",
	}, flags...)...)
	// The runtime of the official controllers fails with a bundle of certificates of our own, and nothing here needs one.
	c.command.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "AWS_CA_BUNDLE=") })
	c.command.Env = append(c.command.Env, "KUBECONFIG="+kubeconfig, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
	c.command.Stdout, c.command.Stderr = output, output
	c.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.command.Start(); err != nil {
		_ = os.RemoveAll(folder)
		return nil, err
	}
	go func() {
		defer close(c.exited)
		_ = c.command.Wait()
	}()
	return c, nil
}

// PID of the process.
func (c *Controller) PID() int { return c.command.Process.Pid }

// Exited returns an error if the process has ended, nil while it runs.
func (c *Controller) Exited() error {
	select {
	case <-c.exited:
		return fmt.Errorf("the controller has ended: %v", c.command.ProcessState)
	default:
		return nil
	}
}

// Kill ends the process where it is, as the death of its node would, and waits until it is gone.
func (c *Controller) Kill() {
	_ = c.command.Process.Kill()
	<-c.exited
	_ = os.RemoveAll(c.folder)
}

// Stop asks the process to end, and kills it if it does not.
func (c *Controller) Stop() {
	_ = c.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.exited:
	case <-time.After(controllerStopTimeout):
	}
	c.Kill()
}
