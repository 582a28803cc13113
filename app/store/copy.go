package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Copied is one table that was copied.
type Copied struct {
	Table  string
	Rows   int
	Digest string // of all rows, whatever their order; the same in both databases
}

// ErrNotEmpty: what is in the target would be lost or mixed up.
var ErrNotEmpty = errors.New("the target is not empty")

// Copy copies everything from one database into another one that is empty, in one
// transaction, and reads it again there: numbers of rows and digests must be the same, or
// nothing is copied. Both schemas are brought up to date first. No process may use the
// source; of a file that is seen to. tell hears of each table as it goes.
func Copy(ctx context.Context, from, to string, tell func(table string, rows int)) (all []Copied, err error) {
	if err := present(from); err != nil {
		return nil, err
	}
	source, err := Open(ctx, from)
	if err != nil {
		return nil, fmt.Errorf("open what to copy from: %w", err)
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := Open(ctx, to)
	if err != nil {
		return nil, fmt.Errorf("open what to copy to: %w", err)
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	reading, err := source.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("read what to copy: %w", err)
	}
	defer func() { _ = reading.Rollback() }() // nothing was written
	if _, err := reading.ExecContext(ctx, source.dialect().patient); err != nil {
		return nil, err
	}
	err = target.alone(ctx, func(c *sql.Conn) error {
		all, err = (&copying{from: reading, to: c, source: source.dialect(), target: target.dialect(), tell: tell}).run(ctx)
		return err
	})
	return all, err
}

// present refuses a file that is not there: opening would make it.
func present(address string) error {
	path, server, err := parseAddress(address)
	if err != nil || server {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("database %s: %w", path, unreadable(path, err))
	}
	return nil
}

func (s *Store) dialect() *dialect {
	if _, file := s.queue.(*writer); file {
		return onSQLite
	}
	return onPostgres
}

// alone runs one transaction that may take its time.
func (s *Store) alone(ctx context.Context, do func(*sql.Conn) error) error {
	var c *sql.Conn
	switch q := s.queue.(type) {
	case *writer:
		c = q.conn
	case *pooled:
		var err error
		if c, err = q.db.Conn(ctx); err != nil {
			return err
		}
		defer c.Close()
	}
	if _, err := c.ExecContext(ctx, s.dialect().begin); err != nil {
		return err
	}
	_, err := c.ExecContext(ctx, s.dialect().patient)
	if err == nil {
		err = do(c)
	}
	if err == nil {
		_, err = c.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		_, undone := c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return errors.Join(err, undone)
	}
	return nil
}

// copying is one copy under way.
type copying struct {
	from           querier
	to             *sql.Conn
	source, target *dialect
	tell           func(table string, rows int)
}

func (c *copying) run(ctx context.Context) ([]Copied, error) {
	tables, err := c.tables(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.empty(ctx, tables); err != nil {
		return nil, err
	}
	var all []Copied
	for _, table := range tables {
		one, err := c.table(ctx, table)
		if err != nil {
			return nil, fmt.Errorf("copy %s: %w", table, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// tables are those of both schemas.
func (c *copying) tables(ctx context.Context) ([]string, error) {
	list := func(q querier, query string) ([]string, error) {
		rows, err := q.QueryContext(ctx, query)
		return collect(rows, err, func(name *string) []any { return []any{name} })
	}
	from, err := list(c.from, c.source.tables)
	if err != nil {
		return nil, fmt.Errorf("list what to copy: %w", err)
	}
	to, err := list(c.to, c.target.tables)
	if err != nil {
		return nil, fmt.Errorf("list the tables of the target: %w", err)
	}
	if !slices.Equal(from, to) {
		return nil, fmt.Errorf("the schemas differ: the source has %s, the target %s", strings.Join(from, ", "), strings.Join(to, ", "))
	}
	return from, nil
}

// empty refuses a target with rows. What opening it has written goes.
func (c *copying) empty(ctx context.Context, tables []string) error {
	if _, err := c.to.ExecContext(ctx, `DELETE FROM marks WHERE name = $1`, pinged); err != nil {
		return err
	}
	for _, table := range tables {
		var any bool
		if err := c.to.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM `+table+`)`).Scan(&any); err != nil {
			return fmt.Errorf("look into %s of the target: %w", table, err)
		}
		if any {
			return fmt.Errorf("%w: %s has rows; expected a database that nothing was written to", ErrNotEmpty, table)
		}
	}
	return nil
}

func (c *copying) table(ctx context.Context, table string) (Copied, error) {
	columns, err := columnsOf(ctx, c.from, table)
	if err != nil {
		return Copied{}, err
	}
	query := `SELECT ` + strings.Join(columns, ", ") + ` FROM ` + table
	into := &inserting{to: c.to, table: table, columns: columns}
	wrote, err := eachRow(ctx, c.from, query, func(row []any) error {
		if into.rows++; into.rows%1000 == 1 {
			c.tell(table, into.rows)
		}
		return into.add(ctx, row)
	})
	if err == nil {
		err = into.flush(ctx)
	}
	if err == nil && c.target.numbered != nil {
		err = c.target.numbered(ctx, c.to, table)
	}
	if err != nil {
		return Copied{}, err
	}
	read, err := eachRow(ctx, c.to, query, func([]any) error { return nil })
	if err != nil {
		return Copied{}, fmt.Errorf("read it again: %w", err)
	}
	if read != wrote {
		return Copied{}, fmt.Errorf("%d rows with digest %x were copied, and the target has %d with %x", wrote.rows, wrote.digest, read.rows, read.digest)
	}
	return Copied{Table: table, Rows: wrote.rows, Digest: hex.EncodeToString(wrote.digest[:])}, nil
}

// columnsOf are a table's columns, sorted: migrations may have added them in another order.
func columnsOf(ctx context.Context, q querier, table string) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT * FROM `+table+` LIMIT 0`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	slices.Sort(columns)
	return columns, errors.Join(err, rows.Err())
}

// contents is what all rows of a table come to.
type contents struct {
	rows   int
	digest [sha256.Size]byte
}

// add takes a row in. Each differs from all others in its key, so that no two take each
// other out.
func (c *contents) add(row []any) {
	h := sha256.New()
	for _, v := range row {
		fmt.Fprintf(h, "%T ", v)
		switch v := v.(type) {
		case []byte:
			fmt.Fprintf(h, "%d ", len(v))
			h.Write(v)
		case string:
			fmt.Fprintf(h, "%d ", len(v))
			h.Write([]byte(v))
		default:
			fmt.Fprintf(h, "%v ", v)
		}
	}
	c.rows++
	for i, b := range h.Sum(nil) {
		c.digest[i] ^= b
	}
}

// eachRow reads a query, in the types that both databases have.
func eachRow(ctx context.Context, q querier, query string, do func([]any) error) (contents, error) {
	var all contents
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return all, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return all, err
	}
	for rows.Next() {
		row, into := make([]any, len(types)), make([]any, len(types))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return all, err
		}
		for i, v := range row {
			row[i] = portable(v, types[i].DatabaseTypeName())
		}
		all.add(row)
		if err := do(row); err != nil {
			return all, err
		}
	}
	return all, rows.Err()
}

// portable is a value as both databases can keep it: PostgreSQL has no NUL in text, and
// nothing that is not UTF-8.
func portable(v any, kind string) any {
	switch v := v.(type) {
	case int64:
		if strings.HasPrefix(kind, "BOOL") {
			return v != 0
		}
	case []byte:
		if v == nil { // no bytes, which is not NULL
			return []byte{}
		}
	case string:
		return strings.ToValidUTF8(strings.ReplaceAll(v, "\x00", "\uFFFD"), "\uFFFD")
	}
	return v
}

// inserting writes many rows with one statement.
type inserting struct {
	to      *sql.Conn
	table   string
	columns []string
	rows    int
	args    []any
}

func (i *inserting) add(ctx context.Context, row []any) error {
	if i.args = append(i.args, row...); len(i.args) < rowsAtOnce*len(i.columns) {
		return nil
	}
	return i.flush(ctx)
}

func (i *inserting) flush(ctx context.Context) error {
	if len(i.args) == 0 {
		return nil
	}
	_, err := i.to.ExecContext(ctx, `INSERT INTO `+i.table+` (`+strings.Join(i.columns, ", ")+`) VALUES `+
		places(len(i.args)/len(i.columns), len(i.columns), 1), i.args...)
	i.args = i.args[:0]
	return err
}
