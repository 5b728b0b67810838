package mindflow

import (
	"strings"
	"testing"
)

func TestRegistration(t *testing.T) {
	good := Registration{Email: " Ann@Example.org ", Password: "correct horse battery", FullName: " Ann\u0301 ", Timezone: "Europe/Berlin"}
	with := func(change func(*Registration)) Registration {
		r := good
		change(&r)
		return r
	}
	tests := []struct {
		name string
		r    Registration
		bad  []string
	}{
		{"a whole one", good, nil},
		{"a name is optional", with(func(r *Registration) { r.FullName = "" }), nil},
		{"a name of 200 characters", with(func(r *Registration) { r.FullName = repeat("é", 200) }), nil},
		{"a name of 201 characters", with(func(r *Registration) { r.FullName = repeat("é", 201) }), []string{"full_name"}},
		{"a name with a control character", with(func(r *Registration) { r.FullName = "Ann\x00Lee" }), []string{"full_name"}},
		{"an unknown zone", with(func(r *Registration) { r.Timezone = "Mars/Olympus" }), []string{"timezone"}},
		{"no address", with(func(r *Registration) { r.Email = " " }), []string{"email"}},
		{"a short password", with(func(r *Registration) { r.Password = "short" }), []string{"password"}},
		{
			"everything wrong is named at once",
			Registration{Email: "ann", Password: "x", FullName: "\x07", Timezone: "Local"},
			[]string{"email", "password", "full_name", "timezone"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := tt.r.Validate()
			checkBadFields(t, err, tt.bad...)
		})
	}

	r, z, err := good.Validate()
	checkError(t, err, "")
	if r.Email != "Ann@Example.org" || r.FullName != "Anń" || z.String() != "Europe/Berlin" || r.Password != good.Password {
		t.Errorf("%+v in %v", r, z)
	}
	r, z, err = with(func(r *Registration) { r.Timezone = "" }).Validate()
	checkError(t, err, "")
	if r.Timezone != "UTC" || z.String() != "UTC" {
		t.Errorf("without a zone: %q, %v", r.Timezone, z)
	}
}

func TestEmailAddresses(t *testing.T) {
	long := repeat("a", 64) + "@" + repeat("b", 254-65-4) + ".org"
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"an address", "ann@example.org", true},
		{"white space around it goes", " ann@example.org\n", true},
		{"capital letters stay", "Ann@Example.ORG", true},
		{"a tag", "ann+tasks@example.org", true},
		{"an apostrophe", "o'neill@example.org", true},
		{"a host without a dot", "root@localhost", true},
		{"other alphabets", "анна@пример.рф", true},
		{"254 bytes", long, true},
		{"255 bytes", "a" + long, false},
		{"nothing", "", false},
		{"no at", "ann.example.org", false},
		{"two ats", "ann@home@example.org", false},
		{"nobody", "@example.org", false},
		{"nowhere", "ann@", false},
		{"a name before it", "Ann <ann@example.org>", false},
		{"angle brackets", "<ann@example.org>", false},
		{"two addresses", "ann@example.org, bob@example.org", false},
		{"a comment", "ann@example.org (home)", false},
		{"a quoted part", `"ann lee"@example.org`, false},
		{"a blank", "ann lee@example.org", false},
		{"a no-break space", "ann\u00a0lee@example.org", false},
		{"a line separator", "ann\u2028lee@example.org", false},
		{"a line break", "ann@example.org\r\nBcc: bob@example.org", false},
		{"a NUL", "ann\x00@example.org", false},
		{"a literal host", "ann@[127.0.0.1]", false},
		{"a host that starts with a dot", "ann@.example.org", false},
		{"a host that ends with a dot", "ann@example.org.", false},
		{"two dots", "ann@example..org", false},
		{"two dots before the at", "ann..lee@example.org", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseEmail(tt.text)
			if (err == nil) != tt.ok {
				t.Fatalf("%q: %v", tt.text, err)
			}
			if got != Tidy(tt.text) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestPasswords(t *testing.T) {
	const common = "is one of the commonest; choose another"
	tests := []struct{ name, password, err string }{
		{"12 characters", "m4ny-letters", ""},
		{"11 characters", "few-letters", "must be at least 12 characters"},
		{"12 characters of two bytes", "éàüöäßñçøåæœ", ""},
		{"11 characters of four bytes", "😀😁😂😃😄😅😆😇😈😉😊", "must be at least 12 characters"},
		{"128 characters", repeat("0123456789abcdef", 8), ""},
		{"129 characters", repeat("0123456789abcdef", 8) + "0", "must be at most 128 characters"},
		{"128 characters of four bytes", repeat("😀😁😂😃😄😅😆😇", 16), ""},
		{"nothing but blanks", repeat(" ", 12), common},
		{"a common one", "qwertyuiop123", common},
		{"a common one in capitals", "QwertyUiop123", common},
		{"a common one in wide letters", "ｑｗｅｒｔｙｕｉｏｐ１２３", common},
		{"one letter again and again", "aaaaaaaaaaaa", common},
		{"two letters again and again", "ababababababab", common},
		{"three letters again and again", "AbcabCabcaBc", common},
		{"four letters again and again", "abcdabcdabcd", common},
		{"a piece that breaks off", "abcdabcdabcdab", common},
		{"letters of three bytes again and again", "日本語日本語日本語日本語", common},
		{"five letters again and again", "vwxyzvwxyzvwxyz", ""},
		{"four letters mixed are not one piece", "aabcdbbdccad", ""},
		{"a piece and something else", "abcabcabcabcX", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkError(t, CheckPassword(tt.password), tt.err) })
	}
}

// A line that is not folded, or too short for a password, would never match.
func TestTheCommonestPasswordsAreKeptFolded(t *testing.T) {
	for p := range strings.Lines(commonPasswordList) {
		p = strings.TrimSuffix(p, "\n")
		if Fold(p) != p || Length(p) < MinPassword || strings.TrimSpace(p) != p {
			t.Errorf("%q", p)
		}
		if CheckPassword(strings.ToUpper(p)) == nil {
			t.Errorf("%q in capitals is accepted", p)
		}
	}
	if n := len(commonPasswords()); n < 1000 {
		t.Errorf("only %d", n)
	}
}
