// Command generate derives the Kubernetes API types of one AWS service from the Go types of its SDK.
//
//	go run ./generate generate/batch.yaml
//
// The SDK knows every field, its type, its documentation and the values of its enums; the configuration names what a
// kind is made of and adds what the SDK does not know: names that differ, references, validation. The result is
// apis/<service>/v1alpha1/zz_generated.types.go, the accessors beside it that internal/ack needs of every kind, and, where
// the configuration asks for conversions, the functions that translate between those types and the SDK's, so that nobody
// types (and mistypes) hundreds of fields.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./generate CONFIG.yaml...\n\nRun in the folder controllers/.")
		os.Exit(2)
	}
	for _, path := range os.Args[1:] {
		if err := generate(path); err != nil {
			fmt.Fprintf(os.Stderr, "generate: %s: %v\n", path, err)
			os.Exit(1)
		}
	}
}

// generate writes what one configuration file asks for.
func generate(path string) error {
	config, err := readConfig(path)
	if err != nil {
		return err
	}
	sdk, err := loadSDK(config.Service)
	if err != nil {
		return err
	}
	model, err := buildModel(config, sdk)
	if err != nil {
		return err
	}
	if err := writeTypes(config, model); err != nil {
		return err
	}
	if err := writeAccessors(config, model); err != nil {
		return err
	}
	return writeConversions(config, sdk, model)
}
