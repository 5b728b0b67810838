package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"
)

// OldRow is a row of a table of the Python service: its columns as PostgreSQL
// writes them in text. What is NULL is missing.
type OldRow = map[string]string

// cursor reads rows a few at a time, so that other statements can run between.
type cursor struct {
	tx      *sql.Tx
	table   string
	columns []string
	rows    []OldRow // read and not yet taken
	ended   bool
}

// fetched is how many rows are read at a time.
const fetched = 500

// oldQuery reads the columns of tables, each as text. The names of the first
// table's columns stand for themselves, those of the others behind the table's.
type oldQuery struct {
	names, texts []string
}

func (q *oldQuery) add(alias, prefix string, t oldTable) {
	for _, c := range t.columns {
		q.names = append(q.names, prefix+c.name)
		q.texts = append(q.texts, "CAST("+alias+"."+c.name+" AS TEXT)")
	}
}

func openCursor(ctx context.Context, tx *sql.Tx, t oldTable, q oldQuery, rest string) (*cursor, error) {
	c := &cursor{tx: tx, table: t.name, columns: q.names}
	_, err := tx.ExecContext(ctx, "DECLARE "+c.name()+" NO SCROLL CURSOR FOR SELECT "+strings.Join(q.texts, ", ")+rest)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c.table, err)
	}
	return c, nil
}

// name is PostgreSQL's for it.
func (c *cursor) name() string { return "old_" + c.table }

// peek answers the next row without taking it, nil at the end.
func (c *cursor) peek(ctx context.Context) (OldRow, error) {
	if len(c.rows) == 0 && !c.ended {
		if err := c.fetch(ctx); err != nil {
			return nil, fmt.Errorf("read %s: %w", c.table, err)
		}
	}
	if len(c.rows) == 0 {
		return nil, nil //nolint:nilnil // the end is an answer
	}
	return c.rows[0], nil
}

func (c *cursor) take() {
	c.rows = c.rows[1:]
}

func (c *cursor) fetch(ctx context.Context) error {
	rows, err := c.tx.QueryContext(ctx, fmt.Sprintf("FETCH FORWARD %d FROM %s", fetched, c.name()))
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]sql.NullString, len(c.columns))
	dest := make([]any, len(values))
	for i := range values {
		dest[i] = &values[i]
	}
	c.rows = c.rows[:0]
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		row := make(OldRow, len(values))
		for i, v := range values {
			if v.Valid {
				row[c.columns[i]] = v.String
			}
		}
		c.rows = append(c.rows, row)
	}
	c.ended = len(c.rows) < fetched
	return rows.Err()
}

// of yields the rows that belong to one user, or to nobody, as long as they
// come next.
func (c *cursor) of(ctx context.Context, user string) iter.Seq2[OldRow, error] {
	return func(yield func(OldRow, error) bool) {
		for {
			row, err := c.peek(ctx)
			if err != nil {
				yield(nil, err)
				return
			}
			if row == nil || row["user_id"] != user {
				return
			}
			c.take()
			if !yield(row, nil) {
				return
			}
		}
	}
}

// all yields every row.
func (c *cursor) all(ctx context.Context) iter.Seq2[OldRow, error] {
	return func(yield func(OldRow, error) bool) {
		for {
			row, err := c.peek(ctx)
			if err == nil && row == nil {
				return
			}
			if err == nil {
				c.take()
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}
