package main

import (
	"strconv"
	"strings"

	"github.com/koogallery/serviceflow/supervision/schema"
)

// document describes the routes in OpenAPI 3.1.
func document(routes []route) schema.Schema {
	paths := schema.Schema{}
	for _, to := range routes {
		item := schema.Schema{"parameters": parameters(to), "responses": schema.Schema{
			strconv.Itoa(to.status): content("Done", "application/json", to.gives),
			"default":               content("A problem (RFC 9457)", "application/problem+json", schema.Of[problem]()),
		}}
		if to.takes != nil {
			item["requestBody"] = content("The action", "application/json", to.takes)
		}
		if paths[to.path] == nil {
			paths[to.path] = schema.Schema{}
		}
		paths[to.path].(schema.Schema)[strings.ToLower(to.method)] = item
	}
	return schema.Schema{
		"openapi": "3.1.0", "info": schema.Schema{"title": "Service supervision", "version": "1"}, "paths": paths,
		"components": schema.Schema{"securitySchemes": schema.Schema{
			"basic": schema.Schema{"type": "http", "scheme": "basic"}}},
		"security": []schema.Schema{{"basic": []string{}}},
	}
}

func parameters(to route) []schema.Schema {
	list := []schema.Schema{}
	add := func(in, name string, required bool) {
		list = append(list, schema.Schema{"in": in, "name": name, "required": required,
			"schema": schema.Schema{"type": "string"}})
	}
	if strings.Contains(to.path, "{id}") {
		add("path", "id", true)
		if to.method == "POST" {
			add("header", "Idempotency-Key", true)
			add("header", "If-Match", false)
		}
	}
	for _, name := range to.query {
		add("query", name, false)
	}
	return list
}

func content(description, kind string, s schema.Schema) schema.Schema {
	return schema.Schema{"description": description, "content": schema.Schema{kind: schema.Schema{"schema": s}}}
}
