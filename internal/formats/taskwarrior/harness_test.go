package taskwarrior_test

import (
	"strings"

	"mindflow/internal/formats"
	"mindflow/internal/formats/formatstest"
	"mindflow/internal/formats/taskwarrior"
)

func read(file string, o formats.Options) formatstest.Found {
	return formatstest.Read(taskwarrior.Read, strings.NewReader(file), o)
}
