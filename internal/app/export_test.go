package app

// What tests reach for beneath the use cases.
var (
	EncodeAnswer = encodeAnswer
	DecodeAnswer = decodeAnswer
)

// MadeTask is what creating a task answers.
type MadeTask = madeTask

// MaxAnswer and PurgeBite are what keeping and forgetting go by.
const (
	MaxAnswer = maxAnswer
	PurgeBite = purgeBite
)
