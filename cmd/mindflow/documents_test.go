package main

import (
	"net/http"
	"strings"
	"testing"
)

// Programs that could be known by a document register where they are told that
// none is read. Fails where the metadata promise what the server cannot do.
func TestAServerWithoutTheInternetSaysThatItReadsNoDocuments(t *testing.T) {
	for _, reads := range []string{"true", "false"} {
		s := newShell(t)
		s.env["PUBLIC_URL"], s.env["CLIENT_DOCUMENTS"] = "https://mind.example.org", reads
		stop := s.serve(t)
		status, metadata, _ := s.send(t, "GET /.well-known/oauth-authorization-server", "", "")
		if said := `"client_id_metadata_document_supported":` + reads; status != http.StatusOK || !strings.Contains(metadata, said) {
			t.Errorf("%d %s, want %s", status, metadata, said)
		}
		if r := stop(); r.code != exitDone {
			t.Errorf("%+v", r)
		}
	}
}
