package archive

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/zstd"
)

// Sink takes in what a backup holds, in its order. Rows are its own to keep. A
// function that is nil is not called.
type Sink struct {
	Header func(Header) error
	Table  func(name string, columns []string) error
	Row    func(values []any) error
}

// The first bytes of what is encrypted, and of what is only compressed.
const (
	ageMagic  = "age-encryption.org/v1"
	zstdMagic = "\x28\xb5\x2f\xfd"
)

// maxLine bounds a row. Nobody's is nearly as long, and a file that pretends to
// be a backup shall not fill the memory.
const maxLine = 64 << 20

// Read reads a backup to its end and answers what it holds. Only when there is
// no error it was whole, and what the sink was told before is true: so who
// writes things elsewhere reads it twice.
func Read(from io.Reader, key Key, sink Sink) (Header, Summary, error) {
	plain, err := open(bufio.NewReaderSize(from, 64<<10), key)
	if err != nil {
		return Header{}, Summary{}, err
	}
	stream, err := zstd.NewReader(plain, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(8*window))
	if err != nil {
		return Header{}, Summary{}, damaged(err)
	}
	defer stream.Close()
	r := &reader{lines: bufio.NewReaderSize(stream, 64<<10), digest: newDigest(), sink: sink}
	return r.read()
}

// open answers what was encrypted, or what never was.
func open(from *bufio.Reader, key Key) (io.Reader, error) {
	first, _ := from.Peek(len(ageMagic)) // what is shorter is nothing of ours
	switch {
	case bytes.HasPrefix(first, []byte(zstdMagic)):
		return from, nil
	case string(first) != ageMagic:
		return nil, ErrForeign
	case !key.Encrypts():
		return nil, ErrEncrypted
	case !key.Reads():
		return nil, ErrOneWay
	}
	plain, err := age.Decrypt(from, key.identity)
	if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong {
		return nil, ErrWrongKey
	}
	if err != nil {
		return nil, damaged(err)
	}
	return plain, nil
}

func damaged(err error) error { return fmt.Errorf("%w (%w)", ErrDamaged, err) }

type reader struct {
	lines   *bufio.Reader
	digest  digest
	sink    Sink
	columns int
	line    []byte
}

// next reads a line, with its end.
func (r *reader) next() ([]byte, error) {
	r.line = r.line[:0]
	for {
		piece, err := r.lines.ReadSlice('\n')
		r.line = append(r.line, piece...)
		switch {
		case err == nil:
			return r.line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return r.line, err
		case len(r.line) > maxLine:
			return nil, errors.New("a row is too long")
		}
	}
}

func (r *reader) read() (Header, Summary, error) {
	var header Header
	line, err := r.next()
	if err != nil {
		return header, Summary{}, damaged(err)
	}
	if err := json.Unmarshal(line, &header); err != nil || header.Form == 0 {
		return header, Summary{}, ErrForeign
	}
	if header.Form > Form {
		return header, Summary{}, ErrNewer
	}
	if r.sink.Header != nil {
		if err := r.sink.Header(header); err != nil {
			return header, Summary{}, err
		}
	}
	for {
		line, err := r.next()
		if err != nil {
			return header, Summary{}, damaged(err)
		}
		if bytes.HasPrefix(line, []byte(`{"rows":`)) {
			summary, err := r.end(line)
			return header, summary, err
		}
		if err := r.content(line); err != nil {
			return header, Summary{}, err
		}
	}
}

// end holds the last line against what was read.
func (r *reader) end(line []byte) (Summary, error) {
	var said Summary
	if err := json.Unmarshal(line, &said); err != nil {
		return said, damaged(err)
	}
	if _, err := r.lines.ReadByte(); !errors.Is(err, io.EOF) {
		return said, damaged(errors.New("there is something behind its end"))
	}
	if is := r.digest.summary(); is.SHA256 != said.SHA256 || !maps.Equal(is.Rows, said.Rows) {
		return said, damaged(errors.New("the hash is not that of the content"))
	}
	return said, nil
}

// content takes in a line between the first and the last.
func (r *reader) content(line []byte) error {
	r.digest.sum.Write(line)
	if line[0] == '[' && r.columns > 0 {
		r.digest.row()
		if r.sink.Row == nil {
			return nil
		}
		values, err := r.row(line)
		if err != nil {
			return damaged(err)
		}
		return r.sink.Row(values)
	}
	var t tableLine
	if err := json.Unmarshal(line, &t); err != nil {
		return damaged(err)
	}
	if _, twice := r.digest.rows[t.Table]; twice || len(t.Columns) == 0 || !isTable(t.Table) ||
		slices.ContainsFunc(t.Columns, func(name string) bool { return !isTable(name) }) {
		return damaged(errors.New("a table makes no sense"))
	}
	r.digest.begin(t.Table)
	r.columns = len(t.Columns)
	if r.sink.Table == nil {
		return nil
	}
	return r.sink.Table(t.Table, t.Columns)
}

var errRow = errors.New("a row makes no sense")

func (r *reader) row(line []byte) ([]any, error) {
	values := make([]any, 0, r.columns)
	d := jsontext.NewDecoder(bytes.NewReader(line))
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	for d.PeekKind() != ']' {
		value, err := value(d)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	if len(values) != r.columns {
		return nil, errRow
	}
	return values, nil
}

func value(d *jsontext.Decoder) (any, error) {
	switch d.PeekKind() {
	case 'n':
		_, err := d.ReadToken()
		return nil, err
	case '0':
		token, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		return strconv.ParseInt(token.String(), 10, 64)
	case '"':
		token, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		return token.String(), nil
	case '{':
		raw, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		text, ok := strings.CutPrefix(string(raw), `{"base64":"`)
		text, closed := strings.CutSuffix(text, `"}`)
		if !ok || !closed {
			return nil, errRow
		}
		return base64.StdEncoding.DecodeString(text)
	default:
		return nil, errRow
	}
}

// MarkLength is how many bytes of a file IsEncrypted wants to see.
const MarkLength = len(ageMagic)

// IsEncrypted reports whether a file that begins so is encrypted.
func IsEncrypted(first []byte) bool { return string(first) == ageMagic }
