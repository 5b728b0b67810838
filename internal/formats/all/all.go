// Package all is the table of the formats that can be imported. It stands
// apart from the vocabulary they share, which they import themselves.
package all

import (
	"mindflow/internal/formats"
	"mindflow/internal/formats/taskwarrior"
)

// Names lists the formats, for help texts.
func Names() []string { return []string{"taskwarrior"} }

// Named finds a format by its name.
func Named(name string) (formats.Format, bool) {
	switch name {
	case "taskwarrior":
		return formats.Format{Name: name, Read: taskwarrior.Read}, true
	}
	return formats.Format{}, false
}
