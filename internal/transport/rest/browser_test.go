package rest_test

import (
	"testing"

	"mindflow/internal/store/storetest"
	"mindflow/test/browser"
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
