package archive

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"filippo.io/age"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/zstd"
)

// window bounds what compressing and decompressing hold in memory.
const window = 1 << 20

// Writer writes one backup.
type Writer struct {
	encrypted  io.WriteCloser // nil without a key
	compressed *zstd.Encoder
	digest     digest
	line       []byte
}

// NewWriter begins a backup with its first line.
func NewWriter(to io.Writer, h Header, key Key) (*Writer, error) {
	w := &Writer{digest: newDigest()}
	if key.Encrypts() {
		encrypted, err := age.Encrypt(to, key.recipient)
		if err != nil {
			return nil, fmt.Errorf("encrypt: %w", err)
		}
		w.encrypted, to = encrypted, encrypted
	}
	var err error
	w.compressed, err = zstd.NewWriter(to, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window), zstd.WithEncoderCRC(true))
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	h.Form = Form
	return w, w.write(h, false)
}

// write writes one line; a counted one is part of the content.
func (w *Writer) write(v any, counted bool) error {
	line, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	w.line = append(append(w.line[:0], line...), '\n')
	return w.flush(counted)
}

func (w *Writer) flush(counted bool) error {
	if counted {
		w.digest.sum.Write(w.line)
	}
	_, err := w.compressed.Write(w.line)
	return err
}

// Table begins a table. The names of its columns are in order.
func (w *Writer) Table(name string, columns []string) error {
	w.digest.begin(name)
	return w.write(tableLine{name, columns}, true)
}

// Row adds a row to the table begun last: nil, int64, string or []byte for each
// of its columns.
func (w *Writer) Row(values []any) error {
	w.line = append(w.line[:0], '[')
	for i, value := range values {
		if i > 0 {
			w.line = append(w.line, ',')
		}
		switch v := value.(type) {
		case nil:
			w.line = append(w.line, "null"...)
		case int64:
			w.line = strconv.AppendInt(w.line, v, 10)
		case string:
			if !utf8.ValidString(v) {
				return errors.New("a text is not valid UTF-8, so it cannot be backed up as it is")
			}
			w.line, _ = jsontext.AppendQuote(w.line, v) // valid: it always can
		case []byte:
			w.line = append(w.line, `{"base64":"`...)
			w.line = base64.StdEncoding.AppendEncode(w.line, v)
			w.line = append(w.line, `"}`...)
		default:
			return fmt.Errorf("there is no form for a %T", v)
		}
	}
	w.line = append(w.line, "]\n"...)
	w.digest.row()
	return w.flush(true)
}

// Close ends the backup with its last line, and answers what it holds. What is
// not closed is no backup.
func (w *Writer) Close() (Summary, error) {
	summary := w.digest.summary()
	if err := w.write(summary, false); err != nil {
		return summary, err
	}
	if err := w.compressed.Close(); err != nil {
		return summary, err
	}
	if w.encrypted == nil {
		return summary, nil
	}
	return summary, w.encrypted.Close()
}
