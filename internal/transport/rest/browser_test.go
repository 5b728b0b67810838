package rest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/test/browser"
	"mindflow/test/hostile"
)

// Seen red with an inline style in the page of /docs.
func TestPagesWorkUnderTheirPolicyInABrowser(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	b := browser.Start(t)

	front := b.Open(srv.http.URL + "/")
	var width string
	front.Run(`getComputedStyle(document.querySelector("main")).maxWidth`, &width)
	if found := front.Violations(); width != "544px" || len(found) > 0 {
		t.Errorf("the front page is %s wide, and its policy forbade %q", width, found)
	}

	docs := b.Open(srv.http.URL + "/docs")
	docs.Await(`document.querySelectorAll(".opblock").length > 20`)
	docs.Run(`document.querySelector("#operations-Server-health .opblock-summary-control").click()`, nil)
	docs.Await(`document.querySelector("#operations-Server-health .try-out__btn")`)
	docs.Run(`document.querySelector("#operations-Server-health .try-out__btn").click()`, nil)
	docs.Await(`document.querySelector("#operations-Server-health .execute")`)
	docs.Run(`document.querySelector("#operations-Server-health .execute").click()`, nil)
	docs.Await(`document.querySelector("#operations-Server-health .live-responses-table tbody .response-col_status")?.textContent.includes("200")`)
	docs.Run(`document.querySelector("#operations-Tasks-create-task .opblock-summary-control").click()`, nil)
	docs.Await(`document.querySelector("#operations-Tasks-create-task .model-example")`)
	docs.Run(`document.querySelector(".btn.authorize").click()`, nil)
	docs.Await(`document.querySelector(".dialog-ux .auth-container input")`)
	for _, found := range docs.Violations() {
		t.Errorf("the page of /docs: %s", found)
	}
}

// hasNoElements holds what a browser made of an answer that is no page: its text.
const hasNoElements = `!document.querySelector("script, img, svg, iframe, object, embed, form, a, style, base, meta[http-equiv], [onload], [onerror], [onfocus]")`

// Whatever a task holds: no answer becomes a page when it is opened as one, and
// no page a script of it. Seen red with answers of tasks as text/html that lacked
// a policy.
func TestHostileTextIsInertInABrowser(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	id := ""
	for _, text := range hostile.Texts {
		id = ada.create(fmt.Sprintf(`{"title": %s, "description": %s}`, quote(text), quote(text)))
	}
	ada.do("PATCH /api/tasks/"+id, fmt.Sprintf(`{"title": %s}`, quote(hostile.Texts[0]))).want(http.StatusOK)
	b := browser.Start(t)

	// The canary sings where it may: else its silence would say nothing.
	unsafe := b.Open("data:text/html,<body>")
	unsafe.Run(fmt.Sprintf(`document.body.innerHTML = %s; document.body.insertAdjacentHTML("beforeend", %s)`,
		quote("<img src=x onerror=canary()>"), quote(strings.Join(hostile.Texts[10:20], " "))), nil)
	unsafe.Await("fired > 3")

	signedIn := map[string]string{"Authorization": "Bearer " + ada.token}
	vector := url.QueryEscape(hostile.Texts[0])
	for _, path := range []string{
		"/api/tasks?limit=200", "/api/tasks/ranked?limit=200", "/api/tasks/best", "/api/tasks/" + id, "/api/tasks?" + vector + "=1", "/api/tasks?sort=" + vector,
		"/api/tasks/" + url.PathEscape(hostile.Texts[10]), "/health?" + vector + "=1", "/" + url.PathEscape(hostile.Texts[10]), "/openapi.json", "/#" + vector, "/docs#" + vector, "/docs?url=" + vector,
	} {
		page := b.OpenWith(srv.http.URL+path, signedIn)
		if strings.HasPrefix(path, "/docs") {
			time.Sleep(time.Second) // what it loads
		}
		if fired := page.Fired(); fired > 0 {
			t.Errorf("%s: %d texts became scripts", path, fired)
		}
		for _, found := range page.Violations() {
			t.Errorf("%s: %s", path, found)
		}
		var inert bool
		page.Run(hasNoElements, &inert)
		answer := strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/health") || path == "/openapi.json" // else a page
		if !inert && answer {
			t.Errorf("%s has elements", path)
		}
		var text string
		page.Run("document.body.textContent", &text)
		if strings.HasPrefix(path, "/api/tasks?limit") && !strings.Contains(text, quote(hostile.Texts[10])) && !strings.Contains(text, hostile.Texts[10]) {
			t.Errorf("%s does not show its text: %.200s", path, text)
		}
	}
}
