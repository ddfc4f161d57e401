package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// SDK is what the source of an SDK service package declares.
type SDK struct {
	// Path is the package's import path.
	Path string
	// Structs by name, from the package itself and its types package.
	Structs map[string]*SDKStruct
	// Enums: the values by the name of the string type.
	Enums map[string][]string
}

// SDKStruct is a struct of the SDK.
type SDKStruct struct {
	Name   string
	Doc    string
	Fields []SDKField
	// Nested is true for a struct of the types package, false for an operation's input or output.
	Nested bool
}

// SDKField is a field of an SDK struct.
type SDKField struct {
	Name  string
	Doc   string
	Shape Shape
}

// ShapeKind is what a value is, whatever Go type carries it.
type ShapeKind string

const (
	stringShape  ShapeKind = "string"
	enumShape    ShapeKind = "enum"
	integerShape ShapeKind = "integer"
	floatShape   ShapeKind = "float"
	booleanShape ShapeKind = "boolean"
	timeShape    ShapeKind = "time"
	structShape  ShapeKind = "struct"
	listShape    ShapeKind = "list"
	mapShape     ShapeKind = "map"
)

// Shape is the type of an SDK field.
type Shape struct {
	Kind ShapeKind
	// Name of the enum or struct.
	Name string
	// Elem is what a list or map holds.
	Elem *Shape
	// Pointer is true when the SDK declares the field as a pointer.
	Pointer bool
	// Bits of an integer or float.
	Bits int
}

// loadSDK parses the sources of a service in the version that go.mod pins.
func loadSDK(service string) (*SDK, error) {
	path := "github.com/aws/aws-sdk-go-v2/service/" + service
	command := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", path)
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("find module %s (is it in go.mod?): %w", path, err)
	}
	sdk := &SDK{Path: path, Structs: map[string]*SDKStruct{}, Enums: map[string][]string{}}
	folder := strings.TrimSpace(string(output))
	// Nested types first: they tell structs from enums.
	for _, part := range []struct {
		folder string
		nested bool
	}{{filepath.Join(folder, "types"), true}, {folder, false}} {
		if err := sdk.parseFolder(part.folder, part.nested); err != nil {
			return nil, err
		}
	}
	return sdk, nil
}

func (s *SDK) parseFolder(folder string, nested bool) error {
	pattern := "api_op_*.go"
	if nested {
		pattern = "*.go"
	}
	paths, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		return err
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	// Enums before structs, whose fields name them.
	for _, file := range files {
		s.collectEnums(file)
	}
	for _, file := range files {
		if err := s.collectStructs(file, nested); err != nil {
			return err
		}
	}
	return nil
}

func (s *SDK) collectEnums(file *ast.File) {
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.CONST {
			continue
		}
		for _, spec := range general.Specs {
			value := spec.(*ast.ValueSpec)
			enum, named := value.Type.(*ast.Ident)
			if !named || len(value.Values) != 1 {
				continue
			}
			if literal, ok := value.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, err := strconv.Unquote(literal.Value)
				if err == nil {
					s.Enums[enum.Name] = append(s.Enums[enum.Name], text)
				}
			}
		}
	}
}

func (s *SDK) collectStructs(file *ast.File, nested bool) error {
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.TYPE {
			continue
		}
		for _, spec := range general.Specs {
			typeSpec := spec.(*ast.TypeSpec)
			structType, ok := typeSpec.Type.(*ast.StructType)
			if !ok || !typeSpec.Name.IsExported() || s.Structs[typeSpec.Name.Name] != nil {
				continue
			}
			parsed := &SDKStruct{Name: typeSpec.Name.Name, Doc: general.Doc.Text(), Nested: nested}
			for _, field := range structType.Fields.List {
				if len(field.Names) != 1 || !field.Names[0].IsExported() || field.Names[0].Name == "ResultMetadata" {
					continue
				}
				shape, err := s.shapeOf(field.Type)
				if err != nil {
					// Unions and documents: an error only if a kind uses the field (see buildModel).
					shape = Shape{}
				}
				parsed.Fields = append(parsed.Fields, SDKField{Name: field.Names[0].Name, Doc: field.Doc.Text(), Shape: shape})
			}
			s.Structs[parsed.Name] = parsed
		}
	}
	return nil
}

// shapeOf reads a field's type.
func (s *SDK) shapeOf(expression ast.Expr) (Shape, error) {
	switch typed := expression.(type) {
	case *ast.StarExpr:
		shape, err := s.shapeOf(typed.X)
		shape.Pointer = true
		return shape, err
	case *ast.ArrayType:
		elem, err := s.shapeOf(typed.Elt)
		return Shape{Kind: listShape, Elem: &elem}, err
	case *ast.MapType:
		elem, err := s.shapeOf(typed.Value)
		return Shape{Kind: mapShape, Elem: &elem}, err
	case *ast.SelectorExpr:
		if pkg, ok := typed.X.(*ast.Ident); ok && pkg.Name == "types" {
			return s.shapeOf(typed.Sel)
		}
		if typed.Sel.Name == "Time" {
			return Shape{Kind: timeShape}, nil
		}
	case *ast.Ident:
		switch typed.Name {
		case "string":
			return Shape{Kind: stringShape}, nil
		case "bool":
			return Shape{Kind: booleanShape}, nil
		case "int32":
			return Shape{Kind: integerShape, Bits: 32}, nil
		case "int64":
			return Shape{Kind: integerShape, Bits: 64}, nil
		case "float64":
			return Shape{Kind: floatShape, Bits: 64}, nil
		}
		if s.Enums[typed.Name] != nil {
			return Shape{Kind: enumShape, Name: typed.Name}, nil
		}
		return Shape{Kind: structShape, Name: typed.Name}, nil
	}
	return Shape{}, fmt.Errorf("type %T is not supported", expression)
}
