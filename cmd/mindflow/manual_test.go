package main

import (
	"strings"
	"testing"
)

func TestTheManualHasEveryCommandAndFlag(t *testing.T) {
	tree := new(commands).tree()
	page := manual(tree)
	for _, v := range tree.leaves() {
		if !strings.Contains(page, "\n.SS \""+strings.ReplaceAll(roff(v.usage()), `"`, `\(dq`)+"\"\n") {
			t.Errorf("%q is not there", v.usage())
		}
		for _, flag := range v.flags {
			if !strings.Contains(page, roff(flag.full())+"\n"+roff(strings.Join(strings.Fields(flag.help()), " "))+"\n") {
				t.Errorf("%s's %s is not there", v.path(), flag.full())
			}
		}
	}
}

func TestTextIsNoRequestToTroff(t *testing.T) {
	for text, want := range map[string]string{
		".SH in a text":  `\&.SH in a text`,
		"'quoted":        `\&'quoted`,
		`a \ and --flag`: `a \e and \-\-flag`,
	} {
		if got := roff(text); got != want {
			t.Errorf("roff(%q) = %q, want %q", text, got, want)
		}
	}
}
