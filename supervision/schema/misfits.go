package schema

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Misfits tells where a JSON value, as encoding/json decodes it into an any,
// does not fit a schema of this package: so a test holds what a host answers to
// what it promises. It repeats no value.
func Misfits(s Schema, value any) []string { return misfits(s, value, "") }

func misfits(s Schema, value any, path string) (list []string) {
	kind, _ := s["type"].(string)
	if kind != "" && !isKind(kind, value) {
		return []string{path + ": is no " + kind}
	}
	if words, ok := s["enum"].([]string); ok && !slices.Contains(words, value.(string)) {
		return []string{path + ": is none of the words"}
	}
	switch value := value.(type) {
	case []any:
		items, _ := s["items"].(Schema)
		for i, item := range value {
			list = append(list, misfits(items, item, fmt.Sprintf("%s[%d]", path, i))...)
		}
	case map[string]any:
		properties, _ := s["properties"].(Schema)
		required, _ := s["required"].([]string)
		for _, name := range required {
			if _, ok := value[name]; !ok {
				list = append(list, path+": "+name+" is missing")
			}
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if property, ok := properties[name].(Schema); ok {
				list = append(list, misfits(property, value[name], path+"."+name)...)
			} else if s["additionalProperties"] == false {
				list = append(list, path+": has a member too many")
			}
		}
	}
	return list
}

func isKind(kind string, value any) bool {
	switch v := value.(type) {
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case float64:
		return kind == "integer" && v == math.Trunc(v)
	case []any:
		return kind == "array"
	case map[string]any:
		return kind == "object"
	}
	return false
}
