// Package can names what a role allows.
package can

import "mindflow/internal/mindflow"

// Need is the authority a use case asks for.
type Need uint8

// The authorities, each including those before it.
const (
	View Need = iota
	Edit
	Own
)

// By reports whether a role has the authority.
func (n Need) By(role mindflow.Role) bool {
	switch role {
	case mindflow.Owner:
		return true
	case mindflow.Editor:
		return n <= Edit
	case mindflow.Viewer:
		return n == View
	}
	return false
}
