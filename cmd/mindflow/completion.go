package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/formats/all"
)

// shells are those that can complete, and what makes them do it: they ask
// "mindflow complete" at each tab.
var shells = map[string]string{
	"bash": `_mindflow() {
	local IFS=$'\n'
	COMPREPLY=($(mindflow complete bash "${COMP_LINE:0:COMP_POINT}" 2>/dev/null))
	if [[ ${COMPREPLY[0]} == :files ]]; then
		compopt -o filenames 2>/dev/null
		COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
	fi
}
complete -F _mindflow mindflow
`,
	"zsh": `#compdef mindflow
_mindflow() {
	local -a found
	found=("${(@f)$(mindflow complete zsh "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
	if [[ ${found[1]} == :files ]]; then
		_files
	elif [[ -n ${found[1]} ]]; then
		_describe mindflow found
	fi
}
if [[ ${funcstack[1]} == _mindflow ]]; then
	_mindflow "$@"
else
	compdef _mindflow mindflow
fi
`,
	"fish": `function __mindflow_complete
	set -l words (commandline -opc) (commandline -ct)
	set -l found (mindflow complete fish $words[2..] 2>/dev/null)
	if test "$found[1]" = :files
		__fish_complete_path (commandline -ct)
	else
		printf '%s\n' $found
	end
end
complete -c mindflow -f -a '(__mindflow_complete)'
`,
}

// files is the answer when a shell's own file names are meant.
const files = ":files"

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"${enum}."`
}

// Help says what to do with it.
func (completionCommand) Help() string {
	return `In ~/.bashrc:  source <(mindflow completion bash)

In ~/.zshrc, after compinit:  source <(mindflow completion zsh)

For fish, once:  mindflow completion fish > ~/.config/fish/completions/mindflow.fish`
}

// Run prints a shell's script.
func (cmd completionCommand) Run(c *console) error {
	_, err := fmt.Fprint(c.out, shells[cmd.Shell])
	return err
}

type completeCommand struct {
	Words []string `arg:"" optional:""`
}

// Run answers what a line can go on with, one word a line: the shell's name
// comes first, then the line up to the cursor (bash) or its words without the
// program's name.
func (cmd completeCommand) Run(c *console) error {
	if len(cmd.Words) < 2 {
		return fmt.Errorf("%w: complete takes the shell's name and the words", errUsage)
	}
	shell, words := cmd.Words[0], cmd.Words[1:]
	if shell == "bash" {
		words = split(words[0])
		words = words[min(1, len(words)-1):]
	}
	var text strings.Builder
	typed := words[len(words)-1]
	for _, s := range complete(c, new(commands).tree(), words) {
		switch {
		case s.word == files:
			text.WriteString(files + "\n")
		case !strings.HasPrefix(s.word, typed):
		case shell == "zsh":
			text.WriteString(strings.ReplaceAll(s.word, ":", `\:`) + ":" + s.help + "\n")
		case shell == "fish":
			text.WriteString(s.word + "\t" + s.help + "\n")
		default: // bash puts what is answered behind the last of these
			text.WriteString(s.word[strings.LastIndexAny(typed, "=:@")+1:] + "\n")
		}
	}
	_, err := fmt.Fprint(c.out, text.String())
	return err
}

// split reads the words of a bash line; the last may be empty or unfinished.
func split(line string) []string {
	words, quote, escaped := []string{""}, rune(0), false
	add := func(r rune) { words[len(words)-1] += string(r) }
	for _, r := range line {
		switch {
		case escaped:
			add(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped = true
		case r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case quote == 0 && r == ' ':
			if words[len(words)-1] != "" {
				words = append(words, "")
			}
		default:
			add(r)
		}
	}
	return words
}

// suggestion is a word a line can go on with.
type suggestion struct{ word, help string }

// complete answers what the last word may be. It follows the words as the
// parser does: commands, flags with their values, arguments.
func complete(c *console, v *verb, words []string) []suggestion {
	arguments, onlyArguments := 0, false
	var valued *value // waits for its value
	for _, word := range words[:len(words)-1] {
		switch below := v.verb(word); {
		case valued != nil:
			valued = nil
		case onlyArguments:
			arguments++
		case word == "--":
			onlyArguments = true
		case strings.HasPrefix(word, "-") && word != "-":
			if flag := v.usual().flag(word); flag != nil && !flag.isBool() && !strings.Contains(word, "=") {
				valued = flag
			}
		case below != nil:
			v = below
		default:
			arguments++
		}
	}
	typed := words[len(words)-1]
	name, _, assigned := strings.Cut(typed, "=")
	switch {
	case valued != nil:
		return valuesOf(c, valued, "")
	case onlyArguments || !strings.HasPrefix(typed, "-"):
	case assigned:
		if flag := v.usual().flag(name); flag != nil {
			return valuesOf(c, flag, name+"=")
		}
		return nil
	default:
		return flagsOf(v.usual())
	}
	var found []suggestion
	for _, below := range v.verbs {
		if !below.hidden() && arguments == 0 && !onlyArguments {
			found = append(found, suggestion{below.name, summary(below.tag.Get("help"))})
		}
	}
	if n := len(v.arguments); n > 0 {
		if last := v.arguments[n-1]; arguments < n || last.many() {
			found = append(found, valuesOf(c, v.arguments[min(arguments, n-1)], "")...)
		}
	}
	return found
}

func flagsOf(v *verb) []suggestion {
	var found []suggestion
	for _, flag := range v.allFlags() {
		found = append(found, suggestion{"--" + flag.name, summary(flag.help())})
	}
	return found
}

// summary is the first sentence of a help text, on one line.
func summary(help string) string {
	first, _, _ := strings.Cut(oneLine(help), ". ")
	return strings.TrimSuffix(first, ".")
}

// valuesOf are the values a flag or argument may have.
func valuesOf(c *console, v *value, prefix string) []suggestion {
	words := v.choice()
	switch v.tag.Get("complete") {
	case "formats":
		words = all.Names()
	case "files":
		words = []string{files}
	case "accounts":
		words = knownAccounts(c)
	case "servers":
		words = knownServers(c)
	}
	found := make([]suggestion, len(words))
	for i, word := range words {
		found[i] = suggestion{word: word}
		if word != files {
			found[i].word = prefix + word
		}
	}
	return found
}

// knownAccounts are the e-mail addresses of who is signed in, with the server's
// host where one is signed in at several.
func knownAccounts(c *console) []string {
	known := known(c)
	count := map[string]int{}
	for _, account := range known {
		count[account.Email]++
	}
	var names []string
	for _, account := range known {
		name := account.Email
		if u, err := url.Parse(account.Server); err == nil && count[name] > 1 {
			name += "@" + u.Host
		}
		names = append(names, name)
	}
	return names
}

func knownServers(c *console) []string {
	var servers []string
	for _, account := range known(c) {
		servers = append(servers, account.Server)
	}
	slices.Sort(servers)
	return slices.Compact(servers)
}

// known is who is signed in; nobody when that cannot be read.
func known(c *console) []client.Credentials {
	file, err := credentialsFile(c)
	if err != nil {
		return nil
	}
	kept, _ := file.Accounts()
	return kept.All
}
