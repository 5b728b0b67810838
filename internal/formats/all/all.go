// Package all is the table of the formats that can be imported. It stands
// apart from the vocabulary they share, which they import themselves.
package all

import (
	"mindflow/internal/formats"
	"mindflow/internal/formats/csvfile"
	"mindflow/internal/formats/taskwarrior"
	"mindflow/internal/formats/todoist"
	"mindflow/internal/formats/todotxt"
)

// Names lists the formats, for help texts.
func Names() []string { return []string{"taskwarrior", "todotxt", "todoist", "csv"} }

// Named finds a format by its name.
func Named(name string) (formats.Format, bool) {
	format := formats.Format{Name: name}
	switch name {
	case "taskwarrior":
		format.Read = taskwarrior.Read
	case "todotxt":
		format.Read = todotxt.Read
	case "todoist":
		format.Read = todoist.Read
	case "csv":
		format.Read, format.Columns = csvfile.Read, csvfile.Fields
	default:
		return formats.Format{}, false
	}
	return format, true
}
