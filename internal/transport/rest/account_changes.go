package rest

import "context"

type editMeInput struct {
	Body struct {
		FullName optional[string] `json:"full_name,omitzero" doc:"At most 200 characters; null for none"`
	}
}

func (a *API) confirmEmail(ctx context.Context, in *linkInput) (*struct{}, error) {
	return a.nothing(ctx, a.app.ConfirmEmail(ctx, in.Body.Token, channelOf(in.Client)))
}

func (a *API) keepEmail(ctx context.Context, in *linkInput) (*struct{}, error) {
	return a.nothing(ctx, a.app.KeepEmail(ctx, in.Body.Token, channelOf(in.Client)))
}

type changePasswordInput struct {
	Device string `cookie:"mindflow_device" doc:"What the last sign-in from this device was answered"`
	Body   struct {
		CurrentPassword string `json:"current_password"`
		NewPassword     string `json:"new_password" doc:"12 to 128 characters; the commonest are refused" example:"correct horse battery"`
	}
}

func (a *API) changePassword(ctx context.Context, in *changePasswordInput) (*struct{}, error) {
	return a.nothing(ctx, a.app.ChangePassword(ctx, actorOf(ctx), in.Body.CurrentPassword, in.Body.NewPassword, in.Device))
}

type changeEmailInput struct {
	Device string `cookie:"mindflow_device" doc:"What the last sign-in from this device was answered"`
	Body   struct {
		Password string `json:"password"`
		Email    string `json:"email" doc:"The new address" example:"ada@example.com"`
	}
}

func (a *API) changeEmail(ctx context.Context, in *changeEmailInput) (*sentReply, error) {
	if err := a.app.ChangeEmail(ctx, actorOf(ctx), in.Body.Email, in.Body.Password, in.Device); err != nil {
		return nil, a.problem(ctx, err)
	}
	return a.sent(), nil
}

type deleteAccountInput struct {
	Device string `cookie:"mindflow_device" doc:"What the last sign-in from this device was answered"`
	Body   struct {
		Password string `json:"password"`
	}
}

func (a *API) deleteAccount(ctx context.Context, in *deleteAccountInput) (*userReply, error) {
	user, err := a.app.DeleteAccount(ctx, actorOf(ctx), in.Body.Password, in.Device)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return viewUser(user), nil
}

func (a *API) keepAccount(ctx context.Context, _ *struct{}) (*userReply, error) {
	user, err := a.app.KeepAccount(ctx, actorOf(ctx))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return viewUser(user), nil
}

func (a *API) editMe(ctx context.Context, in *editMeInput) (*userReply, error) {
	user, err := a.app.Rename(ctx, actorOf(ctx), in.Body.FullName.Field)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return viewUser(user), nil
}
