package command

import (
	"runtime/debug"

	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
)

// Version of the controllers, set by the linker: -X .../internal/command.Version=v1.2.3. It shows in the tag
// services.k8s.aws/controller-version of AWS objects, so that it must not change with every build.
var Version = "v0.1.0"

// version says what this build is.
func version() acktypes.VersionInfo {
	info := acktypes.VersionInfo{GitVersion: Version}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range build.Settings {
			switch setting.Key {
			case "vcs.revision":
				info.GitCommit = setting.Value
			case "vcs.time":
				info.BuildDate = setting.Value
			}
		}
	}
	return info
}
