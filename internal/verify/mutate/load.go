package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// source is what the go command says of a package.
type source struct {
	ImportPath, Dir, Export            string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Imports, TestImports, XTestImports []string
	Deps                               []string
	Module                             *struct{ Path string }
}

// module is the root module with everything that depends on it.
type module struct {
	root     string
	packages map[string]*source // of the workspace, and what they import
	imports  types.Importer
	fset     *token.FileSet
}

const modulePath = "github.com/koogallery/serviceflow"

// load reads the workspace.
func load(ctx context.Context) (*module, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,"+
		"TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports,Deps,Module", "work")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list the packages: %w", err)
	}
	m := &module{packages: make(map[string]*source), fset: token.NewFileSet()}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var s source
		if err := decoder.Decode(&s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		m.packages[s.ImportPath] = &s
	}
	if m.packages[modulePath] == nil {
		return nil, errors.New("run it inside the repository")
	}
	m.root = m.packages[modulePath].Dir
	m.imports = importer.ForCompiler(m.fset, "gc", func(path string) (io.ReadCloser, error) {
		if s := m.packages[path]; s != nil {
			return os.Open(s.Export)
		}
		return nil, fmt.Errorf("no export data of %s", path)
	})
	return m, nil
}

// own lists the packages of the root module that have code to change.
func (m *module) own() (paths []string) {
	for path, s := range m.packages {
		if s.Module != nil && s.Module.Path == modulePath && len(s.GoFiles) > 0 && path != modulePath &&
			!strings.HasPrefix(path, modulePath+"/examples/") {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// local is how the go command and the summary name a package.
func local(path string) string { return "." + strings.TrimPrefix(path, modulePath) }

// imported is a package's path, as imports have it, by its directory.
func imported(dir string) string {
	return modulePath + strings.TrimPrefix(strings.TrimSuffix(dir, "/"), ".")
}

// tests lists the packages whose tests use a package: itself first, then those
// with the fewest dependencies.
func (m *module) tests(path string) (list []string) {
	for p, s := range m.packages {
		if s.Module == nil || !strings.HasPrefix(p, modulePath) || len(s.TestGoFiles)+len(s.XTestGoFiles) == 0 {
			continue
		}
		used := slices.Contains(s.Deps, path)
		for _, i := range slices.Concat(s.TestImports, s.XTestImports) {
			used = used || i == path || m.packages[i] != nil && slices.Contains(m.packages[i].Deps, path)
		}
		if used && p != path && !skipped[local(p)] {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		if n := len(m.packages[a].Deps) - len(m.packages[b].Deps); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	return append([]string{path}, list...)
}

// skipped are packages whose tests look at the library's text, measure its
// time, or take minutes.
var skipped = map[string]bool{
	"./internal/verify/mutants": true, "./internal/verify/mutate": true, "./internal/verify/bench": true,
	"./internal/verify/simulation": true, "./internal/verify/linearizability": true, "./examples/portal": true,
	"./examples/workers": true, "./examples/transaction": true, "./examples/takeover": true, ".": true,
}

// parsed is a package with its syntax, which one change at a time replaces.
type parsed struct {
	m     *module
	path  string // of the package
	name  string
	texts map[string]string // by file, from the root of the repository
	trees map[string]*ast.File
	types map[string]string // of the variables, and of the constants that are texts
}

// changes lists the changes of a package.
func (m *module) changes(path string) (*parsed, []change, error) {
	s := m.packages[path]
	if s == nil {
		return nil, nil, fmt.Errorf("there is no package %s", path)
	}
	p := &parsed{m: m, path: path, texts: make(map[string]string), trees: make(map[string]*ast.File)}
	var names []string
	for _, base := range s.GoFiles {
		name, err := filepath.Rel(m.root, filepath.Join(s.Dir, base))
		if err != nil {
			return nil, nil, err
		}
		text, err := os.ReadFile(filepath.Join(s.Dir, base))
		if err != nil {
			return nil, nil, err
		}
		names, p.texts[name] = append(names, name), string(text)
		if p.trees[name], err = parser.ParseFile(m.fset, name, text, parser.SkipObjectResolution); err != nil {
			return nil, nil, err
		}
	}
	all, err := p.find(names)
	return p, all, err
}

// find lists the changes of files, some of which may not compile.
func (p *parsed) find(names []string) (all []change, err error) {
	info := &types.Info{Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object),
		Uses: make(map[*ast.Ident]types.Object)}
	pkg, err := p.check(p.trees, info)
	if err != nil {
		return nil, err
	}
	p.name, p.types = pkg.Name(), make(map[string]string)
	for _, tree := range p.trees {
		p.writeTypes(pkg, tree)
	}
	zeros := p.zeros()
	for _, name := range names {
		f := &finder{file: name, text: p.texts[name], fset: p.m.fset, pkg: pkg, info: info,
			decides: make(map[ast.Expr]bool), zeros: zeros, suite: suites[p.path]}
		f.search(p.trees[name])
		slices.SortStableFunc(f.changes, func(a, b change) int { return a.begin - b.begin })
		all = append(all, f.changes...)
	}
	number(all)
	return all, nil
}

// writeTypes notes how the types of a file's variables are written in it; of
// those that cannot be written nothing.
func (p *parsed) writeTypes(pkg *types.Package, tree *ast.File) {
	imported := make(map[string]bool)
	for _, i := range tree.Imports {
		imported[strings.Trim(i.Path.Value, `"`)] = true
	}
	for _, decl := range tree.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.VAR && d.Tok != token.CONST {
			continue
		}
		for _, spec := range d.Specs {
			name := spec.(*ast.ValueSpec).Names[0].Name
			object := pkg.Scope().Lookup(name)
			if object == nil {
				continue
			}
			text := d.Tok == token.CONST && types.Identical(types.Default(object.Type()), types.Typ[types.String])
			writable := text || d.Tok == token.VAR
			written := types.TypeString(types.Default(object.Type()), func(other *types.Package) string {
				if other == pkg {
					return ""
				}
				writable = writable && imported[other.Path()]
				return other.Name()
			})
			if writable {
				p.types[name] = written
			}
		}
	}
}

func (p *parsed) offset(pos token.Pos) int { return p.m.fset.Position(pos).Offset }

// zeros are the variables that are declared without a value.
func (p *parsed) zeros() map[string]bool {
	zeros := make(map[string]bool)
	for _, tree := range p.trees {
		for _, decl := range tree.Decls {
			d, ok := decl.(*ast.GenDecl)
			if !ok || d.Tok != token.VAR {
				continue
			}
			for _, spec := range d.Specs {
				if v := spec.(*ast.ValueSpec); len(v.Values) == 0 {
					zeros[v.Names[0].Name] = true
				}
			}
		}
	}
	return zeros
}

func (p *parsed) check(trees map[string]*ast.File, info *types.Info) (*types.Package, error) {
	var list []*ast.File
	for _, name := range slices.Sorted(maps.Keys(trees)) {
		list = append(list, trees[name])
	}
	return (&types.Config{Importer: p.m.imports}).Check(p.path, p.m.fset, list, info)
}

// compiling keeps the changes with which the package still compiles. Those that
// can be instrumented are checked all at once.
func (p *parsed) compiling(changes []change) ([]change, error) {
	changes = slices.DeleteFunc(slices.Clone(changes), func(c change) bool {
		_, err := parser.ParseFile(token.NewFileSet(), c.file, c.apply(p.texts[c.file]), parser.SkipObjectResolution)
		return err != nil
	})
	in := p.instrument(changes)
	faulty, err := p.faulty(in.files)
	if err != nil {
		return nil, err
	}
	var kept []change
	for i, c := range changes {
		if in.entered[i] != 0 && !faulty[i] || p.compiles(c) {
			kept = append(kept, c)
		}
	}
	return kept, nil
}

// faulty returns which of the instrumented changes do not compile.
func (p *parsed) faulty(files map[string]string) (map[int]bool, error) {
	trees, list := make(map[string]*ast.File), []*ast.File(nil)
	files[chosen+".go"] = chooser(p.name)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		tree, err := parser.ParseFile(p.m.fset, name, files[name], parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		trees[name], list = tree, append(list, tree)
	}
	faulty := make(map[int]bool)
	var outside error
	config := types.Config{Importer: p.m.imports, Error: func(err error) {
		var e types.Error
		if errors.As(err, &e) {
			if n := copyAt(trees[p.m.fset.Position(e.Pos).Filename], e.Pos); n > 0 {
				faulty[n-1] = true
				return
			}
		}
		outside = fmt.Errorf("instrument %s: %w", p.path, err)
	}}
	config.Check(p.path, p.m.fset, list, nil)
	return faulty, outside
}

// copyAt returns the number of the copy that stands at a position; 0 where none
// does.
func copyAt(tree *ast.File, pos token.Pos) (n int) {
	for _, decl := range tree.Decls {
		if d, ok := decl.(*ast.FuncDecl); ok && d.Pos() <= pos && pos < d.End() {
			fmt.Sscanf(d.Name.Name, "mutant%d_", &n)
		}
	}
	return n
}

// compiles reports whether the package compiles with a change.
func (p *parsed) compiles(c change) bool {
	tree, err := parser.ParseFile(p.m.fset, c.file, c.apply(p.texts[c.file]), parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	trees := maps.Clone(p.trees)
	trees[c.file] = tree
	_, err = p.check(trees, nil)
	return err == nil
}
