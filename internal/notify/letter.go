package notify

import (
	"fmt"
	"html"
	"net/url"
	"strings"
)

// letter is a mail in words. What a person typed stands in the greeting, and only
// if it looks like a name, or is a task's title, in a reminder to themselves.
type letter struct {
	Subject string
	Name    string // empty: nobody is named
	Say     []string
	Do      string // what the link does
	Link    string
	Then    []string
}

// text is the letter without markup.
func (l letter) text() string {
	var t strings.Builder
	t.WriteString("Hello")
	if l.Name != "" {
		t.WriteString(" " + l.Name)
	}
	t.WriteString(",\n")
	for _, paragraph := range l.Say {
		t.WriteString("\n" + paragraph + "\n")
	}
	if l.Link != "" {
		t.WriteString("\n" + l.Do + ":\n" + l.Link + "\n")
	}
	for _, paragraph := range l.Then {
		t.WriteString("\n" + paragraph + "\n")
	}
	t.WriteString("\n-- \nMindFlow\n")
	return t.String()
}

// The letter as HTML. What is filled in goes through markup, and an address
// through address before.
const (
	htmlHead = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>%s</title>
</head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:34em;margin:0 auto">
`
	htmlNobody    = "<p>Hello,</p>\n"
	htmlSomebody  = "<p>Hello <bdi>%s</bdi>,</p>\n"
	htmlParagraph = "<p>%s</p>\n"
	htmlLink      = `<p style="margin:28px 0"><a href="%s" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#3a5bd9;color:#ffffff;text-decoration:none;font-weight:600">%s</a></p>
<p style="font-size:14px">If the button does nothing, copy this address into your browser:<br><span style="word-break:break-all">%s</span></p>
`
	htmlEnd = `<p style="margin-top:32px;font-size:14px">MindFlow</p>
</div>
</body>
</html>
`
)

func (l letter) html() string {
	var h strings.Builder
	h.WriteString(markup(htmlHead, l.Subject))
	if l.Name == "" {
		h.WriteString(htmlNobody)
	} else {
		h.WriteString(markup(htmlSomebody, l.Name))
	}
	for _, paragraph := range l.Say {
		h.WriteString(markup(htmlParagraph, paragraph))
	}
	if l.Link != "" {
		h.WriteString(markup(htmlLink, address(l.Link), l.Do, l.Link))
	}
	for _, paragraph := range l.Then {
		h.WriteString(markup(htmlParagraph, paragraph))
	}
	h.WriteString(htmlEnd)
	return h.String()
}

// markup fills text into HTML, between tags or in a quoted attribute that is no
// script, style or address. It stays text there, whatever it is.
func markup(form string, texts ...string) string {
	escaped := make([]any, len(texts))
	for i, text := range texts {
		escaped[i] = html.EscapeString(text)
	}
	return fmt.Sprintf(form, escaped...)
}

// address is a link that a browser may follow: nothing but an address of the web, as it
// came or with what does not belong there encoded. Anything else leads nowhere.
func address(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "#"
	}
	return u.String()
}
