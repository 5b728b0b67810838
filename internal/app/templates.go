package app

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// NewTemplate asks for a template: of a content, or of a task or a project that
// is there.
type NewTemplate struct {
	ID          mindflow.TemplateID // zero: a new one
	Name        string              // empty: that of what it is made of
	Content     *mindflow.TemplateContent
	FromTask    mindflow.TaskID
	FromProject mindflow.ProjectID
	// Day is the one the dates of what is there are counted from; empty: the
	// earliest of them.
	Day string
}

// Check reports everything that is illegal about it, whatever is there.
func (n NewTemplate) Check() []mindflow.FieldError {
	var bad []mindflow.FieldError
	refuse := func(field, message string) { bad = append(bad, mindflow.FieldError{Field: field, Message: message}) }
	sources := 0
	for _, given := range []bool{n.Content != nil, !n.FromTask.IsZero(), !n.FromProject.IsZero()} {
		if given {
			sources++
		}
	}
	if sources != 1 {
		refuse("content", "is required, or instead of it either from_task or from_project")
	}
	if _, why := mindflow.ParseTemplateName(n.Name); why != "" && (n.Name != "" || n.Content != nil) {
		refuse("name", why)
	}
	if n.Day != "" {
		if _, err := mindflow.ParseDay(n.Day); err != nil {
			refuse("day", err.Error())
		} else if n.Content != nil {
			refuse("day", "goes with from_task and from_project only")
		}
	}
	if n.Content != nil {
		bad = append(bad, checkContent(*n.Content)...)
	}
	return bad
}

// CreateTemplate adds a template. A client may bring its id: the same id with the
// same content is the same template, and answers false.
func (a *App) CreateTemplate(ctx context.Context, actor mindflow.Actor, n NewTemplate) (mindflow.Template, bool, error) {
	if bad := n.Check(); len(bad) > 0 {
		return mindflow.Template{}, false, mindflow.Invalid(bad...)
	}
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return mindflow.Template{}, false, err
	}
	made, err := write(ctx, a, actor, can.Edit, func(tx *store.Tx) (madeTemplate, error) {
		t, err := n.template(tx, actor, p.Zone)
		if err != nil {
			return madeTemplate{}, err
		}
		return addTemplate(tx, actor, t)
	})
	return made.Template, made.Created, err
}

// madeTemplate is a template, and whether it was made just now.
type madeTemplate struct {
	Template mindflow.Template
	Created  bool
}

// template is the new template, complete before it is stored.
func (n NewTemplate) template(tx *store.Tx, actor mindflow.Actor, z mindflow.Zone) (mindflow.Template, error) {
	now := tx.Now()
	t := mindflow.Template{ID: n.ID, WorkspaceID: actor.WorkspaceID, Name: n.Name, Version: 1, CreatedAt: now, UpdatedAt: now}
	if t.ID.IsZero() {
		t.ID = mindflow.NewID[mindflow.Template](now)
	}
	var err error
	switch {
	case n.Content != nil:
		t.Content = *n.Content
	case !n.FromTask.IsZero():
		t.Content, err = contentFromTask(tx, n, z)
	default:
		t.Content, err = contentFromProject(tx, n, z)
	}
	if err != nil {
		return t, err
	}
	if bad := checkContent(t.Content); n.Content == nil && len(bad) > 0 {
		return t, mindflow.InvalidField(n.source(), "cannot become a template: "+bad[0].Field+" "+bad[0].Message)
	}
	if t.Name == "" {
		t.Name = cut(nameOf(t.Content), mindflow.MaxTemplateName)
	}
	t.Name, _ = mindflow.ParseTemplateName(t.Name) // checked
	return t, nil
}

// nameOf is what that is called which is made.
func nameOf(c mindflow.TemplateContent) string {
	if c.Project != nil {
		return c.Project.Name
	}
	return c.Task.Title
}

func cut(s string, most int) string {
	if mindflow.Length(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most]))
}

// addTemplate keeps a template where there is room for it, or answers the one
// that took its id first, if that is the same.
func addTemplate(tx *store.Tx, actor mindflow.Actor, t mindflow.Template) (madeTemplate, error) {
	full := roomForTemplate(tx)
	if full == nil {
		if created, err := tx.CreateTemplate(t, actor); err != nil || created {
			return madeTemplate{t, created}, err
		}
	}
	first, err := tx.Template(t.ID)
	switch {
	case full != nil && (err != nil || mindflow.KindOf(full) != mindflow.KindFull):
		return madeTemplate{}, full
	case err != nil:
		return madeTemplate{}, err
	case !first.DeletedAt.IsZero() || len(mindflow.TemplateChanges(first, t)) > 0:
		return madeTemplate{}, mindflow.Conflict("There is another template with this id")
	}
	return madeTemplate{first, false}, nil
}

// roomForTemplate refuses one more than a workspace may hold. Deleted ones count, so
// that they find room when they are brought back.
func roomForTemplate(tx *store.Tx) error {
	n, err := tx.TemplateCount()
	if err == nil && n >= mindflow.MaxTemplates {
		err = mindflow.Full(fmt.Sprintf("The workspace holds %d templates already, as many as it may; deleted ones count until they are gone, after 31 days", mindflow.MaxTemplates))
	}
	return err
}

// Template reads a template.
func (a *App) Template(ctx context.Context, actor mindflow.Actor, id mindflow.TemplateID) (mindflow.Template, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return mindflow.Template{}, err
	}
	return a.store.Template(ctx, actor.WorkspaceID, id)
}

// Templates reads all templates by name, without their contents.
func (a *App) Templates(ctx context.Context, actor mindflow.Actor) ([]mindflow.ListedTemplate, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return nil, err
	}
	return a.store.Templates(ctx, actor.WorkspaceID)
}

// TemplateCalled names the template somebody means: by its id, by its name or by a
// piece of that which no other one has, whatever the case. Else the error lists
// those there are, or those it could be.
func (a *App) TemplateCalled(ctx context.Context, actor mindflow.Actor, name string) (mindflow.TemplateID, error) {
	if id, err := mindflow.ParseID[mindflow.Template](name); err == nil {
		return id, nil
	}
	list, err := a.Templates(ctx, actor)
	if err != nil {
		return mindflow.TemplateID{}, err
	}
	var meant namesakes[mindflow.ListedTemplate]
	for _, t := range list {
		meant.see(t, t.Name, mindflow.Fold(mindflow.Tidy(name)))
	}
	found := meant.all()
	switch len(found) {
	case 0:
		there := choices(list, func(t mindflow.ListedTemplate) string { return strconv.Quote(t.Name) })
		return mindflow.TemplateID{}, mindflow.InvalidField("template", "is the name of no template; there are "+there)
	case 1:
		return found[0].ID, nil
	}
	these := choices(found, func(t mindflow.ListedTemplate) string { return strconv.Quote(t.Name) + " (" + t.ID.String() + ")" })
	return mindflow.TemplateID{}, mindflow.InvalidField("template", "could be any of these, to be named by their ids: "+these)
}

// TemplateDraft is what a person says about a template: absent keeps.
type TemplateDraft struct {
	Name    *string
	Content *mindflow.TemplateContent
}

// Check reports everything that is illegal about it.
func (d TemplateDraft) Check() []mindflow.FieldError {
	var bad []mindflow.FieldError
	if d.Name != nil {
		if _, why := mindflow.ParseTemplateName(*d.Name); why != "" {
			bad = append(bad, mindflow.FieldError{Field: "name", Message: why})
		}
	}
	if d.Content != nil {
		bad = append(bad, checkContent(*d.Content)...)
	}
	return bad
}

// EditTemplate changes what a draft names and keeps the rest.
func (a *App) EditTemplate(ctx context.Context, actor mindflow.Actor, id mindflow.TemplateID, d TemplateDraft, m mindflow.Match) (mindflow.Template, error) {
	if bad := d.Check(); len(bad) > 0 {
		return mindflow.Template{}, mindflow.Invalid(bad...)
	}
	return a.changeTemplate(ctx, actor, id, m, func(t mindflow.Template, _ time.Time) mindflow.Template {
		if d.Name != nil {
			t.Name, _ = mindflow.ParseTemplateName(*d.Name) // checked
		}
		if d.Content != nil {
			t.Content = *d.Content
		}
		return t
	})
}

// DeleteTemplate takes a template away; undoing that brings it back.
func (a *App) DeleteTemplate(ctx context.Context, actor mindflow.Actor, id mindflow.TemplateID, m mindflow.Match) error {
	_, err := a.changeTemplate(ctx, actor, id, m, func(t mindflow.Template, now time.Time) mindflow.Template {
		t.DeletedAt = now
		return t
	})
	return err
}

func (a *App) changeTemplate(ctx context.Context, actor mindflow.Actor, id mindflow.TemplateID, m mindflow.Match,
	change func(mindflow.Template, time.Time) mindflow.Template,
) (mindflow.Template, error) {
	return write(ctx, a, actor, can.Edit, func(tx *store.Tx) (mindflow.Template, error) {
		before, err := presentTemplate(tx, id)
		if err != nil {
			return before, err
		}
		if err := m.Check(before.ETag()); err != nil {
			return before, err
		}
		return tx.SaveTemplate(before, change(before, tx.Now()), actor)
	})
}

func presentTemplate(tx *store.Tx, id mindflow.TemplateID) (mindflow.Template, error) {
	t, err := tx.Template(id)
	if err == nil && !t.DeletedAt.IsZero() {
		err = mindflow.NotFound("template")
	}
	return t, err
}
