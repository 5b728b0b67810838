package quickadd

import (
	"strings"
	"sync"

	"mindflow/internal/mindflow"
)

// class is what a word can mean. A word may have several: "morgen" is tomorrow
// and the morning.
type class uint64

const (
	dayWord    class = 1 << iota // so many days from today: entry.days
	weekday                      // entry.n, 0 for Monday
	month                        // entry.n, 1 for January
	part                         // entry.part
	tonight                      // today, in the evening
	this                         //
	next                         //
	clockWord                    // entry.n, an hour
	am                           //
	pm                           //
	oclock                       // after an hour, in German
	unit                         // entry.unit
	dueWord                      // on, at, in: before a due date
	deadline                     // due, by: before a due date that beats others
	startWord                    // from, starting
	not                          // of "not before"
	before                       //
	timeOnly                     // joins times, no days: "um"
	leading                      // may stand before another joining word: "due on"
	every                        //
	other                        // every other
	workday                      // Monday to Friday
	ordinal                      // entry.n, -1 for last
	of                           //
	article                      // the
	and                          //
	remind                       //
	me                           //
	until                        //
	lasting                      // for
	times                        //
	after                        //
	completion                   //
)

// joining words stand before a date or time.
const joining = dueWord | deadline | startWord

// weakness says where a word alone is a day.
type weakness uint8

const (
	strong weakness = iota
	weak            // as the last word, after a joining word, in a list, beside a date or time
	shy             // as weak, but not as the last word: it is too common a word
)

// units of time.
type unitOf uint8

const (
	minutes unitOf = iota + 1
	hours
	days
	weeks
	months
	quarters
	years
)

// entry is what a word means.
type entry struct {
	class class
	n     int8
	days  int8
	part  mindflow.PartOfDay
	unit  unitOf
	weak  weakness
}

const midnight = 24 // as entry.n of a clockWord: the end of a day

// vocabulary is every word of the grammar, in one row for all languages.
var vocabulary = []struct {
	means  entry
	en, de string
}{
	{entry{class: dayWord}, "today", "heute"},
	{entry{class: dayWord, days: 1}, "tomorrow", ""},
	{entry{class: dayWord | part, days: 1, part: mindflow.InMorning}, "", "morgen"},
	{entry{class: dayWord, days: 2}, "", "übermorgen uebermorgen"},
	{entry{class: tonight}, "tonight", ""},
	{entry{class: this}, "this", "dieser diese diesen dieses"},
	{entry{class: next}, "next", "nächste nächsten nächster nächstes naechste naechsten naechster naechstes"},

	{entry{class: weekday, n: 0}, "monday", "montag"},
	{entry{class: weekday, n: 0, weak: weak}, "mon", "mo"},
	{entry{class: weekday, n: 1}, "tuesday tue tues", "dienstag"},
	{entry{class: weekday, n: 1, weak: weak}, "", "di"},
	{entry{class: weekday, n: 2}, "wednesday", "mittwoch"},
	{entry{class: weekday, n: 2, weak: weak}, "wed", "mi"},
	{entry{class: weekday, n: 3}, "thursday thu thur thurs", "donnerstag"},
	{entry{class: weekday, n: 3, weak: shy}, "", "do"},
	{entry{class: weekday, n: 4}, "friday fri", "freitag"},
	{entry{class: weekday, n: 4, weak: weak}, "", "fr"},
	{entry{class: weekday, n: 5}, "saturday", "samstag sonnabend"},
	{entry{class: weekday, n: 5, weak: weak}, "sat", "sa"},
	{entry{class: weekday, n: 6}, "sunday", "sonntag"},
	{entry{class: weekday, n: 6, weak: weak}, "sun", ""},
	{entry{class: weekday, n: 6, weak: shy}, "", "so"},

	{entry{class: month, n: 1}, "january jan", "januar jänner"},
	{entry{class: month, n: 2}, "february feb", "februar feber"},
	{entry{class: month, n: 3}, "march mar", "märz mär maerz mrz"},
	{entry{class: month, n: 4}, "april apr", ""},
	{entry{class: month, n: 5}, "may", "mai"},
	{entry{class: month, n: 6}, "june jun", "juni"},
	{entry{class: month, n: 7}, "july jul", "juli"},
	{entry{class: month, n: 8}, "august aug", ""},
	{entry{class: month, n: 9}, "september sep sept", ""},
	{entry{class: month, n: 10}, "october oct", "oktober okt"},
	{entry{class: month, n: 11}, "november nov", ""},
	{entry{class: month, n: 12}, "december dec", "dezember dez"},

	{entry{class: part, part: mindflow.InMorning}, "morning", "morgens früh frueh vormittag vormittags"},
	{entry{class: part, part: mindflow.InAfternoon}, "afternoon", "nachmittag nachmittags"},
	{entry{class: part, part: mindflow.InEvening}, "evening night", "abend abends nacht nachts"},

	{entry{class: clockWord, n: 12}, "noon", "mittags"},
	{entry{class: clockWord, n: midnight}, "midnight", "mitternacht"},
	{entry{class: am}, "am", ""},
	{entry{class: pm}, "pm", ""},
	{entry{class: oclock}, "", "uhr"},

	{entry{class: unit, unit: minutes}, "minutes minute mins min", "minuten"},
	{entry{class: unit, unit: hours}, "hours hour hrs hr h", "stunden stunde std"},
	{entry{class: unit, unit: days}, "days day", "tage tagen tag"},
	{entry{class: unit, unit: weeks}, "weeks week", "wochen woche"},
	{entry{class: unit, unit: months}, "months month", "monate monaten monat monats"},
	{entry{class: unit, unit: quarters}, "quarters quarter", "quartale quartalen quartal quartals"},
	{entry{class: unit, unit: years}, "years year", "jahre jahren jahr"},

	{entry{class: dueWord}, "on at in", ""},
	{entry{class: dueWord | am}, "", "am"}, // both in German: "5 am", "am Montag"
	{entry{class: dueWord | timeOnly}, "", "um"},
	{entry{class: deadline | leading}, "due", "fällig faellig"},
	{entry{class: deadline}, "by", ""},
	{entry{class: deadline | until}, "", "bis"},
	{entry{class: startWord | leading}, "starting", "beginnend"},
	{entry{class: startWord}, "from", "ab"},
	{entry{class: not}, "not", "nicht"},
	{entry{class: before}, "before", "vor vorher davor"},

	{entry{class: every}, "every", "jeder jede jeden jedes alle"},
	{entry{class: other}, "other", ""},
	{entry{class: ordinal | other, n: 2}, "", "zweite zweiten zweiter zweites"},
	{entry{class: workday}, "weekday workday weekdays workdays", "werktag werktage arbeitstag arbeitstage wochentag"},
	{entry{class: ordinal, n: 1}, "first", "erste ersten erster erstes"},
	{entry{class: ordinal, n: 2}, "second", ""},
	{entry{class: ordinal, n: 3}, "third", "dritte dritten dritter drittes"},
	{entry{class: ordinal, n: 4}, "fourth", "vierte vierten vierter viertes"},
	{entry{class: ordinal, n: 5}, "fifth", "fünfte fünften fünfter fünftes"},
	{entry{class: ordinal, n: -1}, "last", "letzte letzten letzter letztes"},
	{entry{class: of}, "of", "im des"},
	{entry{class: article}, "the", ""},
	{entry{class: and}, "and &", "und"},
	{entry{class: remind}, "remind", "erinnere erinner"},
	{entry{class: me}, "me", "mich"},
	{entry{class: until}, "until", ""},
	{entry{class: lasting}, "for", "für fuer"},
	{entry{class: times}, "times time", "mal"},
	{entry{class: after}, "after", "nach"},
	{entry{class: completion}, "completion", "erledigung abschluss"},
}

// longestWord bounds what is looked up, in bytes.
const longestWord = 16

// locale is a locale's words and how it writes days in numbers.
type locale struct {
	words    map[string]entry
	dots     bool // D.M.YYYY; otherwise with slashes
	dayFirst bool
}

var english = sync.OnceValue(func() map[string]entry { return wordsOf(false) })

// locales are built when they are first needed.
var (
	american = sync.OnceValue(func() *locale { return &locale{words: english()} })
	british  = sync.OnceValue(func() *locale { return &locale{words: english(), dayFirst: true} })
	german   = sync.OnceValue(func() *locale { return &locale{words: wordsOf(true), dots: true, dayFirst: true} })
)

func localeOf(l mindflow.Locale) *locale {
	switch l {
	case mindflow.BritishEnglish:
		return british()
	case mindflow.German:
		return german()
	case mindflow.AmericanEnglish:
	}
	return american()
}

// wordsOf are the English words and, if asked for, the German ones: a word of
// both means what German adds to what English says.
func wordsOf(withGerman bool) map[string]entry {
	words := map[string]entry{}
	for _, row := range vocabulary {
		for word := range strings.FieldsSeq(row.en) {
			words[word] = row.means
		}
	}
	if !withGerman {
		return words
	}
	for _, row := range vocabulary {
		for word := range strings.FieldsSeq(row.de) {
			words[word] = row.means
		}
	}
	return words
}
