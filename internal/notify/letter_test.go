package notify

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mindflow/test/hostile"
)

const webLink = "https://mind.example.org/reset#abc-DEF_123"

func TestALetterAsTextAndAsHTML(t *testing.T) {
	l := letter{
		Subject: "A & B", Name: "Zoë O'Neill", Say: []string{"One.", `Choose "two".`},
		Do: "Do it", Link: webLink, Then: []string{"Three <3."},
	}
	if want := "Hello Zoë O'Neill,\n\nOne.\n\nChoose \"two\".\n\nDo it:\n" + webLink + "\n\nThree <3.\n\n-- \nMindFlow\n"; l.text() != want {
		t.Errorf("%q", l.text())
	}
	if want := `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>A &amp; B</title>
</head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:34em;margin:0 auto">
<p>Hello <bdi>Zoë O&#39;Neill</bdi>,</p>
<p>One.</p>
<p>Choose &#34;two&#34;.</p>
<p style="margin:28px 0"><a href="https://mind.example.org/reset#abc-DEF_123" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#3a5bd9;color:#ffffff;text-decoration:none;font-weight:600">Do it</a></p>
<p style="font-size:14px">If the button does nothing, copy this address into your browser:<br><span style="word-break:break-all">https://mind.example.org/reset#abc-DEF_123</span></p>
<p>Three &lt;3.</p>
<p style="margin-top:32px;font-size:14px">MindFlow</p>
</div>
</body>
</html>
`; l.html() != want {
		t.Error(l.html())
	}
	bare := letter{Subject: "s", Say: []string{"One."}}
	if page := bare.html(); bare.text() != "Hello,\n\nOne.\n\n-- \nMindFlow\n" || strings.Contains(page, "<a ") || !strings.Contains(page, "\n<p>Hello,</p>\n<p>One.</p>\n<p style") {
		t.Errorf("%q\n%s", bare.text(), page)
	}
}

// shape is a page's elements and their attributes, without any text.
func shape(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for node := range root.Descendants() {
		switch node.Type {
		case html.ElementNode:
			text.WriteString("<" + node.Data)
			for _, a := range node.Attr {
				if a.Key == "href" {
					a.Val = ""
				}
				text.WriteString(" " + a.Key + "=" + a.Val)
			}
			text.WriteString(">")
		case html.CommentNode:
			text.WriteString("<!-- -->")
		case html.ErrorNode, html.TextNode, html.DocumentNode, html.DoctypeNode, html.RawNode:
		}
	}
	return text.String()
}

// words are the texts of a page.
func words(t *testing.T, page string) []string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for node := range root.Descendants() {
		if node.Type == html.TextNode {
			all = append(all, node.Data)
		}
	}
	return all
}

// Whatever a letter said, in each of its places, a browser would find the same elements and
// read it as it is. Seen red with a markup that does not escape.
func TestALetterIsTheSamePageWhateverItSays(t *testing.T) {
	plain := letter{Subject: "s", Name: "n", Say: []string{"p"}, Do: "d", Link: webLink, Then: []string{"q"}}
	want := shape(t, plain.html())
	for _, text := range slices.Concat(hostile.Texts, hostile.Controls, []string{"%s%d%!", "{{.Link}}"}) {
		if strings.ContainsAny(text, "\x00\r") {
			continue // which no page can hold
		}
		l := letter{Subject: text, Name: text, Say: []string{text}, Do: text, Link: webLink, Then: []string{text}}
		page := l.html()
		if got := shape(t, page); got != want {
			t.Errorf("%q makes the page\n%s\nof\n%s", text, got, page)
		}
		said := 0
		for _, found := range words(t, page) {
			if found == text {
				said++
			}
		}
		if said != 5 {
			t.Errorf("%q is said %d times in\n%s", text, said, page)
		}
	}
}

// Fails when href takes an address as it is.
func TestALinkLeadsToTheWebOrNowhere(t *testing.T) {
	for link, want := range map[string]string{
		webLink:                          webLink,
		"http://localhost:8000/verify#a": "http://localhost:8000/verify#a",
		"https://a.example/x?b=1&c=2#d":  "https://a.example/x?b=1&amp;c=2#d",
		`https://a.example/"><script>`:   "https://a.example/%22%3E%3Cscript%3E",
		"https://a.example/ b":           "https://a.example/%20b",
		"https://":                       "#",
		"javascript:alert(1)":            "#",
		"JaVaScRiPt:alert(1)":            "#",
		"java\nscript:alert(1)":          "#",
		" javascript:alert(1)":           "#",
		"data:text/html,<script>":        "#",
		"vbscript:x":                     "#",
		"//evil.example":                 "#",
		"/path":                          "#",
	} {
		page := letter{Subject: "s", Do: "d", Link: link}.html()
		if !strings.Contains(page, `<a href="`+want+`" style=`) {
			t.Errorf("%q leads elsewhere:\n%s", link, page)
		}
	}
	for _, text := range slices.Concat(hostile.Texts, hostile.Controls) {
		if got := address(text); got != "#" && !strings.HasPrefix(got, "http") {
			t.Errorf("%q leads to %q", text, got)
		}
	}
}
