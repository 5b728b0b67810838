package mindflow

import (
	"strings"
	"testing"
)

func TestWhereAnswersMayBeSent(t *testing.T) {
	for _, uri := range []string{
		"https://claude.ai/api/mcp/auth_callback", "https://claude.com/api/mcp/auth_callback",
		"https://chatgpt.com/connector_platform_oauth_redirect", "https://chatgpt.com/connector/oauth/Zk3-x_9",
		"https://example.com", "https://example.com?x=1", "https://example.com:8443/done?a=b&c=%2F", "https://example.com/a//b", "https://xn--bcher-kva.example/",
		"http://127.0.0.1:33418/", "http://127.0.0.1/callback", "http://[::1]:8080/cb", "http://localhost:1/callback", "https://192.0.2.7/",
		"cursor://anysphere.cursor-mcp/oauth/callback", "vscode://vscode.dev/redirect", "vscode-insiders://publisher.name/callback", "warp://mcp/oauth2callback", "windsurf://codeium.windsurf/callback", "com.example.app:/done", "com.example.app://done",
	} {
		if err := CheckRedirect(uri); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
	}
	for _, uri := range []string{
		"", "/done", "//evil.example/cb", "evil.example/cb", "https:/example.com/", "https:example.com", "https:///cb", "https://", "HTTPS://example.com/",
		"http://example.com/cb", "http://127.0.0.2/", "http://127.1/", "http://0.0.0.0/", "http://localhost.evil.example/", "http://127.0.0.1.evil.example/", "http://[::ffff:127.0.0.1]/", "http://[::1%25lo]/",
		"https://user@example.com/", "https://example.com@evil.example/", "https://user:secret@example.com/", "http://localhost:80@evil.example/", "https://@example.com/",
		`https://example.com\@evil.example/`, `https:\\evil.example`, "https://example.com/#code", "https://example.com/#",
		"https://example.com/a b", "https://example.com/\n", "https://example.com/\x00", "https://exämple.com/", "https://Example.com/", "https://%65xample.com/",
		"https://example.com./", "https://0x7f.1/", "https://2130706433/", "https://example.com:/", "https://example.com:0/", "https://example.com:065/", "https://example.com:65536/", "https://example.com:x/",
		"https://example.com/a/../b", "https://example.com/a/%2e%2E/b", "https://example.com/./a", "https://example.com/..", "https://a,b.example/", "https://*.example.com/",
		"javascript:alert(1)", "javascript://example.com/%0aalert(1)", "data:text/html,x", "file:///etc/passwd", "blob:https://example.com/x", "vbscript:x", "about:blank", "ftp://example.com/", "ws://127.0.0.1/",
		"app:/done", "kiro://kiro.kiroagent/cb", "warps://mcp/cb", "warp:mcp/oauth2callback", "warp://user@mcp/oauth2callback", "com..app:/done", ".app:/done", "com.app.:/done", "com.example.app:done", "com.example.app:", "cursor://user@host/", "cursor://a/../b", "1com.example:/x",
		"https://" + strings.Repeat("a.", 1000) + "example/",
	} {
		if err := CheckRedirect(uri); err == nil {
			t.Errorf("%q is let pass", uri)
		}
	}
}

func TestAnAnswerGoesWhereTheClientSaidToTheLetter(t *testing.T) {
	c := Client{Kind: RegisteredClient, Name: "x", RedirectURIs: []string{
		"https://app.example/cb", "https://app.example:8443/cb?x=1", "http://127.0.0.1/done", "http://localhost:3000/done?a=1", "http://[::1]:1/done", "com.example.app:/cb", "cursor://a/b",
	}}
	for _, uri := range []string{
		"https://app.example/cb", "https://app.example:8443/cb?x=1", "com.example.app:/cb", "cursor://a/b",
		"http://127.0.0.1/done", "http://127.0.0.1:1/done", "http://127.0.0.1:65535/done", "http://localhost:49152/done?a=1", "http://localhost/done?a=1", "http://[::1]:9/done",
	} {
		if !c.Redirects(uri) {
			t.Errorf("%s is refused", uri)
		}
	}
	for _, uri := range []string{
		"", "https://app.example/cb/", "https://app.example/CB", "https://APP.example/cb", "https://app.example/cb/sub", "https://app.example/cb?", "https://app.example/cb?x=1", "https://app.example/c%62", "https://app.example/cb%2f",
		"https://app.example:443/cb", "https://app.example:9443/cb?x=1", "https://app.example:8443/cb?x=1&y=2", "https://app.example:8443/cb", "http://app.example/cb",
		"https://app.example//cb", "//app.example/cb", "https://app.example/./cb", "https://app.example/cb#f", "https://app.example@evil.example/cb", `https://app.example\@evil.example/cb`, "https://app.example.evil.example/cb", "https://evil.example/https://app.example/cb",
		"http://127.0.0.1:80/done/", "http://127.0.0.1:80/", "http://127.0.0.1:80/done?x", "http://127.0.0.2:80/done", "http://localhost:80/done", "http://127.0.0.1:0/done", "https://127.0.0.1:80/done", "http://u@127.0.0.1:80/done", "http://127.0.0.1:80@evil.example/done", "http://[::1]/done/x",
		"com.example.app:/cb/", "com.example.app:/x", "cursor://a/b?x", "javascript:alert(1)",
	} {
		if c.Redirects(uri) {
			t.Errorf("%q is let pass", uri)
		}
	}
	if (Client{RedirectURIs: []string{"javascript:alert(1)", "https://a/#x"}}).Redirects("javascript:alert(1)") {
		t.Error("what should never have been kept is let pass")
	}
}

// What well-known programs register, as they or their documentation say. Seen red
// for Warp without its scheme: then it could not register at all.
func TestWhatWellKnownProgramsRegisterIsTaken(t *testing.T) {
	for program, uris := range map[string][]string{
		"Cursor":             {"cursor://anysphere.cursor-mcp/oauth/callback", "https://www.cursor.com/agents/mcp/oauth/callback", "http://localhost:8787/callback"},
		"Visual Studio Code": {"https://insiders.vscode.dev/redirect", "https://vscode.dev/redirect", "http://127.0.0.1/", "http://127.0.0.1:33418/"},
		"Warp":               {"warp://mcp/oauth2callback", "http://127.0.0.1:9/mcp/oauth2callback"},
		"Zed":                {"http://127.0.0.1:27523/callback", "http://127.0.0.1/callback"},
		"goose":              {"http://localhost:49152/oauth_callback"},
		"Kiro":               {"http://localhost:8890/oauth/callback"},
		"Copilot, IntelliJ":  {"http://127.0.0.1:33428/callback", "http://127.0.0.1/callback"},
	} {
		if c, err := (ClientDraft{Name: program, RedirectURIs: uris}).Validate(); err != nil || len(c.RedirectURIs) != len(uris) {
			t.Errorf("%s: %v", program, err)
		}
	}
	for _, dangerous := range []string{"javascript://mcp/oauth2callback", "data://mcp/x", "file:///mcp", "vbscript://mcp/", "http://mcp/oauth2callback", "mailto:a@example.com", "ms-msdt:/id", "search-ms:/x", "intent://mcp/#Intent"} {
		if _, err := (ClientDraft{RedirectURIs: []string{"warp://mcp/oauth2callback", dangerous}}).Validate(); len(FieldsOf(err)) != 1 {
			t.Errorf("beside Warp's %s is let pass", dangerous)
		}
	}
}

func TestWhatAClientSaysAboutItself(t *testing.T) {
	ok := ClientDraft{Name: " A\u202egpj\u0000\n Client \u200b ", RedirectURIs: []string{"https://a.example/cb"}}
	if c, err := ok.Validate(); err != nil || c.Name != "Agpj Client" {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := (ClientDraft{Name: strings.Repeat("é", 99), RedirectURIs: ok.RedirectURIs}).Validate(); err != nil || Length(c.Name) != MaxClientName {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := (ClientDraft{RedirectURIs: ok.RedirectURIs}).Validate(); err != nil || c.Name != "a.example" {
		t.Errorf("%+v, %v", c, err)
	}
	for field, d := range map[string]ClientDraft{
		"redirect_uris":  {RedirectURIs: []string{"https://a.example/cb", "javascript:x"}},
		"grant_types":    {RedirectURIs: ok.RedirectURIs, GrantTypes: []string{"client_credentials"}},
		"response_types": {RedirectURIs: ok.RedirectURIs, ResponseTypes: []string{"token"}},
	} {
		if _, err := d.Validate(); len(FieldsOf(err)) != 1 || FieldsOf(err)[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, uris := range [][]string{nil, make([]string, MaxRedirectURIs+1), {"https://a.example/" + strings.Repeat("x", 1900), "https://b.example/" + strings.Repeat("x", 1900), "https://c.example/" + strings.Repeat("x", 1900)}} {
		if _, err := (ClientDraft{RedirectURIs: uris}).Validate(); KindOf(err) != KindInvalid {
			t.Errorf("%d addresses: %v", len(uris), err)
		}
	}
}

// Whoever names itself after a known program is not taken for it: where its
// answers go decides.
func TestAKnownProgramIsKnownByWhereItsAnswersGo(t *testing.T) {
	c := Client{Kind: RegisteredClient, Name: "Evil"}
	for redirect, name := range map[string]string{
		"https://claude.ai/api/mcp/auth_callback": "Claude", "https://claude.com/api/mcp/auth_callback": "Claude",
		"https://chatgpt.com/connector_platform_oauth_redirect": "ChatGPT", "https://chatgpt.com/connector/oauth/abc": "ChatGPT",
	} {
		if got := c.At(redirect); got.Kind != KnownClient || got.Name != name {
			t.Errorf("%s: %+v", redirect, got)
		}
	}
	for _, redirect := range []string{
		"https://claude.ai/api/mcp/auth_callback/x", "https://claude.ai/api/mcp/auth_callback?x", "https://chatgpt.com/connector/oauth/", "https://chatgpt.com/connector/oauth/a/b",
		"https://chatgpt.com/connector/oauth/a?b", "https://chatgpt.com.evil.example/connector/oauth/a", "http://127.0.0.1/",
	} {
		if got := c.At(redirect); got.Kind != RegisteredClient || got.Name != "Evil" {
			t.Errorf("%s: %+v", redirect, got)
		}
	}
	doc := Client{Kind: DocumentClient, ID: "https://claude.ai/oauth/client", Name: "Claude"}
	if got := doc.At("https://claude.ai/api/mcp/auth_callback"); got.Kind != DocumentClient || got.Address("x") != doc.ID {
		t.Errorf("%+v", got)
	}
	if got := c.Address("http://127.0.0.1:80/x"); got != "http://127.0.0.1:80" {
		t.Error(got)
	}
}
