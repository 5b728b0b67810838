package rest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// encode writes an answer in one piece: a long one would otherwise cost a
// system call for every few kilobytes.
func encode(w io.Writer, v any) error {
	buf := buffers.Get().(*bytes.Buffer) //nolint:forcetypeassert // the pool holds nothing else
	defer buffers.Put(buf)
	buf.Reset()
	if err := json.MarshalWrite(buf, v); err != nil {
		return err
	}
	_, err := w.Write(buf.Bytes())
	return err
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// decode reads a request body. huma reads each one twice: first into any, to
// hold it against the schema, then into its type. The first reading is strict.
func decode(data []byte, v any) error {
	if _, first := v.(*any); first {
		if err := strict(data); err != nil {
			return err
		}
		if json.Unmarshal(data, v) != nil {
			return &unreadableError{"The body holds a number that is too large"} // nothing else is left to go wrong
		}
		return nil
	}
	return json.Unmarshal(data, v)
}

// maxDepth bounds the nesting of a body.
const maxDepth = 64

// maxTokens bounds the pieces of a body: keys, values, brackets. Each costs more to
// refuse than to send. What is legal needs a fraction of it, but for the largest
// templates: those of 500 tasks have room for twenty pieces a task.
const maxTokens = 10_000

// unreadableError says why a body cannot be read.
type unreadableError struct{ message string }

var errNUL = &unreadableError{"The body holds a NUL character"}

func (e *unreadableError) Error() string { return e.message }

// strict refuses what JSON libraries read in different ways: invalid UTF-8,
// NUL, duplicate keys, trailing data, deep nesting.
func strict(data []byte) error {
	if bytes.IndexByte(data, 0) >= 0 {
		return errNUL
	}
	escapesNUL := bytes.Contains(data, []byte(`\u0000`))
	d := jsontext.NewDecoder(bytes.NewReader(data))
	for tokens := 0; d.StackDepth() > 0 || d.InputOffset() == 0; tokens++ {
		token, err := d.ReadToken()
		if err != nil {
			return unreadable(err)
		}
		if d.StackDepth() > maxDepth {
			return &unreadableError{fmt.Sprintf("The body is nested deeper than %d levels", maxDepth)}
		}
		if tokens > maxTokens {
			return &unreadableError{"The body holds too many values"}
		}
		if escapesNUL && token.Kind() == '"' && strings.IndexByte(token.String(), 0) >= 0 {
			return errNUL
		}
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return &unreadableError{"The body goes on after its end"}
	}
	return nil
}

func unreadable(err error) error {
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return &unreadableError{"The body holds the same key twice"}
	case strings.Contains(err.Error(), "UTF-8"):
		return &unreadableError{"The body is not valid UTF-8"}
	case strings.Contains(err.Error(), "surrogate"):
		return &unreadableError{"The body holds half of a character: an escape that lacks its other half"}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &unreadableError{"The body ends too early"}
	}
	return &unreadableError{"The body is not valid JSON"}
}

// repeatable are the parameters that may come several times.
var repeatable = map[string]bool{"status": true, "priority": true, "tag": true, "map": true}

// unreadableQuery says what is wrong with a query as a text, if anything. What
// cannot be read would else be passed over in silence, or reach the database.
func unreadableQuery(raw string) string {
	if raw == "" {
		return ""
	}
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name != "" && value == "" {
			return "The query holds a parameter without a value"
		}
		if seen[name] && !repeatable[name] {
			return "The query holds the same parameter twice"
		}
		seen[name] = true
	}
	text, err := url.QueryUnescape(raw)
	switch {
	case err != nil || strings.Contains(raw, ";"):
		return "The query cannot be read: it must be percent-encoded, with & between parameters"
	case !utf8.ValidString(text):
		return "The query is not valid UTF-8"
	case strings.IndexByte(text, 0) >= 0:
		return "The query holds a NUL character"
	}
	return ""
}
