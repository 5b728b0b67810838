package app

// Proven reports whether somebody has shown just now that they hold the server's
// key: whoever looks after it may be told how it sees the world outside.
func (a *App) Proven(proof string) bool { return a.signer.Proven(proof) }
