package rest

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzStrict: a body that is accepted is one JSON value to other readers, too,
// and holds no NUL, no bytes but UTF-8, and no more levels than are allowed.
func FuzzStrict(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"title": "x"}`, `{"a": 1, "a": 2}`, `{"a": 1} {}`, `[`, `"\u0000"`, `"\\u0000"`, `"\ud800"`, "\"\xff\"", `{"a": {"b": [1, 2.5e300, null]}}`,
		strings.Repeat("[", 65) + strings.Repeat("]", 65), ` 1 `, "\ufeff{}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := strict(body); err != nil {
			if err.Error() == "" || strings.Contains(err.Error(), "json") {
				t.Errorf("%q is refused with %q", body, err)
			}
			return
		}
		if !json.Valid(body) || !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
			t.Fatalf("%q is accepted", body)
		}
		var v any
		if json.Unmarshal(body, &v) != nil {
			return // a number too large
		}
		if levels(v) > maxDepth || holdsNUL(v) {
			t.Errorf("%q is accepted", body)
		}
	})
}

func levels(v any) int {
	deepest := 0
	switch v := v.(type) {
	case map[string]any:
		for _, in := range v {
			deepest = max(deepest, levels(in))
		}
	case []any:
		for _, in := range v {
			deepest = max(deepest, levels(in))
		}
	default:
		return 0
	}
	return deepest + 1
}

func holdsNUL(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for key, in := range v {
			if strings.ContainsRune(key, 0) || holdsNUL(in) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, holdsNUL)
	case string:
		return strings.ContainsRune(v, 0)
	}
	return false
}

// FuzzQuery: a query that is accepted is read by net/url without an error, has
// a value for each name, and holds text only.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "q=x", "tag=a&tag=b", "q=a&q=b", "q=%00", "q=%ff", "q=%zz", "q=a;b", "q=", "=x", "&&", "q=%F0%9F%98%80"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if unreadableQuery(raw) != "" {
			return
		}
		values, err := url.ParseQuery(raw)
		if err != nil {
			t.Fatalf("%q is accepted: %v", raw, err)
		}
		for name, all := range values {
			for _, value := range all {
				if strings.ContainsRune(name+value, 0) || !utf8.ValidString(name+value) {
					t.Errorf("%q is accepted", raw)
				}
			}
		}
	})
}
