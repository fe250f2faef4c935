package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// Compiling a package for each change would take most of the time. So each
// function is compiled once for each of its changes, beside itself, and calls
// the copy whose number is in the environment; a variable, or a constant that is
// a text, is what such a function returns. What is neither, such as a number
// that is a constant, is compiled in by itself.

const (
	environment = "SERVICEFLOW_MUTANT"
	chosen      = "chosenMutant"
	enter       = "enterMutant"
)

// chooser is the file that every instrumented package has in addition. Where
// the environment names a file, what is entered is written there.
func chooser(pkg string) string {
	return "package " + pkg + `

import (
	"fmt"
	"os"
	"sync"
)

var ` + chosen + ` = func() (n int) {
	for _, digit := range os.Getenv("` + environment + `") {
		if digit < '0' || digit > '9' {
			return -1
		}
		n = 10*n + int(digit-'0')
	}
	return n
}()

var (
	enteringMutant sync.Mutex
	enteredMutants = make(map[int]bool)
	mutantTrace    = sync.OnceValues(func() (*os.File, error) {
		return os.OpenFile(os.Getenv("` + environment + `"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	})
)

func ` + enter + `(n int) {
	enteringMutant.Lock()
	defer enteringMutant.Unlock()
	if enteredMutants[n] { // without an allocation, which tests may count
		return
	}
	enteredMutants[n] = true
	file, err := mutantTrace()
	if err == nil {
		_, err = fmt.Fprintln(file, n)
	}
	if err != nil {
		panic(err)
	}
}
`
}

// instrumented is a package in which each change of a function or a variable can
// be chosen by its place in the list, from 1.
type instrumented struct {
	files map[string]string
	// entered is, for each change that can be chosen, by which number the trace
	// tells that what it changes is entered. Other changes have none.
	entered map[int]int
}

// instrument writes a package with all the changes.
func (p *parsed) instrument(changes []change) instrumented {
	in := instrumented{make(map[string]string), make(map[int]int)}
	for name, tree := range p.trees {
		b := &builder{text: p.texts[name], parsed: p, changes: changes, entered: in.entered}
		among := func(n ast.Node) (here []int) {
			for i, c := range changes {
				if c.file == name && p.offset(n.Pos()) <= c.begin && c.end <= p.offset(n.End()) {
					here = append(here, i)
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
				if here := among(d.Body); len(here) > 0 {
					b.function(d, here)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					v, ok := spec.(*ast.ValueSpec)
					if !ok || len(v.Values) != 1 || len(v.Names) != 1 || v.Names[0].Name == "_" ||
						p.types[v.Names[0].Name] == "" {
						continue
					}
					if here := among(v.Values[0]); len(here) > 0 {
						b.variable(d, v, here)
					}
				}
			}
		}
		in.files[name] = b.out.String() + b.text[b.done:] + b.copies.String()
	}
	return in
}

// builder writes one instrumented file.
type builder struct {
	*parsed
	changes     []change
	entered     map[int]int
	text        string
	done        int // what is written of the text
	out, copies strings.Builder
}

func (b *builder) source(n ast.Node) string { return b.text[b.offset(n.Pos()):b.offset(n.End())] }

// upTo writes what comes before a position, and leaves out what is there.
func (b *builder) upTo(begin, end token.Pos) {
	b.out.WriteString(b.text[b.done:b.offset(begin)])
	b.done = b.offset(end)
}

// function writes a function that calls one of its copies, and the copies.
func (b *builder) function(d *ast.FuncDecl, here []int) {
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
	b.upTo(d.Pos(), d.Body.Lbrace+1)
	fmt.Fprintf(&b.out, "func %s%s%s%s%s", receiver, d.Name.Name, generic, params,
		b.text[after:b.offset(d.Body.Lbrace)+1])
	fmt.Fprintf(&b.out, "\nif %s != 0 {\nswitch %s {\ncase -1: %s(%d)\n", chosen, chosen, enter, here[0]+1)
	for _, i := range here {
		b.entered[i] = here[0] + 1
		name := fmt.Sprintf("mutant%d_%s", i+1, d.Name.Name)
		call := self + name + types + args
		if d.Type.Results == nil {
			fmt.Fprintf(&b.out, "case %d: %s; return\n", i+1, call)
		} else {
			fmt.Fprintf(&b.out, "case %d: return %s\n", i+1, call)
		}
		end := b.offset(d.End())
		changed := b.changes[i].apply(b.text)
		fmt.Fprintf(&b.copies, "\nfunc %s%s%s%s%s\n", receiver, name, generic, params,
			changed[after:end+len(changed)-len(b.text)])
	}
	b.out.WriteString("}\n}\n")
}

// variable writes a variable that is what a function returns, and its copies.
// The functions in it are traced by themselves.
func (b *builder) variable(d *ast.GenDecl, v *ast.ValueSpec, here []int) {
	name, value := v.Names[0].Name, v.Values[0]
	begin, end := b.offset(value.Pos()), b.offset(value.End())
	for _, i := range here {
		b.entered[i] = here[0] + 1
		changed := b.changes[i].apply(b.text)
		fmt.Fprintf(&b.copies, "\nfunc mutant%d_%s() %s {\nreturn %s\n}\n", i+1, name, b.types[name],
			changed[begin:end+len(changed)-len(b.text)])
	}
	var whole strings.Builder
	fmt.Fprintf(&whole, "%s = func() %s {\nswitch %s {\ncase -1: %s(%d)\n", name, b.types[name], chosen, enter,
		here[0]+1)
	for _, i := range here {
		fmt.Fprintf(&whole, "case %d: return mutant%d_%s()\n", i+1, i+1, name)
	}
	fmt.Fprintf(&whole, "}\nreturn %s\n}()", b.traced(value, here))
	switch {
	case d.Tok == token.VAR:
		b.upTo(v.Pos(), v.End())
		b.out.WriteString(whole.String())
	case d.Lparen.IsValid():
		b.upTo(v.Pos(), v.End())
		b.copies.WriteString("\nvar " + whole.String() + "\n")
	default:
		b.upTo(d.Pos(), d.End())
		b.out.WriteString("var " + whole.String())
	}
}

// traced returns a value's text in which each function tells that it is entered.
func (b *builder) traced(value ast.Expr, here []int) string {
	var text strings.Builder
	done := b.offset(value.Pos())
	ast.Inspect(value, func(n ast.Node) bool {
		f, ok := n.(*ast.FuncLit)
		if !ok {
			return true
		}
		first := 0
		for _, i := range here {
			if c := b.changes[i]; b.offset(f.Pos()) <= c.begin && c.end <= b.offset(f.End()) {
				if first == 0 {
					first = -i - 1 // no number of a variable's
				}
				b.entered[i] = first
			}
		}
		if first != 0 {
			at := b.offset(f.Body.Lbrace) + 1
			text.WriteString(b.text[done:at])
			fmt.Fprintf(&text, "if %s < 0 { %s(%d) }; ", chosen, enter, first)
			done = at
		}
		return false
	})
	return text.String() + b.text[done:b.offset(value.End())]
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
