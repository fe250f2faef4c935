package main

import "regexp"

// A statement of SQL is changed as well as a text can be: each change leaves it
// with as many parameters as before.

// statement tells SQL from other texts.
var statement = regexp.MustCompile(
	`\b(SELECT|INSERT|UPDATE|DELETE|WHERE|AND|OR|ORDER BY|NULL)\b|[<>=] \?|= VALUES\(| DESC\b|^[a-z_]+ = '|^lane = `)

// rewrite changes the part of a statement that matches.
type rewrite struct {
	part *regexp.Regexp
	with []string
}

// optional are the columns that may have no value.
const optional = `([a-z]+(?:_at|_since|_by|_as|_appeal|_begins|_ends)|due|noticed)`

var rewrites = []rewrite{
	// A column that keeps what it had, and one that is never cleared.
	{regexp.MustCompile(`(^|SET |,\s)([a-z_]+) = \?`), []string{"$1$2 = coalesce($2, ?)"}},
	{regexp.MustCompile(`(^|SET |,\s)` + optional + ` = \?`), []string{"$1$2 = coalesce(?, $2)"}},
	{regexp.MustCompile(`(SET |,\s+)([a-z_]+) = i\.([a-z_]+)`), []string{"$1$2 = coalesce(o.$2, i.$3)"}},
	{regexp.MustCompile(`(SET |,\s+)` + optional + ` = i\.([a-z_]+)`), []string{"$1$2 = coalesce(i.$3, o.$2)"}},
	{regexp.MustCompile(`([a-z_]+) = (VALUES\([a-z_]+\))`), []string{"$1 = coalesce($1, $2)"}},
	{regexp.MustCompile(optional + ` = (VALUES\([a-z_]+\))`), []string{"$1 = coalesce($2, $1)"}},
	// A condition that always holds, and one with another boundary.
	{regexp.MustCompile(`(WHERE |AND |OR |ON |\(|^)([a-z_.]+ (=|<>|<=|>=|<|>) (\?|'[a-z_]+'|[0-9]+|[a-z]+\.[a-z_]+|` +
		`coalesce\([^()]*\)))( |\)|\n|$)`), []string{"$1($2 OR 1 = 1)$5"}},
	{regexp.MustCompile(`[a-z_]+ IS (NOT )?NULL\b`), []string{"1 = 1"}},
	{regexp.MustCompile(`<= `), []string{"< "}},
	{regexp.MustCompile(`< `), []string{"<= "}},
	{regexp.MustCompile(`>= `), []string{"> "}},
	{regexp.MustCompile(`> `), []string{">= "}},
	{regexp.MustCompile(` OR `), []string{" AND "}},
	// Another order, and other rows.
	{regexp.MustCompile(` DESC\b`), []string{""}},
	{regexp.MustCompile(`, (order_id|seq|id)( LIMIT|$)`), []string{"$2"}},
	{regexp.MustCompile(`\bLEFT JOIN\b`), []string{"JOIN"}},
	{regexp.MustCompile(`\bmax\(`), []string{"min("}},
	{regexp.MustCompile(`\bmin\(`), []string{"max("}},
	{regexp.MustCompile(`\bUNION (ALL )?`), []string{"UNION ", "UNION ALL "}},
	{regexp.MustCompile(` FOR UPDATE`), []string{""}},
	{regexp.MustCompile(` = ([0-9]+)\b`), []string{" = 1$1"}},
}

// statementChange is a part of a text, in bytes, and another.
type statementChange struct {
	begin, end int
	with       string
}

// statementChanges returns what a text that is SQL can be changed into.
func statementChanges(text string) (changes []statementChange) {
	if !statement.MatchString(text) {
		return nil
	}
	for _, r := range rewrites {
		for _, at := range r.part.FindAllStringSubmatchIndex(text, -1) {
			for _, with := range r.with {
				if changed := string(r.part.ExpandString(nil, with, text, at)); changed != text[at[0]:at[1]] {
					changes = append(changes, statementChange{at[0], at[1], changed})
				}
			}
		}
	}
	return changes
}
