package main

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/pflag"
)

// newVerb reads a command from its struct: a field with the tag cmd is a command
// below it, one with arg an argument, every other a flag; an embedded struct's
// fields count as its own.
func newVerb(name string, tag reflect.StructTag, command reflect.Value, above *verb) *verb {
	v := &verb{
		name: name, tag: tag, above: above, command: command.Addr().Interface(),
		set: pflag.NewFlagSet(name, pflag.ContinueOnError),
	}
	v.read(command, "")
	v.set.SetInterspersed(len(v.verbs) == 0) // else the flags behind a name are of the command it names
	return v
}

// read takes in a struct's fields; group is the heading of its flags in the help.
func (v *verb) read(fields reflect.Value, group string) {
	for i := range fields.NumField() {
		declared, field := fields.Type().Field(i), fields.Field(i)
		tag := declared.Tag
		one := &value{field: field, tag: tag, name: cmp.Or(tag.Get("name"), dashed(declared.Name)), group: group}
		switch {
		case declared.Anonymous || has(tag, "embed"):
			v.read(field, tag.Get("group"))
		case has(tag, "cmd"):
			v.verbs = append(v.verbs, newVerb(one.name, tag, field, v))
		case has(tag, "arg"):
			one.argument = true
			v.arguments = append(v.arguments, one)
		default:
			if usual := tag.Get("default"); usual != "" && one.Set(usual) != nil {
				panic("the default of --" + one.name)
			}
			one.given = false
			v.flags = append(v.flags, one)
			if flag := v.set.VarPF(one, one.name, tag.Get("short"), ""); one.isBool() {
				flag.NoOptDefVal = "true"
			}
		}
	}
}

func has(tag reflect.StructTag, key string) bool {
	_, ok := tag.Lookup(key)
	return ok
}

// dashed writes LoseData as lose-data.
func dashed(name string) string {
	var text strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			text.WriteByte('-')
		}
		text.WriteRune(unicode.ToLower(r))
	}
	return text.String()
}

// value is a flag or an argument: a field of a command's struct.
type value struct {
	field    reflect.Value
	tag      reflect.StructTag
	name     string
	group    string // the heading of a flag in the help
	argument bool
	given    bool
}

// Set takes a word in. Flags that may be repeated take several, with commas.
func (v *value) Set(word string) error {
	if !v.given {
		v.field.SetZero()
		v.given = true
	}
	words := []string{word}
	if v.listed() {
		words = strings.Split(word, ",")
	}
	for _, word := range words {
		if choice := v.choice(); choice != nil && !slices.Contains(choice, word) {
			return fmt.Errorf("%s must be one of \"%s\" but got %q", v.short(), strings.Join(choice, `","`), word)
		}
		if err := fill(v.field, word); err != nil {
			return fmt.Errorf("%s: %w", v.short(), err)
		}
	}
	return nil
}

// fill sets a field to what a word says. Slices and maps get one more.
func fill(field reflect.Value, word string) error {
	switch field.Kind() {
	case reflect.String:
		field.SetString(word)
	case reflect.Bool:
		yes, err := strconv.ParseBool(word)
		if err != nil {
			return fmt.Errorf("expected true or false but got %q", word)
		}
		field.SetBool(yes)
	case reflect.Int:
		n, err := strconv.Atoi(word)
		if err != nil {
			return fmt.Errorf("expected a number but got %q", word)
		}
		field.SetInt(int64(n))
	case reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
		return fill(field.Elem(), word)
	case reflect.Slice:
		one := reflect.New(field.Type().Elem()).Elem()
		if err := fill(one, word); err != nil {
			return err
		}
		field.Set(reflect.Append(field, one))
	case reflect.Map:
		key, text, ok := strings.Cut(word, "=")
		if !ok {
			return fmt.Errorf("expected \"<key>=<value>\" but got %q", word)
		}
		if field.IsNil() {
			field.Set(reflect.MakeMap(field.Type()))
		}
		field.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(text))
	default:
		panic("no word fills a " + field.Type().String())
	}
	return nil
}

func (v *value) isBool() bool { return v.field.Kind() == reflect.Bool }

// many reports whether it can be said more than once.
func (v *value) many() bool { return v.field.Kind() == reflect.Slice }

// listed reports whether one word may be several.
func (v *value) listed() bool { return v.many() && !v.argument && v.tag.Get("sep") != "none" }

// choice are the words it may be; nil for any.
func (v *value) choice() []string {
	if enum, ok := v.tag.Lookup("enum"); ok {
		return strings.Split(enum, ",")
	}
	return nil
}

// String and Type are there for pflag, which asks for them.
func (v *value) String() string { return "" }

// Type is the other.
func (v *value) Type() string { return v.field.Kind().String() }
