package mindflow

import (
	"strings"
	"testing"
)

func TestScopesAreWrittenSortedAndReadAgain(t *testing.T) {
	for s := range Everything + 1 {
		if got := KnownScopes(s.String()); got != s&Grantable {
			t.Errorf("%04b is written %q and read %04b", s, s.String(), got)
		}
		if got, err := ParseScopes(s.Names()...); err != nil || got != s&Grantable {
			t.Errorf("%04b: %04b, %v", s, got, err)
		}
	}
	if got := Everything.String(); got != "account:read tasks:read tasks:write" {
		t.Errorf("all are %q", got)
	}
	if got := KnownScopes("tasks:read tasks:fly tasks:write"); got != TasksRead|TasksWrite {
		t.Errorf("one that is not known allows something: %04b", got)
	}
	for _, name := range []string{"", "tasks", "Tasks:read", "tasks:read ", "tasks:read tasks:write", "in_person", "*"} {
		if got, err := ParseScopes(name); err == nil {
			t.Errorf("%q is %04b", name, got)
		}
	}
}

func TestWhatATokenMayBe(t *testing.T) {
	read := []string{"tasks:read"}
	for says, row := range map[string]struct {
		draft TokenDraft
		bad   string
	}{
		"a good one":                    {TokenDraft{"backup", read, 30}, ""},
		"the longest":                   {TokenDraft{strings.Repeat("é", MaxTokenName), Grantable.Names(), MaxTokenDays}, ""},
		"no number of days is 90":       {TokenDraft{"x", read, 0}, ""},
		"no name":                       {TokenDraft{"  ", read, 1}, "name"},
		"too long a name":               {TokenDraft{strings.Repeat("x", MaxTokenName+1), read, 1}, "name"},
		"a name with a line break":      {TokenDraft{"a\nb", read, 1}, "name"},
		"no scope":                      {TokenDraft{"x", nil, 1}, "scopes"},
		"a scope that is none":          {TokenDraft{"x", []string{"tasks:read", "sudo"}, 1}, "scopes"},
		"too many days":                 {TokenDraft{"x", read, MaxTokenDays + 1}, "expires_in_days"},
		"a day that was":                {TokenDraft{"x", read, -1}, "expires_in_days"},
		"everything wrong, all at once": {TokenDraft{"", nil, 1000}, "name scopes expires_in_days"},
	} {
		got, _, err := row.draft.Validate()
		var fields []string
		for _, f := range FieldsOf(err) {
			fields = append(fields, f.Field)
		}
		if strings.Join(fields, " ") != row.bad {
			t.Errorf("%s: %v", says, err)
		}
		if err == nil && row.draft.Days == 0 && got.Days != TokenDays {
			t.Errorf("%s: %d days", says, got.Days)
		}
	}
}

func TestWhatAClientCallsItselfIsKeptShortAndPlain(t *testing.T) {
	for agent, want := range map[string]string{
		"":                           "",
		"mindflow":                   "mindflow",
		" Mozilla/5.0 (X11; Linux) ": "Mozilla/5.0 (X11; Linux)",
		"a\x1b[2J\r\nb\x00\u202ec":   "a[2Jbc",
		strings.Repeat("x", 300):     strings.Repeat("x", 200),
	} {
		if got := From(TerminalSession, agent).Agent; got != want {
			t.Errorf("%q is kept as %q", agent, got)
		}
	}
}
