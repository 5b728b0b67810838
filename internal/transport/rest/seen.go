package rest

import (
	"encoding/json"
	"net/http"
	"strings"
)

// SeenPath tells whoever holds the server's key what the server sees of them: only
// so can it be found out from outside whether the proxies are set up rightly. They
// show it by a proof in ProofHeader. For everybody else there is nothing at this address.
const (
	SeenPath    = "/health/seen"
	ProofHeader = "Mindflow-Proof"
)

// seenView is what is seen of one who asks.
type seenView struct {
	Address   string   `json:"address"`   // whom the request is taken to come from
	Peer      string   `json:"peer"`      // who is connected
	Trusted   bool     `json:"trusted"`   // whether the peer may say whom a request comes from
	Forwarded []string `json:"forwarded"` // what X-Forwarded-For says
	Host      string   `json:"host"`
	Proto     string   `json:"proto"` // what X-Forwarded-Proto says
}

func (a *API) seen() {
	a.mux.HandleFunc("GET "+SeenPath, func(w http.ResponseWriter, r *http.Request) {
		if proof := r.Header.Get(ProofHeader); proof == "" || !a.app.Proven(proof) {
			a.answer(w, r, problemOf(http.StatusNotFound, "There is nothing at this address"))
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", noStore)
		_ = json.NewEncoder(w).Encode(a.see(r)) // the client is gone if this fails
	})
}

func (a *API) see(r *http.Request) seenView {
	peer, _ := parseAddress(r.RemoteAddr)
	v := seenView{
		Address: clientAddress(r, a.settings.TrustedProxies).String(), Peer: peer.String(), Trusted: isTrusted(peer, a.settings.TrustedProxies),
		Forwarded: []string{}, Host: r.Host, Proto: r.Header.Get("X-Forwarded-Proto"),
	}
	for _, line := range r.Header["X-Forwarded-For"] {
		for hop := range strings.SplitSeq(line, ",") {
			v.Forwarded = append(v.Forwarded, strings.TrimSpace(hop))
		}
	}
	return v
}
