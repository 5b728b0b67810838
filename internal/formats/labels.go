package formats

import (
	"regexp"

	"mindflow/internal/mindflow"
)

var wordForm = regexp.MustCompile(`\S+`)

// TakeTags makes tags of the words that are labels: name is a label's tag, or
// empty for any other word. It answers the text as TakeLabels does.
func (c *Composer) TakeTags(text string, name func(word string) string) string {
	return c.TakeLabels(text, func(word string) (label, taken bool) {
		tag := name(word)
		return tag != "", tag != "" && c.Tag(tag)
	})
}

// TakeLabels has take see to the words that are labels, and say which these are and
// whether there was a place for them. It answers the text without the labels before
// and after it; those in the middle belong to the sentence and stay as they are,
// and so does a text of labels alone.
func (c *Composer) TakeLabels(text string, take func(word string) (label, taken bool)) string {
	words := wordForm.FindAllStringIndex(text, -1)
	taken := make([]bool, len(words))
	full := false
	for i, at := range words {
		label, is := take(text[at[0]:at[1]])
		taken[i] = is
		full = full || label && !is
	}
	if full {
		c.Note("only %d tags of %d characters fit; the other labels stay in the title", mindflow.MaxTags, mindflow.MaxTag)
	}
	first, last := 0, len(words)
	for first < last && taken[first] {
		first++
	}
	for last > first && taken[last-1] {
		last--
	}
	if first == last {
		return text
	}
	return text[words[first][0]:words[last-1][1]]
}
