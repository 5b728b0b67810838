package main

import (
	"cmp"
	"io"
	"strings"
)

type manualCommand struct{}

// Run prints the manual page, which says what the help says.
func (manualCommand) Run(c *console) error {
	_, err := io.WriteString(c.out, manual(new(commands).tree()))
	return err
}

// manualEnd is what no command's help says.
const manualEnd = `.SH FILES
.TP
.I /etc/mindflow/mindflow.env
The settings of an installed server, one a line.
.TP
.I /var/lib/mindflow
Its data, while it uses the embedded database.
.TP
.I /var/backups/mindflow
Its daily backups.
.SH EXIT STATUS
.TP
.B 0
It is done.
.TP
.B 1
It failed, or was refused.
.TP
.B 2
It was called wrongly.
.SH SEE ALSO
.BR systemctl (1),
.BR journalctl (1)
`

// manual writes the page of man(7) for a program.
func manual(program *verb) string {
	p := &manualPage{}
	p.request("TH", "MINDFLOW", "1", "", "mindflow "+version, "User Commands")
	p.request("SH", "NAME")
	p.line(`mindflow \- ` + roff(lowered(program.tag.Get("help"))))
	p.request("SH", "SYNOPSIS")
	p.line(`.B mindflow`)
	p.line(roff(program.usage()))
	p.request("SH", "DESCRIPTION")
	p.paragraph("The server, what looks after it, and what speaks to it at a terminal are commands of one program. “mindflow <command> --help” explains one.")
	p.request("SH", "OPTIONS")
	p.values(program.flags)
	for _, heading := range headings {
		p.commands(program, heading.group, strings.TrimSuffix(cmp.Or(heading.title, "Commands:"), ":"))
	}
	p.text.WriteString(manualEnd)
	return p.text.String()
}

// manualPage is a page of man(7), as it is written.
type manualPage struct{ text strings.Builder }

func (p *manualPage) line(text string) { p.text.WriteString(text + "\n") }

// request writes one with its arguments.
func (p *manualPage) request(name string, words ...string) {
	p.text.WriteString("." + name)
	for _, word := range words {
		p.text.WriteString(` "` + strings.ReplaceAll(roff(word), `"`, `\(dq`) + `"`)
	}
	p.text.WriteString("\n")
}

// paragraph writes each paragraph of a text.
func (p *manualPage) paragraph(text string) {
	for part := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if part != "" {
			p.line(".PP")
			p.line(roff(strings.Join(strings.Fields(part), " ")))
		}
	}
}

// commands writes a section of what there is to call under one heading.
func (p *manualPage) commands(program *verb, group, title string) {
	begun := false
	for _, v := range program.leaves() {
		if v.group() != group {
			continue
		}
		if !begun {
			p.request("SH", strings.ToUpper(title))
			begun = true
		}
		p.request("SS", v.usage())
		p.paragraph(v.tag.Get("help"))
		if detailed, ok := v.command.(interface{ Help() string }); ok {
			p.paragraph(detailed.Help())
		}
		p.values(v.arguments)
		p.values(v.flags)
	}
}

// values lists flags or arguments with what they mean.
func (p *manualPage) values(all []*value) {
	for _, v := range all {
		name := v.full()
		if short := v.tag.Get("short"); short != "" {
			name = "-" + short + ", " + name
		}
		p.line(".TP")
		p.line(`.B ` + roff(name))
		p.line(roff(strings.Join(strings.Fields(v.help()), " ")))
	}
}

// lowered begins with a small letter, as the line of a page's name does.
func lowered(text string) string {
	return strings.ToLower(text[:1]) + strings.TrimSuffix(text[1:], ".")
}

// roff writes text such that troff reads it as it is: its dashes are those that
// people type, and no line begins a request.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "“", `\(lq`, "”", `\(rq`, "…", "...", "→", `\(->`, "×", `\(mu`, "–", `\(en`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}
