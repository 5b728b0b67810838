package csvfile

import (
	"strconv"
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

// AppendHeader appends the row that names the columns: all of Fields.
func AppendHeader(b []byte) []byte {
	return append(append(b, strings.Join(Fields, ",")...), lineEnd...)
}

const lineEnd = "\r\n" // as RFC 4180 has it

// AppendTask appends a task as a row under AppendHeader's. Read makes the same
// task of it, but for whose it is, its version and its id, which becomes its
// source id. A snooze that is over is the caller's to resolve, and so is the way to its
// project, by names from the top.
//
// What repeats counts from its due date again: where its series began, and what the
// occurrence has for itself alone, has no column, nor have reminders.
//
// What a spreadsheet would take for a formula gets an apostrophe in front, which
// means text there, and which Read takes away again.
func AppendTask(b []byte, t *mindflow.Task, project []string) []byte {
	snoozed, completed := time.Time{}, time.Time{} // what belongs to another status would be read as text
	switch t.Status {
	case mindflow.StatusSnoozed:
		snoozed = t.SnoozedUntil
	case mindflow.StatusCompleted:
		completed = t.CompletedAt
	case mindflow.StatusPending, mindflow.StatusInProgress, mindflow.StatusCancelled:
	}
	b, _ = t.ID.AppendText(b) // never fails
	b = appendText(append(b, ','), t.Title)
	b = appendText(append(b, ','), t.Description)
	b = append(append(b, ','), t.Status...)
	b = strconv.AppendInt(append(b, ','), int64(t.Priority), 10)
	b = append(append(b, ','), t.Due.String()...)
	b = append(append(b, ','), t.Start.String()...)
	b = appendInstant(append(b, ','), snoozed, time.RFC3339)
	if b = append(b, ','); t.EffortMinutes != 0 {
		b = strconv.AppendInt(b, int64(t.EffortMinutes), 10)
	}
	b = append(append(b, ','), t.PreferredTime...)
	b = appendText(append(b, ','), joinTags(t.Tags))
	b = appendInstant(append(b, ','), t.CreatedAt, mindflow.InstantLayout)
	b = appendInstant(append(b, ','), t.UpdatedAt, mindflow.InstantLayout)
	b = appendInstant(append(b, ','), completed, mindflow.InstantLayout)
	return append(appendLinks(b, t, project), lineEnd...)
}

// appendLinks appends what ties a task to others. What is over does not repeat.
func appendLinks(b []byte, t *mindflow.Task, project []string) []byte {
	d := &t.Details
	b = appendText(append(b, ','), joinWay(project))
	if b = append(b, ','); !d.ParentID.IsZero() {
		b, _ = d.ParentID.AppendText(b) // never fails
	}
	b = appendText(append(b, ','), strings.Join(mindflow.IDTexts(d.BlockedBy), ", "))
	if d.Recurrence.IsZero() || !t.Status.Open() {
		return append(b, ",,"...)
	}
	b = appendText(append(b, ','), d.Recurrence.Rule)
	return append(append(b, ','), d.Recurrence.From...)
}

func appendInstant(b []byte, t time.Time, layout string) []byte {
	if t.IsZero() {
		return b
	}
	return t.AppendFormat(b, layout)
}

// appendText appends a cell in quotes, and harmless.
func appendText(b []byte, s string) []byte {
	if s == "" {
		return b
	}
	return append(append(append(b, '"'), strings.ReplaceAll(harmless(s), `"`, `""`)...), '"')
}

// formula holds what makes a spreadsheet calculate a cell that begins with it,
// in any of the widths keyboards write it.
const formula = "=+-@\t\r\n＝＋－＠"

// harmless puts an apostrophe in front of what may be a formula, and of what
// looks as if that was done to it.
func harmless(s string) string {
	if looksLikeFormula(s) {
		return "'" + s
	}
	return s
}

// plain takes the apostrophe away again.
func plain(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && looksLikeFormula(rest) {
		return rest
	}
	return cell
}

func looksLikeFormula(s string) bool {
	for _, first := range strings.TrimLeft(s, "'") {
		return strings.ContainsRune(formula, first)
	}
	return false
}

// joinTags sets a comma between tags. One inside a tag, a semicolon and a
// backslash get a backslash in front.
func joinTags(tags []string) string {
	escaped := make([]string, len(tags))
	for i, tag := range tags {
		escaped[i] = separating.Replace(tag)
	}
	return strings.Join(escaped, ", ")
}

var separating = strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`)

// splitTags is what stands between commas or semicolons.
func splitTags(cell string) []string {
	var tags []string
	var tag strings.Builder
	end := func() {
		if name := strings.TrimSpace(tag.String()); name != "" {
			tags = append(tags, name)
		}
		tag.Reset()
	}
	for i := 0; i < len(cell); i++ {
		switch c := cell[i]; {
		case c == '\\' && i+1 < len(cell) && strings.IndexByte(`\,;`, cell[i+1]) >= 0:
			i++
			tag.WriteByte(cell[i])
		case c == ',' || c == ';':
			end()
		default:
			tag.WriteByte(c)
		}
	}
	end()
	return tags
}
