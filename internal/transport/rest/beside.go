package rest

import (
	"net/http"

	"mindflow/internal/mindflow"
)

// Protocol is another protocol than REST, served beside it: its requests come
// through the same edge, and are let in and counted in the same way.
type Protocol struct {
	Path    string
	Through mindflow.Channel // what is changed, is changed through this
	// Serve answers a request that was let in, for who sent it.
	Serve func(http.ResponseWriter, *http.Request, mindflow.Actor)
}

// beside serves the other protocols.
func (a *API) beside() {
	for _, p := range a.settings.Beside {
		a.mux.HandleFunc(p.Path, func(w http.ResponseWriter, r *http.Request) {
			actor, err := a.letIn(w, r, p.Through)
			if err != nil {
				a.answer(w, r, a.problem(r.Context(), err))
				return
			}
			p.Serve(w, r, actor)
		})
	}
}

// letIn says who sent a request, once it has passed as a read: others' pages are
// refused, and so is who shows no token, or asks too often.
func (a *API) letIn(w http.ResponseWriter, r *http.Request, through mindflow.Channel) (mindflow.Actor, error) {
	if a.crossOrigin.Check(r) != nil {
		return mindflow.Actor{}, errOthersPage
	}
	actor, err := a.sender(r.Context(), r.Header["Authorization"], through)
	if err != nil {
		return actor, err
	}
	taken, err := a.app.AdmitUser(r.Context(), actor, mindflow.LimitedReads)
	a.policies[mindflow.LimitedReads].tell(w.(*recorder), taken) //nolint:forcetypeassert // around's
	return actor, err
}
