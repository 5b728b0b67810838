package oauth

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/netip"
	"strings"

	"mindflow/internal/mindflow"
)

// maxMetadata bounds what a program says about itself, in bytes.
const maxMetadata = 32 << 10

// registration is what a program says about itself (RFC 7591). What is not known
// here is left aside, as the RFC wants it.
type registration struct {
	Name          string   `json:"client_name"`
	RedirectURIs  []string `json:"redirect_uris"`
	GrantTypes    []string `json:"grant_types"`
	ResponseTypes []string `json:"response_types"`
}

// registered is what it is answered. It says what the program got, which may be
// other than it asked for: no secret, and no way to show one.
type registered struct {
	ClientID             string   `json:"client_id"`
	IssuedAt             int64    `json:"client_id_issued_at"`
	Name                 string   `json:"client_name"`
	RedirectURIs         []string `json:"redirect_uris"`
	GrantTypes           []string `json:"grant_types"`
	ResponseTypes        []string `json:"response_types"`
	AuthenticationMethod string   `json:"token_endpoint_auth_method"`
	Scope                string   `json:"scope"`
}

func (s *Server) register(w http.ResponseWriter, r *http.Request, from netip.Addr) {
	said, err := readRegistration(w, r)
	if err != nil {
		fail(w, r, err)
		return
	}
	client, err := s.app.RegisterClient(r.Context(), from, mindflow.ClientDraft(said))
	if err != nil {
		fail(w, r, inItsWords(err))
		return
	}
	answer(w, http.StatusCreated, registered{
		client.ID, client.CreatedAt.Unix(), client.Name, client.RedirectURIs, grantTypes, responseTypes, noSecret[0],
		mindflow.Grantable.String(),
	})
}

func readRegistration(w http.ResponseWriter, r *http.Request) (registration, error) {
	var said registration
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return said, mindflow.Refused(mindflow.InvalidMetadata, "The body must be application/json")
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxMetadata))
	if err := decoder.Decode(&said); err != nil || decoder.More() {
		return said, mindflow.Refused(mindflow.InvalidMetadata, "The body cannot be read, or is too large")
	}
	return said, nil
}

// inItsWords is an error about a program's metadata as RFC 7591 calls it.
func inItsWords(err error) error {
	fields := mindflow.FieldsOf(err)
	if len(fields) == 0 {
		return err
	}
	why, says := mindflow.InvalidMetadata, make([]string, len(fields))
	for i, f := range fields {
		says[i] = f.Field + " " + f.Message
		if f.Field == "redirect_uris" {
			why = mindflow.InvalidRedirect
		}
	}
	return mindflow.Refused(why, strings.Join(says, "; "))
}
