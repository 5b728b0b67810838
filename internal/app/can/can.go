// Package can names what a role allows, and what a program must have been
// granted to do it for somebody.
package can

import "mindflow/internal/mindflow"

// Need is the authority a use case asks for.
type Need uint8

// The authorities: over a workspace, each including those before it; then over
// what is the person's own.
const (
	View Need = iota // read tasks
	Edit             // change them
	Own              // decide: about preferences, passwords, sessions, tokens
	Know             // read who one is
	Rank             // read how tasks are ranked: whoever reads those may
)

// scopes are those of which a program needs one.
var scopes = [...]mindflow.Scopes{
	View: mindflow.TasksRead,
	Edit: mindflow.TasksWrite,
	Own:  mindflow.InPerson,
	Know: mindflow.AccountRead,
	Rank: mindflow.AccountRead | mindflow.TasksRead,
}

// By reports whether a role has the authority.
func (n Need) By(role mindflow.Role) bool {
	switch role {
	case mindflow.Owner:
		return true
	case mindflow.Editor:
		return n != Own
	case mindflow.Viewer:
		return n != Own && n != Edit
	}
	return false
}

// Within refuses who was not granted a scope that the authority needs.
func (n Need) Within(granted mindflow.Scopes) error {
	if granted.Any(scopes[n]) {
		return nil
	}
	return mindflow.Beyond(scopes[n])
}
