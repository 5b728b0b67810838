package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"mindflow/internal/mindflow"
)

// told says what a database could not do in words that quote no value:
// PostgreSQL shows the text it could not read, drivers the argument they could
// not send, database/sql the column it could not scan. Every error of theirs
// passes here before it leaves a Store; those of a Schema are for who runs the
// server, and stay whole.
func told(err error) error {
	if err == nil {
		return nil
	}
	var own *mindflow.Error
	var failure *mindflow.Failure
	switch {
	case errors.As(err, &own), errors.As(err, &failure):
		return err
	case errors.Is(err, sql.ErrNoRows), err == context.Canceled, err == context.DeadlineExceeded, err == io.EOF, err == driver.ErrBadConn: //nolint:errorlint // these very errors, unwrapped
		return err
	}
	return &mindflow.Failure{Said: words(err), Err: err}
}

func words(err error) string {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	var connect *pgconn.ConnectError
	var network net.Error
	switch text := err.Error(); {
	case errors.As(err, &connect): // where it cannot be reached: no statement was sent yet
		return oneLine(text)
	case errors.As(err, &pg):
		return pgWords(pg)
	case errors.As(err, &lite): // names of tables and columns, no values
		return lite.Error()
	case strings.HasPrefix(text, "sql: Scan error on column "):
		before, _, _ := strings.Cut(text, `":`)
		return before + `"`
	case strings.HasPrefix(text, "sql: converting argument "):
		return "sql: an argument cannot be converted"
	case strings.HasPrefix(text, "sql: "):
		return text
	case strings.Contains(text, "failed to encode args["):
		return "an argument cannot be encoded"
	case errors.As(err, &network):
		return network.Error()
	}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, driver.ErrBadConn} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return number.Error()
	}
	return fmt.Sprintf("%T", err)
}

// oneLine puts what pgx says of its attempts to connect into a line, each once:
// it tries with TLS and without.
func oneLine(text string) string {
	var said []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !slices.Contains(said, line) {
			said = append(said, line)
		}
	}
	return strings.Replace(strings.Join(said, "; "), ":; ", ": ", 1)
}

// pgMachinery are the classes of errors whose message is about the server and
// not about what it was given. Of the others the code and the names count.
const pgMachinery = " 08 25 28 3D 40 42 53 54 55 57 58 XX "

func pgWords(pg *pgconn.PgError) string {
	said := []string{"PostgreSQL " + pg.Code}
	if len(pg.Code) == 5 && strings.Contains(pgMachinery, " "+pg.Code[:2]+" ") {
		said[0] += " " + pg.Message
	}
	for _, name := range []struct{ what, is string }{{"table", pg.TableName}, {"column", pg.ColumnName}, {"constraint", pg.ConstraintName}} {
		if name.is != "" {
			said = append(said, name.what+" "+name.is)
		}
	}
	return strings.Join(said, ", ")
}
