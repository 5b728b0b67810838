package rest

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/mindflow"
)

// routes is everything the API offers.
func (a *API) routes() {
	route(a, "POST /api/auth/register", "register", "Accounts", "Open an account", a.register, open, limit(mindflow.LimitedSignIns), status(http.StatusCreated))
	route(a, "POST /api/auth/login", "login", "Accounts", "Sign in", a.login, open, a.ownPages, limit(mindflow.LimitedSignIns))
	route(a, "POST /api/auth/refresh", "refresh", "Accounts", "Exchange a refresh token for new tokens", a.refresh, open, a.ownPages, limit(mindflow.LimitedRefreshes))
	route(a, "POST /api/auth/logout", "logout", "Accounts", "End the session of a refresh token", a.logout, open, a.ownPages, status(http.StatusNoContent))
	route(a, "POST /api/auth/revoke", "revoke", "Accounts", "End all your sessions", a.revoke, unlimited, status(http.StatusNoContent))
	route(a, "PATCH /api/auth/me", "edit-me", "Accounts", "Change your name", a.editMe)
	route(a, "POST /api/auth/change-password", "change-password", "Accounts", "Set another password; everything else that admits somebody ends", a.changePassword, status(http.StatusNoContent))
	route(a, "POST /api/auth/change-email", "change-email", "Accounts", "Have a link sent to another address, to move there", a.changeEmail, status(http.StatusAccepted))
	route(a, "POST /api/auth/confirm-email", "confirm-email", "Accounts", "Move to another address by the link that was sent there", a.confirmEmail, open, limit(mindflow.LimitedSignIns), status(http.StatusNoContent))
	route(a, "POST /api/auth/keep-email", "keep-email", "Accounts", "Stay at an address by the link that was sent there", a.keepEmail, open, limit(mindflow.LimitedSignIns), status(http.StatusNoContent))
	route(a, "POST /api/auth/delete-account", "delete-account", "Accounts", "Have your account erased in 14 days; everything that admits somebody ends", a.deleteAccount)
	route(a, "POST /api/auth/keep-account", "keep-account", "Accounts", "Keep an account that was to be erased", a.keepAccount)
	route(a, "GET /api/auth/me", "me", "Accounts", "Who you are", a.me, granted(mindflow.AccountRead))
	route(a, "GET /api/auth/options", "auth-options", "Accounts", "Who may open an account here, and how mail is sent", a.authOptions, open)
	route(a, "POST /api/auth/forgot-password", "forgot-password", "Accounts", "Have a link sent to set a new password", a.forgotPassword, open, limit(mindflow.LimitedSignIns), status(http.StatusAccepted))
	route(a, "POST /api/auth/reset-password", "reset-password", "Accounts", "Set a new password by the link that was sent", a.resetPassword, open, limit(mindflow.LimitedSignIns), status(http.StatusNoContent))
	route(a, "POST /api/auth/verify-email", "verify-email", "Accounts", "Confirm an address by the link that was sent", a.verifyEmail, open, limit(mindflow.LimitedSignIns), status(http.StatusNoContent))
	route(a, "POST /api/auth/verify-email/resend", "resend-verification", "Accounts", "Have that link sent again", a.resendVerification, status(http.StatusAccepted))

	route(a, "GET /api/auth/second-factor", "second-factor", "Accounts", "Whether a code is asked for besides your password", a.secondFactor)
	route(a, "POST /api/auth/second-factor/begin", "begin-second-factor", "Accounts", "Make a secret for an app that makes codes", a.beginFactor)
	route(a, "POST /api/auth/second-factor/confirm", "confirm-second-factor", "Accounts", "Turn the second factor on by a code of that app", a.confirmFactor)
	route(a, "POST /api/auth/second-factor/recovery-codes", "renew-recovery-codes", "Accounts", "Make new recovery codes; the old ones end", a.renewCodes)
	route(a, "POST /api/auth/second-factor/off", "turn-off-second-factor", "Accounts", "Turn the second factor off", a.turnOffFactor, status(http.StatusNoContent))
	route(a, "GET /api/auth/passkeys", "list-passkeys", "Accounts", "Your passkeys", a.listPasskeys)
	route(a, "POST /api/auth/passkeys/begin", "begin-passkey", "Accounts", "What a browser needs to make a passkey", a.beginPasskey)
	route(a, "POST /api/auth/passkeys", "add-passkey", "Accounts", "Keep the passkey a browser has made", a.addPasskey, status(http.StatusCreated))
	route(a, "PATCH /api/auth/passkeys/{id}", "edit-passkey", "Accounts", "Give a passkey another name", a.editPasskey)
	route(a, "POST /api/auth/passkeys/remove", "remove-passkey", "Accounts", "Remove a passkey: it admits nobody any more", a.removePasskey, status(http.StatusNoContent))
	route(a, "POST /api/auth/passkey/begin", "begin-passkey-login", "Accounts", "What a browser needs to sign in by a passkey, whosever", a.requestPasskey, open)
	route(a, "POST /api/auth/passkey/login", "passkey-login", "Accounts", "Sign in by a passkey", a.passkeyLogin, open, a.ownPages, limit(mindflow.LimitedSignIns))

	route(a, "GET /api/sessions", "list-sessions", "Accounts", "Where you are signed in", a.listSessions)
	route(a, "DELETE /api/sessions/{id}", "end-session", "Accounts", "Sign out somewhere else", a.endSession, status(http.StatusNoContent))
	route(a, "GET /api/tokens", "list-tokens", "Tokens", "Your personal access tokens", a.listTokens)
	route(a, "POST /api/tokens", "make-token", "Tokens", "Make a personal access token", a.makeToken, status(http.StatusCreated), secret)
	route(a, "DELETE /api/tokens/{id}", "revoke-token", "Tokens", "Revoke a token: it is good for nothing from the next request on", a.revokeToken, status(http.StatusNoContent))

	route(a, "POST /api/oauth/requests", "consider-program", "Programs", "Read what a program asks you for, to show it before you decide", a.considerProgram, a.ownPages, secret)
	route(a, "POST /api/oauth/decisions", "decide-program", "Programs", "Allow a program what it asks for, or less, or nothing", a.decideProgram, a.ownPages, secret)
	route(a, "GET /api/grants", "list-grants", "Programs", "The programs you have connected", a.listGrants)
	route(a, "DELETE /api/grants/{id}", "end-grant", "Programs", "Cut a program off: it is let in nowhere from the next request on", a.endGrant, status(http.StatusNoContent))

	route(a, "GET /api/tasks/best", "best-task", "Ranking", "What should I do now?", a.bestTask, answers[bestView](a), granted(mindflow.TasksRead))
	route(a, "GET /api/tasks/ranked", "ranked-tasks", "Ranking", "All actionable tasks, best first", a.rankedTasks, answers[rankedPage](a), granted(mindflow.TasksRead))

	route(a, "GET /api/tasks", "list-tasks", "Tasks", "List tasks", a.listTasks, answers[taskPage](a), granted(mindflow.TasksRead))
	route(a, "POST /api/tasks", "create-task", "Tasks", "Create a task", a.createTask, status(http.StatusCreated), also("200", "The same task, created before with this id"), granted(mindflow.TasksWrite))
	route(a, "POST /api/tasks/quick", "quick-task", "Tasks", "Create a task from a line of text", a.quickTask, status(http.StatusCreated), also("200", "The same task, created before with this id"), granted(mindflow.TasksWrite))
	route(a, "POST /api/tasks/parse", "parse-task", "Tasks", "Read a task out of a line of text; nothing is kept", a.parseTask, limit(mindflow.LimitedReads), granted(mindflow.TasksRead))
	route(a, "GET /api/tasks/pending", "pending-tasks", "Tasks", "List what is to be done: pending and in progress", a.pendingTasks, answers[taskPage](a), granted(mindflow.TasksRead))
	route(a, "GET /api/tasks/{id}", "get-task", "Tasks", "Read a task", a.getTask, answers[taskView](a), also("304", "It still has that ETag"), granted(mindflow.TasksRead))
	route(a, "GET /api/tasks/{id}/dependencies", "dependencies", "Tasks", "What a task waits for, and what waits for it", a.dependencies, granted(mindflow.TasksRead))
	route(a, "PATCH /api/tasks/{id}", "edit-task", "Tasks", "Change a task: absent keeps, null clears", a.editTask, answers[taskView](a), granted(mindflow.TasksWrite))
	route(a, "PUT /api/tasks/{id}", "put-task", "Tasks", "Change a task, exactly as PATCH does", a.editTask, answers[taskView](a), granted(mindflow.TasksWrite))
	route(a, "DELETE /api/tasks/{id}", "delete-task", "Tasks", "Delete a task; it can be restored for 30 days", a.deleteTask, status(http.StatusNoContent), granted(mindflow.TasksWrite))
	route(a, "GET /api/tasks/{id}/steps", "list-steps", "Tasks", "The steps of a task, in their order", a.listSteps, answers[taskPage](a), granted(mindflow.TasksRead))
	route(a, "POST /api/tasks/{id}/complete", "complete-task", "Tasks", "Mark a task done", a.completeTask, answers[taskView](a), granted(mindflow.TasksWrite))
	route(a, "POST /api/tasks/{id}/skip", "skip-task", "Tasks", "Give up the present occurrence of a task that repeats, and go on to the next", a.skipTask, answers[taskView](a), granted(mindflow.TasksWrite))
	route(a, "POST /api/tasks/{id}/reopen", "reopen-task", "Tasks", "Make a completed or cancelled task pending again", a.reopenTask, answers[taskView](a), granted(mindflow.TasksWrite))
	route(a, "POST /api/tasks/{id}/snooze", "snooze-task", "Tasks", "Put a task out of sight until later", a.snoozeTask, answers[taskView](a), granted(mindflow.TasksWrite))
	route(a, "POST /api/tasks/{id}/restore", "restore-task", "Tasks", "Bring a deleted task back", a.restoreTask, answers[taskView](a), granted(mindflow.TasksWrite))

	route(a, "POST /api/recurrence/preview", "preview-recurrence", "Tasks", "When something would come again", a.previewRecurrence, limit(mindflow.LimitedReads), granted(mindflow.TasksRead))
	route(a, "GET /api/projects", "list-projects", "Projects", "All projects in their order, with how many of their tasks are open and done", a.listProjects, granted(mindflow.TasksRead))
	route(a, "POST /api/projects", "create-project", "Projects", "Create a project", a.createProject, status(http.StatusCreated), also("200", "The same project, created before with this id"), granted(mindflow.TasksWrite))
	route(a, "GET /api/projects/{id}", "get-project", "Projects", "Read a project", a.getProject, also("304", "It still has that ETag"), granted(mindflow.TasksRead))
	route(a, "PATCH /api/projects/{id}", "edit-project", "Projects", "Change a project: absent keeps, null clears", a.editProject, granted(mindflow.TasksWrite))
	route(a, "DELETE /api/projects/{id}", "delete-project", "Projects", "Delete a project with its sub-projects and tasks; it can be restored for 30 days", a.deleteProject, status(http.StatusNoContent), granted(mindflow.TasksWrite))
	route(a, "POST /api/projects/{id}/archive", "archive-project", "Projects", "Put a project away with its sub-projects: their tasks are neither ranked nor listed", a.archiveProject, granted(mindflow.TasksWrite))
	route(a, "POST /api/projects/{id}/unarchive", "unarchive-project", "Projects", "Take a project up again, with what was put away together with it", a.unarchiveProject, granted(mindflow.TasksWrite))
	route(a, "POST /api/projects/{id}/restore", "restore-project", "Projects", "Bring a deleted project back, with what was deleted together with it", a.restoreProject, granted(mindflow.TasksWrite))
	route(a, "POST /api/projects/{id}/move", "move-project", "Projects", "Put a project somewhere else among those beside it", a.moveProject, granted(mindflow.TasksWrite))
	route(a, "POST /api/tasks/{id}/move", "move-task", "Tasks", "Put a task somewhere else among those of the same project, in the manual order", a.moveTask, answers[taskView](a), granted(mindflow.TasksWrite))

	route(a, "POST /api/tasks/bulk", "change-tasks", "Tasks", "Change up to 1000 tasks alike, all of them or none", a.changeTasks, granted(mindflow.TasksWrite))
	route(a, "GET /api/reminders", "list-reminders", "Tasks", "What you are to be reminded of within a day, the next one first", a.reminders, granted(mindflow.TasksRead))
	route(a, "GET /api/trash", "list-trash", "Tasks", "Deleted tasks, the newest deletion first", a.trash, granted(mindflow.TasksRead))
	route(a, "DELETE /api/trash/{id}", "purge-task", "Tasks", "Take a deleted task away for good, with its steps", a.purgeTask, status(http.StatusNoContent), granted(mindflow.TasksWrite))

	route(a, "GET /api/changes", "list-changes", "Changes", "What has happened, the newest first, and whether it can be undone", a.changes, granted(mindflow.TasksRead))
	route(a, "POST /api/undo", "undo", "Changes", "Take a change back, whole, unless that would overwrite later edits", a.undo, granted(mindflow.TasksWrite))

	route(a, "GET /api/templates", "list-templates", "Templates", "Your templates, without what they make", a.listTemplates, granted(mindflow.TasksRead))
	route(a, "POST /api/templates", "create-template", "Templates", "Make a template, also of a task or a project that is there", a.createTemplate, status(http.StatusCreated), also("200", "The same template, created before with this id"), granted(mindflow.TasksWrite))
	route(a, "GET /api/templates/{id}", "get-template", "Templates", "Read a template", a.getTemplate, also("304", "It still has that ETag"), granted(mindflow.TasksRead))
	route(a, "PATCH /api/templates/{id}", "edit-template", "Templates", "Change a template: absent keeps", a.editTemplate, granted(mindflow.TasksWrite))
	route(a, "DELETE /api/templates/{id}", "delete-template", "Templates", "Delete a template", a.deleteTemplate, status(http.StatusNoContent), granted(mindflow.TasksWrite))
	route(a, "POST /api/templates/{id}/use", "use-template", "Templates", "Make what a template says, its dates counted from a day", a.useTemplate, status(http.StatusCreated), granted(mindflow.TasksWrite))

	route(a, "GET /api/preferences", "get-preferences", "Preferences", "How your tasks are scored, and where you are", a.getPreferences, also("304", "They still have that ETag"), granted(mindflow.AccountRead, mindflow.TasksRead))
	route(a, "PUT /api/preferences", "put-preferences", "Preferences", "Change preferences: absent keeps", a.putPreferences)

	route(a, "POST /api/import/{format}", "import", "Import", "Take in a file of another program", a.importFile, previews, body("application/octet-stream"), granted(mindflow.TasksWrite))
	route(a, "GET /api/export/{format}", "export", "Export", "All your tasks that are not deleted, as one file", a.export, file[exportView](a, "text/csv"), granted(mindflow.TasksRead))

	route(a, "GET /health", "health", "Server", "Whether the server and what it needs are there", a.health, open, also("503", "Degraded: the same body"))
	route(a, "GET /health/live", "health-live", "Server", "Whether the process is alive", a.live, open)
	route(a, "GET /health/ready", "health-ready", "Server", "Whether requests should be sent here", a.ready, open, also("503", "Not now: the same body"))
}

// option changes how a route is offered.
type option func(*huma.Operation)

// open admits everybody, as often as they like.
func open(op *huma.Operation) {
	op.Security, op.Middlewares = []map[string][]string{}, huma.Middlewares{noted}
	unlimited(op)
}

// granted documents the scopes of which a token needs one; without it no token
// is enough. The use case decides.
func granted(scopes ...mindflow.Scopes) option {
	return func(op *huma.Operation) {
		for _, s := range scopes {
			op.Security = append(op.Security, map[string][]string{personal: s.Names()})
		}
	}
}

// secret says that an answer holds what nobody may read again: it is not kept
// for a repeat.
func secret(op *huma.Operation) { op.Metadata[unkept] = true }

const unkept = "unkept"

func status(code int) option {
	return func(op *huma.Operation) { op.DefaultStatus = code }
}

// body documents a body the handler reads by itself.
func body(contentType string) option {
	return func(op *huma.Operation) {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			contentType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}
	}
}

// also documents another answer, without a body of its own.
func also(code, description string) option {
	return func(op *huma.Operation) {
		if op.Responses == nil {
			op.Responses = map[string]*huma.Response{}
		}
		op.Responses[code] = &huma.Response{Description: description}
	}
}

// answers documents the body of a route that encodes it by itself.
func answers[T any](a *API) option {
	return func(op *huma.Operation) {
		schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
		if op.Responses == nil {
			op.Responses = map[string]*huma.Response{}
		}
		op.Responses["200"] = &huma.Response{
			Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}},
		}
	}
}

// file documents an answer that is sent as a file: of one JSON value, or of text.
func file[T any](a *API, text string) option {
	return func(op *huma.Operation) {
		answers[T](a)(op)
		ok := op.Responses["200"]
		ok.Content[text] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
		ok.Headers = map[string]*huma.Param{"Content-Disposition": {
			Description: "A name for the file", Schema: &huma.Schema{Type: huma.TypeString},
		}}
	}
}

// maxBody bounds JSON bodies; huma refuses the byte after it.
const maxBody = 1<<20 + 1

// route registers one line of the table.
func route[I, O any](a *API, pattern, id, tag, summary string, handler func(context.Context, *I) (*O, error), options ...option) {
	method, path, _ := strings.Cut(pattern, " ")
	op := huma.Operation{
		OperationID: id, Method: method, Path: path, Tags: []string{tag}, Summary: summary, MaxBodyBytes: maxBody,
		Security: []map[string][]string{{bearer: {}}}, Middlewares: huma.Middlewares{noted, a.signIn},
	}
	limit(mindflow.LimitedChanges)(&op)
	if method == http.MethodGet {
		limit(mindflow.LimitedReads)(&op)
	}
	for _, change := range options {
		change(&op)
	}
	a.limits(&op)
	_, once := op.Metadata[unkept]
	asks := op.Metadata[limited] == mindflow.LimitedReads // and changes nothing
	if method == http.MethodPost && len(op.Security) > 0 && !strings.HasPrefix(path, "/api/auth/") && !once && !asks {
		a.retryable(&op)
	}
	problem := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")
	if len(op.Responses) > 0 { // huma leaves the errors out then
		op.Responses["default"] = &huma.Response{Description: "Error", Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: problem},
		}}
	} else {
		op.Responses = map[string]*huma.Response{} // which huma fills
	}
	huma.Register(a.huma, op, handler)
	documentLimits(&op, problem)
}
