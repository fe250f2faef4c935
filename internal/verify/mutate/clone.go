package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// Compiling a package for each change would take most of the time. So each
// function is compiled once for each of its changes, beside itself, and calls
// the copy whose number is in the environment. A variable is set anew when the
// package is initialised. What is neither, such as a constant, is compiled in
// by itself.

// place is where a change stands, and so how it is compiled in.
type place int

const (
	alone place = iota
	inFunction
	inVariable // others may have been made from it before it is set anew
)

const (
	environment = "SERVICEFLOW_MUTANT"
	chosen      = "chosenMutant"
)

// chooser is the file that every instrumented package has in addition.
func chooser(pkg string) string {
	return "package " + pkg + `

import "os"

var ` + chosen + ` = func() (n int) {
	for _, digit := range os.Getenv("` + environment + `") {
		n = 10*n + int(digit-'0')
	}
	return n
}()
`
}

// instrument returns the files of a package in which each change of a function
// or a variable can be chosen by its place in the list, from 1, and where each
// stands.
func (p *parsed) instrument(changes []change) (files map[string]string, places map[int]place) {
	files, places = make(map[string]string), make(map[int]place)
	for name, tree := range p.trees {
		b := &builder{text: p.texts[name], parsed: p}
		among := func(from, to token.Pos, at place) (here []int) {
			for i, c := range changes {
				if c.file == name && p.offset(from) <= c.begin && c.end <= p.offset(to) {
					here = append(here, i)
					places[i] = at
				}
			}
			return here
		}
		for _, decl := range tree.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Body == nil {
					continue
				}
				if here := among(d.Body.Lbrace+1, d.Body.End(), inFunction); len(here) > 0 {
					b.function(d, changes, here)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					v, ok := spec.(*ast.ValueSpec)
					if ok && d.Tok == token.VAR && len(v.Values) == 1 && len(v.Names) == 1 && v.Names[0].Name != "_" {
						b.variable(v, changes, among(v.Values[0].Pos(), v.Values[0].End(), inVariable))
					}
				}
			}
		}
		files[name] = b.out.String() + b.text[b.done:] + b.copies.String()
	}
	return files, places
}

// builder writes one instrumented file.
type builder struct {
	*parsed
	text        string
	done        int // what is written of the text
	out, copies strings.Builder
}

func (b *builder) source(n ast.Node) string { return b.text[b.offset(n.Pos()):b.offset(n.End())] }

// function writes a function that calls one of its copies, and the copies.
func (b *builder) function(d *ast.FuncDecl, changes []change, here []int) {
	receiver, self := b.receiver(d)
	params, args := b.params(d.Type.Params)
	after := b.offset(d.Type.Params.End()) // results and body
	generic, types := "", ""
	if d.Type.TypeParams != nil {
		generic = b.source(d.Type.TypeParams)
		var names []string
		for _, field := range d.Type.TypeParams.List {
			for _, n := range field.Names {
				names = append(names, n.Name)
			}
		}
		types = "[" + strings.Join(names, ", ") + "]"
	}
	b.out.WriteString(b.text[b.done:b.offset(d.Pos())])
	fmt.Fprintf(&b.out, "func %s%s%s%s%s", receiver, d.Name.Name, generic, params,
		b.text[after:b.offset(d.Body.Lbrace)+1])
	fmt.Fprintf(&b.out, "\nif %s != 0 {\nswitch %s {\n", chosen, chosen)
	b.done = b.offset(d.Body.Lbrace) + 1
	for _, i := range here {
		name := fmt.Sprintf("mutant%d_%s", i+1, d.Name.Name)
		call := self + name + types + args
		if d.Type.Results == nil {
			fmt.Fprintf(&b.out, "case %d: %s; return\n", i+1, call)
		} else {
			fmt.Fprintf(&b.out, "case %d: return %s\n", i+1, call)
		}
		end := b.offset(d.End())
		changed := changes[i].apply(b.text)
		fmt.Fprintf(&b.copies, "\nfunc %s%s%s%s%s\n", receiver, name, generic, params,
			changed[after:end+len(changed)-len(b.text)])
	}
	b.out.WriteString("}\n}\n")
}

// variable writes a function for each change that sets the variable anew.
func (b *builder) variable(v *ast.ValueSpec, changes []change, here []int) {
	for _, i := range here {
		begin, end := b.offset(v.Values[0].Pos()), b.offset(v.Values[0].End())
		changed := changes[i].apply(b.text)
		fmt.Fprintf(&b.copies, `
func mutant%[1]d_%[2]s() { %[2]s = %[3]s }

func init() {
	if %[4]s == %[1]d {
		mutant%[1]d_%[2]s()
	}
}
`, i+1, v.Names[0].Name, changed[begin:end+len(changed)-len(b.text)], chosen)
	}
}

// receiver returns a function's receiver with a name, and how to call another
// method of it.
func (b *builder) receiver(d *ast.FuncDecl) (text, self string) {
	if d.Recv == nil {
		return "", ""
	}
	field := d.Recv.List[0]
	name := "itself"
	if len(field.Names) > 0 && field.Names[0].Name != "_" {
		name = field.Names[0].Name
	}
	return fmt.Sprintf("(%s %s) ", name, b.source(field.Type)), name + "."
}

// params returns parameters that all have names, and the arguments that pass
// them on.
func (b *builder) params(list *ast.FieldList) (text, args string) {
	var declared, passed []string
	for _, field := range list.List {
		names := field.Names
		if len(names) == 0 {
			names = []*ast.Ident{{Name: "_"}}
		}
		for _, n := range names {
			name := n.Name
			if name == "_" {
				name = fmt.Sprintf("unnamed%d", len(declared))
			}
			declared = append(declared, name+" "+b.source(field.Type))
			if _, variadic := field.Type.(*ast.Ellipsis); variadic {
				name += "..."
			}
			passed = append(passed, name)
		}
	}
	return "(" + strings.Join(declared, ", ") + ")", "(" + strings.Join(passed, ", ") + ")"
}
