package rest_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"mindflow/internal/app"
	"mindflow/internal/formats/all"
	"mindflow/internal/formats/csvfile"
	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
)

const imported = `[
{"uuid": "8b201992-e0d4-4ead-aade-b4d77802fd1f", "description": "Call", "entry": "20261101T101112Z", "modified": "20261102T101112Z", "status": "pending", "due": "20261203T230000Z", "priority": "H", "project": "Home", "tags": ["a"]},
{"uuid": "8b201992-e0d4-4ead-aade-b4d77802fd2f", "description": "Done", "entry": "20261101T101112Z", "end": "20261105T101112Z", "status": "completed"},
{"uuid": "8b201992-e0d4-4ead-aade-b4d77802fd3f", "description": "Each week", "recur": "weekly", "status": "recurring"},
{"uuid": "8b201992-e0d4-4ead-aade-b4d77802fd4f", "status": "pending"},
{"uuid": "8b201992-e0d4-4ead-aade-b4d77802fd5f", "description": "Nap", "wait": "20270101T000000Z", "status": "pending"}
]`

func TestTasksAreImportedFromAnotherProgram(t *testing.T) {
	t.Parallel()
	const url = "POST /api/import/taskwarrior"
	table(t, "import", []row{
		{says: "a dry run says what would happen", req: url + "?dry_run=true&timezone=Europe/Berlin", body: imported, head: "Content-Type: application/octet-stream", status: 200, want: "dry_run=true; created=3; known=0; skipped=1; failed=1; lost=0; format=taskwarrior; omitted=0"},
		{says: "and changes nothing", req: "GET /api/tasks", status: 200, want: "tasks=[]"},
		{says: "the import does it", req: url + "?timezone=Europe/Berlin", body: imported, status: 200, want: "dry_run=false; created=3; known=0; skipped=1; failed=1"},
		{says: "dates and times are kept", req: "GET /api/tasks?sort=title", status: 200, want: `tasks.0.title=Call; tasks.0.due_date=2026-12-04; tasks.0.priority=5; tasks.0.created_at=2026-11-01T10:11:12.000000Z; tasks.1.status=completed; tasks.1.completed_at=2026-11-05T10:11:12.000000Z; tasks.2.status=snoozed; tasks.2.snoozed_until=2027-01-01T00:00:00Z`},
		{says: "it ranks", req: "GET /api/tasks/best", status: 200, want: "task.title=Call"},
		{says: "a repeat creates nothing", req: url, body: imported, status: 200, want: "created=0; known=3; skipped=1; failed=1"},
		{says: "somebody else has none of it", by: "eve", req: "GET /api/tasks", status: 200, want: "tasks=[]"},
		{says: "and imports for herself", by: "eve", req: url, body: imported, status: 200, want: "created=3; known=0"},
		{says: "the import left the zone alone there", by: "eve", req: "GET /api/tasks?sort=title&limit=1", status: 200, want: "tasks.0.due_date=2026-12-03T23:00:00Z"},
		{says: "an object a line", req: url, body: `{"description": "line"}` + "\n" + `{"description": "line"}` + "\n", status: 200, want: "created=2; known=0"},
		{says: "again", req: url, body: `{"description": "line"}` + "\n" + `{"description": "line"}` + "\n", status: 200, want: "created=0; known=2"},
		{says: "what finds no place", req: url, body: `{"description": "much", "annotations": [{"description": "` + strings.Repeat("m", 3000) + `"}]}`, status: 200, want: "created=1; lost=1; remarks.0.kind=changed; remarks.2.kind=lost"},
		{says: "something else altogether", req: url, body: "<html>no</html>", status: 200, want: "created=0"},
		{says: "no such zone", req: url + "?timezone=Mars/Olympus", body: "[]", status: 422, want: "errors.0.field=timezone"},
		{says: "no such format", req: "POST /api/import/tasksoldier", body: "[]", status: 422},
		{says: "dry, perhaps", req: url + "?dry_run=perhaps", body: "[]", status: 422, want: "errors.0.field=dry_run"},
		{says: "nobody imports nothing", by: "nobody", req: url, body: "[]", status: 401},
	})
}

const (
	todoTxt = "(A) 2026-11-01 Call Ann @phone +home due:2026-12-03\nx 2026-11-05 2026-11-01 Pay rent\n\n(A)\n"
	// What is done now was open when it was imported.
	todoTxtLater = "x 2026-11-20 2026-11-01 Call Ann @phone +home due:2026-12-03 pri:A\nx 2026-11-05 2026-11-01 Pay rent\n"

	todoistCSV = "\xef\xbb\xbfTYPE,CONTENT,PRIORITY,INDENT,DATE,DATE_LANG\r\nmeta,view_style=list\r\nsection,Work\r\n" +
		"task,Write @desk,1,1,3 Dec 2026 14:00,en\r\nnote,in short,,,,\r\ntask,Send,,2,every day,en\r\ntask,Rest,4,1,Dec 3,en\r\n"

	prototypeCSV = "id,title,description,status,priority,due_date,snoozed_until,created_at,updated_at\n" +
		"1,Report,\"two\nlines\",pending,5,2026-12-03,,2026-11-01T10:11:12Z,2026-11-02T10:11:12Z\n" +
		"2,Nap,,snoozed,1,,2027-01-01T00:00:00Z,,\n3,Done,,completed,3,,,2026-11-01T10:11:12Z,2026-11-05T10:11:12Z\n" +
		"4,,,pending,,,,,\n5,\"Bad\"ly quoted,,,,,,,\n6,Odd,,pending,3,03/04/2026,,,\n"

	mappedCSV = "Task;Due on;Owner\nRent;1.12.2026;Ann\n"
)

func TestEachFormatIsImportedOnce(t *testing.T) {
	t.Parallel()
	const url = "POST /api/import/"
	table(t, "import_formats", []row{
		{says: "todo.txt, dry", req: url + "todotxt?dry_run=true", body: todoTxt, status: 200, want: "format=todotxt; dry_run=true; created=2; failed=1; skipped=0; remarks.0.place=line 4; remarks.0.kind=failed; remarks.1=-; projects=1"},
		{says: "nothing changed", req: "GET /api/tasks", status: 200, want: "tasks=[]"},
		{says: "todo.txt", req: url + "todotxt", body: todoTxt, status: 200, want: "created=2; known=0; failed=1"},
		{says: "its days are days", req: "GET /api/tasks?sort=title", status: 200, want: "tasks.0.title=Call Ann; tasks.0.due_date=2026-12-03; tasks.0.priority=5; tasks.0.created_at=2026-10-31T23:00:00.000000Z; tasks.1.completed_at=2026-11-04T23:00:00.000000Z; tasks.1.status=completed"},
		{says: "todo.txt once more", req: url + "todotxt", body: todoTxt, status: 200, want: "created=0; known=2"},
		{says: "todo.txt when more is done", req: url + "todotxt", body: todoTxtLater, status: 200, want: "created=0; known=2"},
		{says: "Todoist, dry", req: url + "todoist?dry_run=true", body: todoistCSV, status: 200, want: "format=todoist; created=3; skipped=2; failed=0; lost=0"},
		{says: "Todoist", req: url + "todoist", body: todoistCSV, status: 200, want: "created=3; known=0"},
		{says: "a time in the person's zone", req: "GET /api/tasks?q=short", status: 200, want: "tasks.0.due_date=2026-12-03T13:00:00Z; tasks.0.priority=5; tasks.0.description=in short; tasks.0.tags.0=desk; tasks.0.tags.1=-"},
		{says: "its section", req: "GET /api/projects", status: 200, want: "projects.0.name=home; projects.1.name=Work; projects.1.open_tasks=3"},
		{says: "its step, which repeats", req: "GET /api/tasks?q=send", status: 200, want: "tasks.0.recurrence.rule=FREQ=DAILY; tasks.0.recurrence.from=schedule"},
		{says: "how many steps", req: "GET /api/tasks?q=short", status: 200, want: "tasks.0.steps.total=1"},
		{says: "the nearest such day", req: "GET /api/tasks?q=rest", status: 200, want: "tasks.0.due_date=2026-12-03"},
		{says: "Todoist once more", req: url + "todoist", body: todoistCSV, status: 200, want: "created=0; known=3; skipped=2"},
		{says: "Todoist, of a project's file", req: url + "todoist?file=Chores%20%5B12%5D.csv", body: "TYPE,CONTENT\ntask,Sweep\nsection,Cellar\ntask,Tidy\n", status: 200, want: "created=2; projects=2"},
		{says: "its project", req: "GET /api/projects", status: 200, want: "projects.2.name=Chores; projects.2.open_tasks=1; projects.3.name=Cellar"},
		{says: "a file whose name is none", req: url + "todoist?file=" + strings.Repeat("x", 256) + ".csv", body: todoistCSV, status: 422, want: "errors.0.field=file"},
		{says: "the prototype's columns, dry", req: url + "csv?dry_run=true", body: prototypeCSV, status: 200, want: "format=csv; created=4; failed=2"},
		{says: "the prototype's columns", req: url + "csv", body: prototypeCSV, status: 200, want: "created=4; known=0; failed=2"},
		{says: "what it held", req: "GET /api/tasks?q=two", status: 200, want: "tasks.0.title=Report; tasks.0.priority=5; tasks.0.due_date=2026-12-03; tasks.0.created_at=2026-11-01T10:11:12.000000Z"},
		{says: "the prototype once more", req: url + "csv", body: prototypeCSV, status: 200, want: "created=0; known=4; failed=2"},
		{says: "mapped columns", req: url + "csv?map=title:Task&map=due_date:Due%20on", body: mappedCSV, status: 200, want: "created=1"},
		{says: "what they held", req: "GET /api/tasks?q=rent&status=pending", status: 200, want: "tasks.0.title=Rent; tasks.0.due_date=2026-12-01; tasks.0.description=Owner: Ann"},
		{says: "a title nobody named", req: url + "csv", body: mappedCSV, status: 422, want: "errors.0.field=map"},
		{says: "a column that is not there", req: url + "csv?map=title:Job", body: mappedCSV, status: 422, want: "errors.0.field=map"},
		{says: "a field that is none", req: url + "csv?map=title:Task&map=owner:Owner", body: mappedCSV, status: 422, want: "errors.0.field=map"},
		{says: "a map that is none", req: url + "csv?map=title", body: mappedCSV, status: 422, want: "errors.0.field=map"},
		{says: "a field twice", req: url + "csv?map=title:Task&map=title:Owner", body: mappedCSV, status: 422, want: "errors.0.field=map"},
		{says: "a map where none belongs, in no zone", req: url + "todotxt?map=title:Task&timezone=Mars", body: todoTxt, status: 422, want: "errors.0.field=timezone; errors.1.field=map"},
		{says: "somebody else has none of it", by: "eve", req: "GET /api/tasks", status: 200, want: "tasks=[]"},
	})
}

// The document lists the formats and the fields a map may name.
func TestEveryFormatIsDocumented(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	document := srv.nobody().do("GET /openapi.json", "").at("paths./api/import/{format}.post.parameters")
	quoted := `"` + strings.Join(all.Names(), `","`) + `"`
	if !strings.Contains(document, `"enum":[`+quoted+`]`) || !strings.Contains(document, strings.Join(csvfile.Fields, ", ")) {
		t.Errorf("%s", document)
	}
}

func TestADeletedTaskIsNotImportedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(_ *server, ada person) {
		ada.do("POST /api/import/taskwarrior", imported).want(http.StatusOK)
		id := ada.do("GET /api/tasks?q=call", "").at("tasks.0.id")
		ada.do("DELETE /api/tasks/"+id, "").want(http.StatusNoContent)
		ada.do("POST /api/import/taskwarrior", imported).want(http.StatusOK).has("created=0; known=3")
		ada.do("GET /api/tasks?q=call", "").has("tasks=[]")
	})
}

func TestARealExportIsImportedAndRanked(t *testing.T) {
	t.Parallel()
	export, err := os.ReadFile("../../formats/taskwarrior/testdata/real.json")
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(srv *server, ada person) {
		t := ada.srv.t
		dry := ada.send("POST /api/import/taskwarrior?dry_run=true&timezone=Europe/Berlin", bytes.NewReader(export)).want(http.StatusOK)
		wet := ada.send("POST /api/import/taskwarrior?timezone=Europe/Berlin", bytes.NewReader(export)).want(http.StatusOK)
		if dry.at("created") != wet.at("created") || dry.at("remarks") != wet.at("remarks") || wet.at("created") == "0" {
			t.Errorf("promised %s\ndone %s", dry.body, wet.body)
		}
		ada.best().want(http.StatusOK)
		events, err := srv.store.Events(t.Context(), ada.actor.WorkspaceID, 1, 1000)
		verbs := map[mindflow.Verb]int{}
		for _, e := range events {
			verbs[e.Verb]++
		}
		if err != nil || fmt.Sprint(verbs[mindflow.TaskImported]) != wet.at("created") || fmt.Sprint(verbs[mindflow.ProjectCreated]) != wet.at("projects") || verbs[mindflow.TaskUpdated] != 1 {
			t.Errorf("%v, %v", verbs, err)
		}
	})
}

// endless is a file that never ends: tasks with long descriptions.
type endless struct {
	line []byte
	at   int
}

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, e.line[e.at:])
	e.at = (e.at + n) % len(e.line)
	return n, nil
}

func TestAFileThatIsTooLargeIsRefusedAndOneThatBreaksOffIsReported(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	// One entry fills many bytes, so that what is read is soon written.
	line := `{"uuid": "8b201992-e0d4-4ead-aade-b4d77802fd1f", "description": "long", "annotations": [{"description": "` + strings.Repeat("x", 1<<20) + `"}]}` + "\n"
	file := io.LimitReader(&endless{line: []byte(line)}, 50<<20+1)
	a := ada.send("POST /api/import/taskwarrior?dry_run=true", file).want(http.StatusRequestEntityTooLarge)
	if !strings.Contains(a.at("detail"), "50 MiB") {
		t.Errorf("%s", a.body)
	}

	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", srv.http.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var whole strings.Builder
	for i := range 30 {
		fmt.Fprintf(&whole, `{"description": "task %d"}`+"\n", i)
	}
	fmt.Fprintf(conn, "POST /api/import/taskwarrior HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 99999\r\n\r\n%s", ada.token, &whole)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	cut := answer{t, "a cut-off body", resp.StatusCode, resp.Header, body}
	cut.checkProblem()
	cut.want(http.StatusBadRequest)
	if !strings.Contains(cut.at("detail"), "send it again") {
		t.Errorf("it does not say to send it again: %s", cut.body)
	}
	ada.do("POST /api/import/taskwarrior", whole.String()).want(http.StatusOK).has("created=6; known=24")
}

// Seen red when the rest of a file that is refused at its beginning was not
// read: the connection was reset, and with it went the answer.
func TestWhoSendsAFileThatIsRefusedAtItsBeginningIsAnswered(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	conn := srv.connect()
	const size = 24 << 20
	fmt.Fprintf(conn, "POST /api/import/csv HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n", ada.token, size)
	if _, err := io.Copy(conn, io.LimitReader(&endless{line: []byte("no,such,column\n")}, size)); err != nil {
		t.Fatalf("the file could not be sent: %v", err)
	}
	said, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(said), "HTTP/1.1 422 ") {
		t.Errorf("%.300q, %v", said, err)
	}
}

func TestRemarksBeyondTheThousandthAreCounted(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	file := `{"description": "good"}` + "\n" + strings.Repeat(`{"status": "pending"}`+"\n", 1003)
	ada.do("POST /api/import/taskwarrior", file).want(http.StatusOK).has("created=1; failed=1003; omitted=3; remarks.999.kind=failed; remarks.1000.kind=changed; remarks.1001=-")
}

// Fails when the last few before the break are left out: a repeat breaks off
// at the same place, and they never come.
func TestWhatCameBeforeABreakIsImported(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		broken := errors.New("the line broke")
		file := io.MultiReader(strings.NewReader("one\ntwo\nthree\n"), iotest.ErrReader(broken))
		report, err := srv.app.Import(srv.t.Context(), ada.actor, app.Import{Format: "todotxt"}, file)
		if !errors.Is(err, broken) || report.Created != 3 {
			srv.t.Errorf("%+v, %v", report, err)
		}
		ada.do("GET /api/tasks?sort=title", "").has("tasks.0.title=one; tasks.1.title=three; tasks.2.title=two")
	})
}
