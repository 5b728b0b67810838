package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mindflow/internal/formats/archive"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// BackupReport says what a backup holds. Two databases with the same content
// have the same SHA256, of whichever kind they are.
type BackupReport struct {
	File          string
	Bytes         int64
	Encrypted     bool
	CreatedAt     time.Time
	SchemaVersion int64
	Rows          map[string]int64 // by table
	Total         int64
	SHA256        string
}

func reportOf(file string, key archive.Key, h archive.Header, s archive.Summary) BackupReport {
	return BackupReport{
		File: file, Encrypted: key.Encrypts(), CreatedAt: h.CreatedAt, SchemaVersion: h.SchemaVersion,
		Rows: s.Rows, Total: s.Total(), SHA256: s.SHA256,
	}
}

// BackupOptions are what a backup is told from outside.
type BackupOptions struct {
	Key      archive.Key
	MadeBy   string           // the version of the program
	Progress func(rows int64) // called now and then; may be nil
}

// progressEvery is after how many rows progress is told.
const progressEvery = 5000

// Backup writes all that a database holds at one moment to a file, while others
// go on reading and writing. The file has its name only once it is whole and on
// disk; one that had the name before is replaced then.
func Backup(ctx context.Context, s *store.Store, path string, o BackupOptions) (BackupReport, error) {
	dir := filepath.Dir(path)
	file, err := os.CreateTemp(dir, unfinishedPattern) // 0600
	if err != nil {
		return BackupReport{}, fmt.Errorf("write backup: %w", err)
	}
	report, err := writeBackup(ctx, s, file, path, o)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return report, errors.Join(fmt.Errorf("write backup: %w", err), os.Remove(file.Name()))
	}
	return report, syncDir(dir)
}

// unfinishedPattern names backups that are being written, and those that never
// came to an end because their program was killed.
const unfinishedPattern = ".mindflow-backup-*.tmp"

func syncDir(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func writeBackup(ctx context.Context, s *store.Store, file *os.File, path string, o BackupOptions) (BackupReport, error) {
	buffered := bufio.NewWriterSize(file, 256<<10)
	header, summary, err := dump(buffered, s.Now(), o, func(to store.Content) error { return s.Dump(ctx, to) })
	if err != nil {
		return BackupReport{}, err
	}
	report := reportOf(path, o.Key, header, summary)
	if err := errors.Join(buffered.Flush(), file.Sync()); err != nil {
		return report, err
	}
	info, err := file.Stat()
	if err == nil {
		report.Bytes = info.Size()
	}
	return report, err
}

// dump writes what a database holds in the form of a backup.
func dump(to io.Writer, now time.Time, o BackupOptions, read func(store.Content) error) (archive.Header, archive.Summary, error) {
	header := archive.Header{CreatedAt: now, MadeBy: o.MadeBy}
	var w *archive.Writer
	rows := counter{tell: o.Progress}
	err := read(store.Content{
		Schema: func(version int64) (err error) {
			if version == 0 {
				return mindflow.Conflict("There is nothing to back up: the database has no schema")
			}
			header.SchemaVersion = version
			w, err = archive.NewWriter(to, header, o.Key)
			return err
		},
		Table: func(name string, columns []string) error { return w.Table(name, columns) },
		Row: func(values []any) error {
			rows.count()
			return w.Row(values)
		},
	})
	if err != nil {
		return header, archive.Summary{}, err
	}
	summary, err := w.Close()
	return header, summary, err
}

// counter tells how far it is, now and then.
type counter struct {
	rows int64
	tell func(rows int64)
}

func (c *counter) count() {
	if c.rows++; c.tell != nil && c.rows%progressEvery == 0 {
		c.tell(c.rows)
	}
}

// VerifyBackup reads a backup to its end and answers what it holds, or why it
// is none.
func VerifyBackup(ctx context.Context, path string, o BackupOptions) (BackupReport, error) {
	rows := counter{tell: o.Progress}
	return readBackup(ctx, path, o.Key, archive.Sink{Row: func([]any) error {
		rows.count()
		return nil
	}})
}

func readBackup(ctx context.Context, path string, key archive.Key, sink archive.Sink) (BackupReport, error) {
	file, err := os.Open(path)
	if err != nil {
		return BackupReport{}, fmt.Errorf("read backup: %w", err)
	}
	defer file.Close() // it was only read
	encrypted := &marked{from: file}
	header, summary, err := archive.Read(heeding{ctx, encrypted}, key, sink)
	report := reportOf(path, key, header, summary)
	report.Encrypted, report.Bytes = encrypted.encrypted(), encrypted.n
	if err != nil {
		return report, fmt.Errorf("read backup: %w", err)
	}
	return report, nil
}

// marked remembers how a stream began and how long it was.
type marked struct {
	from  io.Reader
	first []byte
	n     int64
}

func (m *marked) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	m.first = append(m.first, p[:min(n, archive.MarkLength-len(m.first))]...)
	m.n += int64(n)
	return n, err
}

func (m *marked) encrypted() bool { return archive.IsEncrypted(m.first) }

// heeding stops reading once a context ends.
type heeding struct {
	ctx  context.Context //nolint:containedctx // as long as one read
	from io.Reader
}

func (h heeding) Read(p []byte) (int, error) {
	if err := h.ctx.Err(); err != nil {
		return 0, err
	}
	return h.from.Read(p)
}

// RestoreOptions are what a restore is told from outside.
type RestoreOptions struct {
	Key archive.Key
	// EndSessionsAt, when set, ends every session at that moment: a backup
	// brings back those that were ended since.
	EndSessionsAt time.Time
	Progress      func(rows int64)
}

// errMoved says that a backup was another one when it was read again.
var errMoved = errors.New("the backup was changed while it was read")

// Restore fills an empty database with a backup: all of it, or nothing. The file
// is read twice: before anything is written it must have been found whole. What
// the database then holds is held against the backup's hash before it is kept.
func Restore(ctx context.Context, schema *store.Schema, path string, o RestoreOptions) (BackupReport, error) {
	report, err := VerifyBackup(ctx, path, BackupOptions{Key: o.Key})
	if err != nil {
		return report, err
	}
	err = schema.Restore(ctx, report.SchemaVersion, func(f *store.Filling) error {
		rows := counter{tell: o.Progress}
		again, err := readBackup(ctx, path, o.Key, archive.Sink{Table: f.Table, Row: func(values []any) error {
			rows.count()
			return f.Row(values)
		}})
		if err == nil && again.SHA256 != report.SHA256 {
			err = errMoved
		}
		if err != nil {
			return err
		}
		_, holds, err := dump(io.Discard, report.CreatedAt, BackupOptions{}, f.Dump)
		if err != nil {
			return err
		}
		if holds.SHA256 != report.SHA256 {
			return errors.New("what the database holds after the restore is not what the backup holds; nothing was kept")
		}
		if o.EndSessionsAt.IsZero() {
			return nil
		}
		return f.EndSessions(o.EndSessionsAt)
	})
	return report, err
}

// Backups is a folder of daily backups.
type Backups struct {
	Dir    string
	Keep   int // how many stay
	Key    archive.Key
	MadeBy string
}

const (
	backupPrefix = "mindflow-"
	backupSuffix = ".backup"
	backupTime   = "20060102T150405Z"
	// staleAfter is the age at which an unfinished backup is nobody's any more.
	staleAfter = 24 * time.Hour
)

// Prepare makes the folder, and says at once when nothing can be written there.
func (b Backups) Prepare() error {
	err := os.MkdirAll(b.Dir, 0o700)
	if err != nil {
		return err
	}
	probe, err := os.CreateTemp(b.Dir, ".writable-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// DailyBackup adds a backup to a folder, reads it again, and only then removes
// the oldest of those that are too many. Nothing else in the folder is touched.
func (a *App) DailyBackup(ctx context.Context, b Backups) (BackupReport, error) {
	if err := os.MkdirAll(b.Dir, 0o700); err != nil {
		return BackupReport{}, fmt.Errorf("write backup: %w", err)
	}
	path := filepath.Join(b.Dir, backupPrefix+a.now().Format(backupTime)+backupSuffix)
	report, err := Backup(ctx, a.store, path, BackupOptions{Key: b.Key, MadeBy: b.MadeBy})
	if err != nil {
		return report, err
	}
	if b.Key.Reads() {
		read, err := VerifyBackup(ctx, path, BackupOptions{Key: b.Key})
		if err == nil && read.SHA256 != report.SHA256 {
			err = archive.ErrDamaged
		}
		if err != nil {
			return report, errors.Join(err, os.Remove(path))
		}
	}
	return report, b.tidy(a.now(), filepath.Base(path))
}

// finished lists the backups in the folder, the oldest first.
func (b Backups) finished() ([]string, error) {
	entries, err := os.ReadDir(b.Dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if _, ours := takenAt(entry.Name()); ours && entry.Type().IsRegular() {
			names = append(names, entry.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// takenAt is the moment in a backup's name; false for any other name.
func takenAt(name string) (time.Time, bool) {
	name, prefixed := strings.CutPrefix(name, backupPrefix)
	name, suffixed := strings.CutSuffix(name, backupSuffix)
	at, err := time.Parse(backupTime, name)
	return at, prefixed && suffixed && err == nil
}

// tidy removes the oldest backups above the number to keep, and what killed
// programs left unfinished. The one made last stays, whatever the clock said of
// the others.
func (b Backups) tidy(now time.Time, last string) error {
	names, err := b.finished()
	if err != nil {
		return fmt.Errorf("tidy backups: %w", err)
	}
	older := slices.DeleteFunc(names, func(name string) bool { return name == last })
	var errs []error
	for _, name := range older[:max(0, len(older)-(b.Keep-1))] {
		errs = append(errs, os.Remove(filepath.Join(b.Dir, name)))
	}
	unfinished, _ := filepath.Glob(filepath.Join(escaped(b.Dir), unfinishedPattern)) // the pattern is well formed
	for _, path := range unfinished {
		if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) > staleAfter {
			errs = append(errs, os.Remove(path))
		}
	}
	return errors.Join(errs...)
}

// escaped is a path in which no character stands for others.
func escaped(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Newest is when the newest backup in the folder was made; not found when there
// is none.
func (b Backups) Newest() (time.Time, error) {
	names, err := b.finished()
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return time.Time{}, err
	}
	if len(names) == 0 {
		return time.Time{}, mindflow.NotFound("backup")
	}
	at, _ := takenAt(names[len(names)-1])
	return at, nil
}

// BackupFound is the newest backup in a folder.
type BackupFound struct {
	File   string
	MadeAt time.Time
	// Broken is why its beginning cannot be read; nil if it can, or nobody here has the key.
	Broken error
}

// errEnough ends the reading of a backup whose header is all that was wanted.
var errEnough = errors.New("enough was read")

// Look finds the newest backup and reads its header; not found when there is none.
func (b Backups) Look(ctx context.Context) (BackupFound, error) {
	names, err := b.finished()
	if err != nil {
		return BackupFound{}, err
	}
	if len(names) == 0 {
		return BackupFound{}, mindflow.NotFound("backup")
	}
	name := names[len(names)-1]
	found := BackupFound{File: filepath.Join(b.Dir, name)}
	found.MadeAt, _ = takenAt(name)
	_, err = readBackup(ctx, found.File, b.Key, archive.Sink{Header: func(archive.Header) error { return errEnough }})
	if !errors.Is(err, errEnough) && !errors.Is(err, archive.ErrOneWay) {
		found.Broken = err
	}
	return found, nil
}
