package rest

import (
	"context"
)

type optionsView struct {
	Signup string `json:"signup" enum:"open,invite,closed" doc:"Who may open an account: everybody, who has an invitation, nobody"`
	Mail   string `json:"mail" enum:"smtp,log,none" doc:"What becomes of mails: they are sent, their links are printed in the server's log, or there are none"`
	// Browsers take them at an address with a name and https alone.
	Passkeys bool `json:"passkeys" doc:"Whether people can sign in by passkeys here"`
}

type optionsReply struct{ Body optionsView }

func (a *API) authOptions(context.Context, *struct{}) (*optionsReply, error) {
	return &optionsReply{Body: optionsView{Signup: string(a.app.Signup()), Mail: string(a.app.Mailing()), Passkeys: a.app.TakesPasskeys()}}, nil
}

type forgotInput struct {
	Body struct {
		Email string `json:"email" example:"ada@example.com"`
	}
}

// sentView is the same whether or not there is such an account.
type sentView struct {
	Mail string `json:"mail" enum:"smtp,log" doc:"Where the link is: in a mail, or in the server's log"`
}

type sentReply struct{ Body sentView }

func (a *API) sent() *sentReply { return &sentReply{Body: sentView{Mail: string(a.app.Mailing())}} }

func (a *API) forgotPassword(ctx context.Context, in *forgotInput) (*sentReply, error) {
	if err := a.app.ForgotPassword(ctx, in.Body.Email); err != nil {
		return nil, a.problem(ctx, err)
	}
	return a.sent(), nil
}

type resetInput struct {
	Client string `header:"X-Client" doc:"The client's kind: web or cli"`
	Body   struct {
		Token    string `json:"token" doc:"What the link holds behind the #"`
		Password string `json:"password" doc:"12 to 128 characters; the commonest are refused" example:"correct horse battery"`
	}
}

func (a *API) resetPassword(ctx context.Context, in *resetInput) (*struct{}, error) {
	return a.nothing(ctx, a.app.ResetPassword(ctx, in.Body.Token, in.Body.Password, channelOf(in.Client)))
}

type linkInput struct {
	Client string `header:"X-Client" doc:"The client's kind: web or cli"`
	Body   struct {
		Token string `json:"token" doc:"What the link holds behind the #"`
	}
}

func (a *API) verifyEmail(ctx context.Context, in *linkInput) (*struct{}, error) {
	return a.nothing(ctx, a.app.VerifyEmail(ctx, in.Body.Token, channelOf(in.Client)))
}

func (a *API) resendVerification(ctx context.Context, _ *struct{}) (*sentReply, error) {
	if err := a.app.ResendVerification(ctx, actorOf(ctx)); err != nil {
		return nil, a.problem(ctx, err)
	}
	return a.sent(), nil
}

// nothing answers a change that has nothing to say.
func (a *API) nothing(ctx context.Context, err error) (*struct{}, error) {
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil //nolint:nilnil // no content
}
