package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// finder collects the changes of one file.
type finder struct {
	file     string
	text     string
	fset     *token.FileSet
	pkg      *types.Package
	info     *types.Info
	function string
	results  *types.Tuple      // of the function that is being searched
	decides  map[ast.Expr]bool // the conditions of branches
	zeros    map[string]bool   // the package's variables that are never given a value
	suite    bool              // only statements and branches are changed
	changes  []change
}

// suites are packages of checks. Their numbers and texts are examples; what
// matters is that no check is there in vain.
var suites = map[string]bool{modulePath + "/store/storetest": true}

// search collects the changes of a file.
func (f *finder) search(tree *ast.File) {
	for _, decl := range tree.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			f.function, f.results = functionName(d), results(f.info.TypeOf(d.Name))
			if d.Body != nil {
				f.inside(d.Body)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					f.function = v.Names[0].Name
					for _, value := range v.Values {
						f.inside(value)
					}
				}
			}
		}
	}
}

func functionName(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if index, ok := t.(*ast.IndexExpr); ok {
		t = index.X
	}
	return types.ExprString(t) + "." + d.Name.Name
}

func results(t types.Type) *types.Tuple {
	if s, ok := t.(*types.Signature); ok {
		return s.Results()
	}
	return nil
}

func (f *finder) offset(p token.Pos) int { return f.fset.Position(p).Offset }

func (f *finder) source(n ast.Node) string { return f.text[f.offset(n.Pos()):f.offset(n.End())] }

// replace notes a change of a node's text.
func (f *finder) replace(n ast.Node, with string) { f.splice(n.Pos(), n.End(), with) }

func (f *finder) splice(from, to token.Pos, with string) {
	begin, end := f.offset(from), f.offset(to)
	f.changes = append(f.changes, change{
		file: f.file, function: f.function, line: f.fset.Position(from).Line,
		begin: begin, end: end, old: f.text[begin:end], new: with,
	})
}

// inside collects the changes in a node and in what it contains.
func (f *finder) inside(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			outer := f.results
			f.results = results(f.info.TypeOf(n))
			f.inside(n.Body)
			f.results = outer
			return false
		case *ast.BlockStmt:
			f.statements(n.List)
		case *ast.CaseClause:
			f.clause(n)
			f.statements(n.Body)
		case *ast.CommClause:
			f.statements(n.Body)
		case *ast.IfStmt:
			f.condition(n.Cond, true)
		case *ast.ForStmt:
			if n.Cond != nil {
				f.condition(n.Cond, false) // always true would hang
			}
			f.once(n.Body)
		case *ast.RangeStmt:
			f.once(n.Body)
		}
		if f.suite {
			return true
		}
		switch n := n.(type) {
		case *ast.BinaryExpr:
			f.binary(n)
		case *ast.UnaryExpr:
			if n.Op == token.NOT && !f.decides[n] {
				f.replace(n, f.source(n.X))
			}
		case *ast.BasicLit:
			f.literal(n)
		case *ast.CallExpr:
			f.compareTimes(n)
			f.unwrap(n)
		case *ast.CompositeLit:
			f.elements(n)
		case *ast.ReturnStmt:
			f.returned(n)
		}
		return true
	})
}

// condition makes a branch never taken, and always. Who finds both finds the
// opposite condition as well.
func (f *finder) condition(cond ast.Expr, always bool) {
	f.decides[cond] = true
	f.replace(cond, "false && ("+f.source(cond)+")")
	if always {
		f.replace(cond, "true || ("+f.source(cond)+")")
	}
}

// once ends a loop after its first round, unless it ends there anyway.
func (f *finder) once(body *ast.BlockStmt) {
	if len(body.List) == 0 {
		return
	}
	last := body.List[len(body.List)-1]
	switch last := last.(type) {
	case *ast.ReturnStmt:
		return
	case *ast.BranchStmt:
		if last.Tok != token.CONTINUE {
			return
		}
	}
	f.splice(body.Rbrace, body.Rbrace+1, "; break }")
}

// statements drops each statement that does something.
func (f *finder) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt, *ast.IncDecStmt, *ast.DeferStmt, *ast.GoStmt, *ast.SendStmt, *ast.BranchStmt:
			f.drop(s)
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				f.drop(s)
			}
			f.assignment(s)
		case *ast.ReturnStmt:
			if len(s.Results) == 0 {
				f.drop(s)
			}
		}
	}
}

// drop replaces a statement by one that uses what it uses, and does nothing.
func (f *finder) drop(s ast.Stmt) { f.replace(s, "") }

// assignment swaps += and -=.
func (f *finder) assignment(s *ast.AssignStmt) {
	if len(s.Lhs) != 1 || !isNumber(f.info.TypeOf(s.Lhs[0])) {
		return
	}
	swap := map[token.Token]string{token.ADD_ASSIGN: "-=", token.SUB_ASSIGN: "+=", token.OR_ASSIGN: "&=",
		token.AND_ASSIGN: "|="}
	if with, ok := swap[s.Tok]; ok {
		f.splice(s.TokPos, s.TokPos+2, with)
	}
}

// clause drops one value of several of a case, or the only one's case.
func (f *finder) clause(c *ast.CaseClause) {
	for i := range c.List {
		var rest []string
		for j, value := range c.List {
			if j != i {
				rest = append(rest, f.source(value))
			}
		}
		if len(rest) > 0 {
			f.splice(c.Case, c.Colon, "case "+strings.Join(rest, ", "))
		} else {
			f.splice(c.Case, c.End(), "")
		}
	}
}

// binary moves boundaries and swaps operators.
func (f *finder) binary(b *ast.BinaryExpr) {
	swap := map[token.Token]string{
		token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">",
		token.LAND: "||", token.LOR: "&&",
	}
	if isNumber(f.info.TypeOf(b.X)) {
		for from, to := range map[token.Token]string{token.ADD: "-", token.SUB: "+", token.MUL: "/", token.QUO: "*",
			token.REM: "*", token.SHL: ">>", token.SHR: "<<", token.AND: "|", token.OR: "&", token.XOR: "|"} {
			swap[from] = to
		}
	}
	if !f.decides[b] {
		swap[token.EQL], swap[token.NEQ] = "!=", "=="
	}
	if with, ok := swap[b.Op]; ok {
		f.replace(b, f.source(b.X)+" "+with+" "+f.source(b.Y))
	}
}

// literal adds one to an integer, and changes a statement.
func (f *finder) literal(l *ast.BasicLit) {
	if l.Kind == token.STRING {
		for _, c := range statementChanges(l.Value) {
			f.splice(l.Pos()+token.Pos(c.begin), l.Pos()+token.Pos(c.end), c.with)
		}
		return
	}
	if l.Kind != token.INT {
		return
	}
	if n, err := strconv.ParseUint(strings.ReplaceAll(l.Value, "_", ""), 0, 63); err == nil {
		f.replace(l, strconv.FormatUint(n+1, 10))
	}
}

// compareTimes moves the boundary of a comparison of instants.
func (f *finder) compareTimes(c *ast.CallExpr) {
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || len(c.Args) != 1 || !isTime(f.info.TypeOf(s.X)) {
		return
	}
	switch s.Sel.Name {
	case "Before":
		f.replace(c, "!"+f.source(s.X)+".After("+f.source(c.Args[0])+")")
	case "After":
		f.replace(c, "!"+f.source(s.X)+".Before("+f.source(c.Args[0])+")")
	}
}

// unwrap leaves a call out that makes of a value another of its type, such as a
// copy, a sum or the lesser of two.
func (f *finder) unwrap(c *ast.CallExpr) {
	result := f.info.TypeOf(c)
	if result == nil || f.info.Types[c.Fun].IsType() || f.source(c.Fun) == "fmt.Errorf" {
		return // a conversion, or an error that is only wrapped
	}
	from := c.Args
	if s, ok := c.Fun.(*ast.SelectorExpr); ok && f.info.Types[s.X].IsValue() {
		from = append([]ast.Expr{s.X}, from...)
	}
	for _, value := range from {
		if types.Identical(f.info.TypeOf(value), result) {
			f.replace(c, f.source(value))
		}
	}
}

// elements drops each field of a struct, and each element of a list or a map.
func (f *finder) elements(c *ast.CompositeLit) {
	t := f.info.TypeOf(c)
	if t == nil {
		return
	}
	_, isStruct := t.Underlying().(*types.Struct)
	for i, e := range c.Elts {
		if _, keyed := e.(*ast.KeyValueExpr); isStruct && !keyed {
			return
		}
		to := e.End()
		if i+1 < len(c.Elts) {
			to = c.Elts[i+1].Pos()
		} else if rest := f.text[f.offset(to):f.offset(c.Rbrace)]; strings.HasPrefix(strings.TrimSpace(rest), ",") {
			to += token.Pos(strings.Index(rest, ",") + 1)
		}
		f.splice(e.Pos(), to, "")
	}
}

// returned returns other values.
func (f *finder) returned(r *ast.ReturnStmt) {
	if f.results == nil || len(r.Results) != f.results.Len() {
		return
	}
	for i, value := range r.Results {
		for _, with := range f.others(value, f.results.At(i).Type()) {
			f.replace(value, with)
		}
	}
}

// others are values that a function could return instead.
func (f *finder) others(value ast.Expr, t types.Type) []string {
	text := f.source(value)
	if lit, ok := value.(*ast.CompositeLit); ok && len(lit.Elts) == 0 || text == "nil" || text == `""` ||
		f.zeros[text] {
		return nil
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			switch text {
			case "true":
				return []string{"false"}
			case "false":
				return []string{"true"}
			}
			switch value.(type) {
			case *ast.BinaryExpr:
				return []string{"true", "false"}
			case *ast.UnaryExpr:
				return nil // the negation goes by itself
			}
			return []string{"!(" + text + ")"}
		case u.Info()&types.IsString != 0:
			return []string{`""`}
		case u.Info()&types.IsNumeric != 0:
			if _, ok := value.(*ast.BasicLit); ok {
				return nil // literals are changed by themselves
			}
			return []string{"(" + text + ") + 1"}
		}
	case *types.Pointer, *types.Slice, *types.Map, *types.Interface, *types.Signature, *types.Chan:
		return []string{"nil"}
	case *types.Struct:
		if name := f.typeText(t); name != "" {
			return []string{name + "{}"}
		}
	}
	return nil
}

// typeText is how this file can write a named type; empty where it is none.
func (f *finder) typeText(t types.Type) string {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return ""
	}
	return types.TypeString(named, func(p *types.Package) string {
		if p == f.pkg {
			return ""
		}
		return p.Name()
	})
}

func isNumber(t types.Type) bool {
	if t == nil { // of a blank
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsNumeric != 0
}

func isTime(t types.Type) bool { return t != nil && types.TypeString(t, nil) == "time.Time" }
