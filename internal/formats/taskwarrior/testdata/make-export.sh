#!/bin/sh
# Makes exports with the real Taskwarrior, of invented tasks that use all it
# has, in the folder DIR: real.json is an array, real.lines.json one object a
# line. The ones beside this script were made by it; uuids and the moments of
# entry differ at each run, nothing else does. Needs `task` in PATH and touches
# nothing but DIR and a temporary folder.
set -eu
[ $# = 1 ] || { echo "usage: make-export.sh DIR" >&2; exit 2; }

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
mkdir "$home/data"
cat > "$home/taskrc" <<RC
data.location=$home/data
confirmation=off
recurrence.confirmation=off
bulk=0
hooks=off
news.version=9.9.9
verbose=nothing
recurrence.limit=2
dateformat=Y-M-D
uda.estimate.type=numeric
uda.who.type=string
uda.review.type=date
uda.span.type=duration
RC
export TASKRC="$home/taskrc" TASKDATA="$home/data" TZ=Europe/Berlin HOME="$home" LC_ALL=C.UTF-8

t() { task rc.verbose=nothing "$@" < /dev/null > /dev/null 2> "$home/err" || { cat "$home/err" >&2; exit 1; }; }
id() { task rc.verbose=nothing "description.is:$1" uuids < /dev/null 2> /dev/null; }

t add "Call the dentist"
t add "Buy paint" project:Home.Garden priority:H +shop +weekend due:2026-11-27
t add "Send the report" project:Work priority:M due:2026-12-01T15:30
t "$(id "Send the report")" annotate "Ana wants it as PDF"
t "$(id "Send the report")" annotate "$(printf 'two\nlines, https://example.org/a?b=c')"
t add "Sweep the leaves" priority:L due:2026-12-24 scheduled:2026-12-20
t add "Renew the passport" wait:2097-03-01 due:2097-04-01
t add "Waited long ago" wait:2021-03-01
t add "Working on it" project:Work +now
t "$(id "Working on it")" start
t add "Paint the fence" "depends:$(id "Buy paint"),$(id "Call the dentist")"
t add "Summer day" due:2027-07-01 scheduled:2027-06-30T08:00
t add "Starts after it is due" due:2026-11-27 scheduled:2027-01-01
t add "End of day" due:2026-11-27T23:59:59
t add "Use it before it is gone" until:2098-01-31
t add "Estimate" estimate:3.5 "who:Jo \"the boss\" / Ann" review:2026-12-05 span:PT2H
t add "Überraschung für Zoë 🎂 – 東京"
t add "Quotes \"here\", a slash / and a tab	there"
t add "$(printf 'Two\nlines')"
t add "$(printf 'Colour \033[1mcodes\033[0m and a bell \007')"
t add "A title so long that it does not fit: $(printf 'word %.0s' $(seq 1 60)) end"
t add "Far away" due:9999-12-31
t add "Many tags" $(printf '+tag%02d ' $(seq 1 25)) project:Overflowing
t add "A long project" "project:Company.Department.Subdivision.Customer.Product.Release"
t add "Done already" project:Work due:2026-10-01
t "$(id "Done already")" start
t "$(id "Done already")" done
t add "Done, with a remark"
t "$(id "Done, with a remark")" annotate "went well"
t "$(id "Done, with a remark")" done
t add "Given up"
t "$(id "Given up")" delete
t add "Water the plants" due:2097-11-20 recur:weekly until:2098-03-01
t add "Pay the rent" due:2097-11-01 recur:monthly priority:H project:Home
t list # makes the tasks of the recurring ones

task rc.verbose=nothing export < /dev/null > "$1/real.json" 2> /dev/null
task rc.verbose=nothing rc.json.array=off export < /dev/null > "$1/real.lines.json" 2> /dev/null
