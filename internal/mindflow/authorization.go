package mindflow

// Authorization is what a program asks a person for, by the page it sends them to
// (RFC 6749, 7636, 8707).
type Authorization struct {
	ClientID, RedirectURI, ResponseType, Scope, State string
	Challenge, ChallengeMethod                        string // of PKCE
	Resource                                          string // what the tokens will be for
}

// Refusal is a reason in OAuth's words.
type Refusal string

// The reasons programs are told.
const (
	InvalidRequest          Refusal = "invalid_request"
	InvalidClient           Refusal = "invalid_client"
	InvalidGrant            Refusal = "invalid_grant"
	InvalidScope            Refusal = "invalid_scope"
	InvalidTarget           Refusal = "invalid_target"
	AccessDenied            Refusal = "access_denied"
	UnsupportedResponseType Refusal = "unsupported_response_type"
	UnsupportedGrantType    Refusal = "unsupported_grant_type"
	InvalidRedirect         Refusal = "invalid_redirect_uri"
	InvalidMetadata         Refusal = "invalid_client_metadata"
)

// Refused reports that a program does not get what it asks for.
func Refused(why Refusal, message string) *Error {
	return &Error{Kind: KindInvalid, Refusal: why, Message: message}
}
